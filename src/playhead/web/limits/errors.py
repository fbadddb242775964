"""What a limit answers with."""

from playhead.base.errors import LimitReached


class LimitExceeded(LimitReached):
    """Too many requests; ``details.retry_after`` says in how many seconds one more is taken."""

    code = "rate.limited"

    def __init__(self, limit: str, retry_after: int) -> None:
        super().__init__(
            f"too many requests ({limit}): try again in {retry_after} s",
            limit=limit,
            retry_after=retry_after,
        )

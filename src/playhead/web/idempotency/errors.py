"""Why a request with an Idempotency-Key is not handled."""

from playhead.base.errors import Conflict, Invalid

HEADER = "Idempotency-Key"


class KeyReused(Invalid):
    """The same Idempotency-Key came with another request before; a new one needs a new key."""

    code = "idempotency.key_reused"

    def __init__(self) -> None:
        super().__init__(
            "this key was used for another request within the last 24 hours; take a new one",
            field=HEADER,
        )


class KeyInFlight(Conflict):
    """The first request with this Idempotency-Key is still under way; ask again for its answer."""

    code = "idempotency.in_flight"

    def __init__(self) -> None:
        super().__init__(
            "the first request with this key is still under way", field=HEADER, retry_after=1
        )

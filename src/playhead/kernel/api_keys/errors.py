"""What can be wrong with a request about an API key."""

from collections.abc import Iterable
from uuid import UUID

from playhead.base.errors import Conflict, Forbidden, Invalid, NotFound
from playhead.base.ids import format_id
from playhead.kernel.identity.model import KEY_PREFIX


class KeyNotFound(NotFound):
    """The organisation has no API key of this id."""

    code = "key.not_found"

    def __init__(self, key_id: UUID) -> None:
        named = format_id(KEY_PREFIX, key_id)
        super().__init__(f"there is no API key {named}", key=named)


class KeyNotLive(Conflict):
    """The API key was revoked, was replaced or has expired: it cannot be changed or rotated."""

    code = "key.not_live"

    def __init__(self, state: str) -> None:
        super().__init__(f"the API key is {state}: create another", state=state)


class TooManyKeys(Conflict):
    """The organisation has as many live API keys as it may have; revoke one first."""

    code = "key.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"an organisation has {most} live API keys at most", most=most)


class KeyScopeExceeded(Forbidden):
    """A key was to get, or hand on, a scope that the caller does not have."""

    code = "key.scope_exceeded"

    def __init__(self, beyond: Iterable[str]) -> None:
        names = sorted(beyond)
        super().__init__(
            f"only who has the scope {' and '.join(names)} may give it to a key",
            field="scopes",
            beyond=names,
        )


class ExpiryPassed(Invalid):
    """A key was to expire at an instant that is not in the future."""

    code = "key.expiry_passed"

    def __init__(self) -> None:
        super().__init__("expires_at must be in the future", field="expires_at")


class IntervalInvalid(Invalid):
    """``to`` is not later than ``from``, or they are too far apart; the interval is [from, to)."""

    code = "key.interval_invalid"

    def __init__(self, most_days: int) -> None:
        super().__init__(
            f"to must be later than from, by {most_days} days at most", field="to", most=most_days
        )

"""What can go wrong with the exchange's words and with its doors."""

from playhead.base.errors import (
    Forbidden,
    Invalid,
    LimitReached,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class Unreadable(Invalid):
    """A frame or a record that says too little, or contradicts itself."""

    code = "kalshi.unreadable"


class InvalidKey(Invalid):
    """A private key file that cannot be used to sign."""

    code = "kalshi.invalid_key"


class Refused(Unauthenticated):
    """The exchange does not accept our key, signature or clock. Asking again will not help."""

    code = "kalshi.refused"


class NotAllowed(Forbidden):
    """The exchange knows us and will not let us do this."""

    code = "kalshi.not_allowed"


class BadRequest(Invalid):
    """The exchange does not understand the request."""

    code = "kalshi.bad_request"


class UnknownToExchange(NotFound):
    """The exchange has no such thing: not yet, not any more, or never."""

    code = "kalshi.not_found"


class TooManyRequests(LimitReached):
    """The exchange asks us to slow down, and went on doing so."""

    code = "kalshi.too_many_requests"


class ExchangeUnavailable(Unavailable):
    """The exchange cannot be reached, is down, or answers what nobody can read."""

    code = "kalshi.unavailable"


class ConnectionEnded(Unavailable):
    """The WebSocket is closed."""

    code = "kalshi.connection_ended"


class NotTaken(Unavailable):
    """The WebSocket is open, and the other side does not take what we send."""

    code = "kalshi.not_taken"

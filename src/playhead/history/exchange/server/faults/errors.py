"""Why a fault cannot be injected."""

from playhead.base.errors import Conflict, Invalid, NotFound


class UnknownConnection(NotFound):
    """No open connection has that number, or it has no such subscription."""

    code = "exchange.unknown_connection"


class InvalidFault(Invalid):
    """An argument of a fault is out of bounds."""

    code = "exchange.invalid_fault"


class NothingFits(Conflict):
    """No market of the subscription is in a state in which the fault could be made."""

    code = "exchange.nothing_fits"

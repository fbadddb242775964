"""What was done to whom: the ground truth against which a client is judged."""

from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.exchange.server.faults.kinds import FaultKind


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that has acted.

    Attributes:
        at: Exchange time of the first thing affected: a change's own time, else that of the call.
        connection: None for what concerns the exchange as a whole.
        sid: None for what concerns the whole connection.
        tickers: The markets of the frames affected; of a subscription or connection that ends or
            falls silent, all that it had.
        loses: Whether a change of a book, or a whole book that was due, did not reach the client on
            a book subscription, or not as it was. Where that depends on what comes later: whether
            it can.
        until: Exchange time at which it ends, exclusive; None where it does not end by itself.
    """

    kind: FaultKind
    at: Micros
    connection: int | None
    sid: int | None
    tickers: tuple[str, ...]
    loses: bool
    until: Micros | None = None


@dataclass(slots=True, eq=False)
class Pending:
    """A fault that waits for a frame that fits.

    ``injected`` is set as soon as it acts, and stays None if the subscription ends before.
    """

    kind: FaultKind
    since: Micros
    connection: int
    sid: int
    injected: Injected | None = None

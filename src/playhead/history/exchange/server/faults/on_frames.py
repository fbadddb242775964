"""Faults of single frames: they wait for the next ones that fit."""

from playhead.history.books import Size
from playhead.history.exchange.server.faults.acts import (
    Act,
    AlterSize,
    Cut,
    Drop,
    Duplicate,
    LargeOk,
    LoseSilently,
    Swap,
    Wanted,
)
from playhead.history.exchange.server.faults.errors import InvalidFault
from playhead.history.exchange.server.faults.frame import Frame
from playhead.history.exchange.server.faults.ground import Ground
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Pending

_CONTRACT = Size(100)


class FrameFaults(Ground):
    """Each is entered in the log when it acts, and waits in ``pending`` until it is through.

    Those of one subscription act one after the other. With ``only_changes``, changes of books alone
    are meant, with ``ticker``, those of that market. All raise ``UnknownConnection`` where there is
    no such connection, or it has no such subscription.
    """

    def drop(
        self,
        connection: int,
        sid: int,
        k: int = 1,
        only_changes: bool = False,
        ticker: str | None = None,
    ) -> Pending:
        """Lose the next ``k`` frames and their numbers.

        Raises:
            InvalidFault: ``k`` is not above 0.
        """
        if k < 1:
            raise InvalidFault("k must be above 0", field="k")
        act = Drop(_wanted(ticker, only_changes=only_changes), k)
        return self._wait(FaultKind.DROP, connection, sid, act)

    def duplicate(
        self, connection: int, sid: int, only_changes: bool = False, ticker: str | None = None
    ) -> Pending:
        """Send the next frame twice, with the same number."""
        act = Duplicate(_wanted(ticker, only_changes=only_changes))
        return self._wait(FaultKind.DUPLICATE, connection, sid, act)

    def swap(
        self, connection: int, sid: int, only_changes: bool = False, ticker: str | None = None
    ) -> Pending:
        """Let the next two frames that are neighbours change places.

        With a filter, the next two neighbours that are both meant.
        """
        act = Swap(_wanted(ticker, only_changes=only_changes))
        return self._wait(FaultKind.SWAP, connection, sid, act)

    def cut(
        self, connection: int, sid: int, only_changes: bool = False, ticker: str | None = None
    ) -> Pending:
        """Send only the first half of the next frame's text."""
        act = Cut(_wanted(ticker, only_changes=only_changes))
        return self._wait(FaultKind.CUT, connection, sid, act)

    def lose_silently(self, connection: int, sid: int, ticker: str | None = None) -> Pending:
        """Lose the next change of a book; what follows it gets its number."""
        book = self._book(connection, sid)
        act = LoseSilently(_wanted(ticker, only_changes=True), book)
        return self._wait(FaultKind.LOSE_SILENTLY, connection, sid, act)

    def alter_size(
        self, connection: int, sid: int, by: Size = _CONTRACT, ticker: str | None = None
    ) -> Pending:
        """Tell the next change of a book with another size.

        Args:
            by: Hundredths of a contract more than in truth, below zero for less. A change that
                would come out as none at all is told as one of ``by``.

        Raises:
            InvalidFault: ``by`` is zero.
        """
        if by == 0:
            raise InvalidFault("by must not be zero", field="by")
        self._book(connection, sid)
        act = AlterSize(_wanted(ticker, only_changes=True), by)
        return self._wait(FaultKind.ALTER_SIZE, connection, sid, act)

    def large_ok(self, connection: int, sid: int) -> Pending:
        """Pad the next ``ok`` to more than a mebibyte."""
        return self._wait(FaultKind.LARGE_OK, connection, sid, LargeOk())

    def _wait(self, kind: FaultKind, connection: int, sid: int, act: Act) -> Pending:
        self._subscription(connection, sid)
        pending = Pending(kind, self._simulation.now, connection, sid)
        self._tampering(connection).add(pending, act)
        return pending


def _wanted(ticker: str | None, *, only_changes: bool) -> Wanted:
    def wanted(frame: Frame) -> bool:
        return (not only_changes or frame.is_change) and ticker in (None, frame.ticker)

    return wanted

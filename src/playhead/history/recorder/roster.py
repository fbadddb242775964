"""The markets of one subscription: held, to come, to go, to be asked for again. Pure."""

from collections.abc import Collection, Iterable

from playhead.history.recorder.inflight import Command, InFlight, Purpose

Tickers = dict[str, None]
"""A set that keeps its order."""


class Roster:
    """Who is held, and what is still to be asked for. No market is asked for in vain.

    Attributes:
        held: What the exchange has confirmed.
        to_add: What it is still to be asked to send.
        to_delete: What it is still to be asked to send no more.
        to_heal: Of which it is still to be asked for a snapshot.
    """

    def __init__(self, inflight: InFlight) -> None:
        self._inflight = inflight
        self.held: Tickers = {}
        self.to_add: Tickers = {}
        self.to_delete: Tickers = {}
        self.to_heal: Tickers = {}

    def want(self, tickers: Iterable[str]) -> None:
        """Ask for these markets too."""
        for ticker in tickers:
            if ticker in self.to_delete:
                del self.to_delete[ticker]
            else:
                self.to_add[ticker] = None

    def unwant(self, tickers: Iterable[str]) -> None:
        """Let these markets go."""
        for ticker in tickers:
            self.to_heal.pop(ticker, None)
            if ticker in self.to_add:
                del self.to_add[ticker]
            else:
                self.to_delete[ticker] = None

    def heal_all(self) -> None:
        """Ask for every book that is held."""
        self.to_heal = dict(self.held)

    def heal(self, tickers: Iterable[str]) -> None:
        """Ask for these books, of those that are held."""
        self.to_heal.update((ticker, None) for ticker in tickers if ticker in self.held)

    def confirm(self, tickers: Iterable[str]) -> None:
        """Take in that the exchange sends these markets."""
        self.held.update(dict.fromkeys(tickers))

    def let_go(self, tickers: Iterable[str]) -> None:
        """Take in that the exchange does not send these markets any more."""
        _drop(self.held, tickers)

    def replace(self, tickers: Iterable[str]) -> list[str]:
        """Take the markets out and put them in again, as far as they are to stay; return those."""
        leaving = self.to_delete.keys() | self._inflight.leaving()
        replaced = [t for t in tickers if t in self.held and t not in leaving]
        self.to_delete.update(dict.fromkeys(replaced))
        self.to_add.update(dict.fromkeys(replaced))
        return replaced

    def requeue(self, command: Command, tickers: Collection[str]) -> None:
        """Ask again for what a command did not do, unless minds were changed since."""
        if command.purpose is Purpose.DELETE:
            again = [ticker for ticker in tickers if not self._is_coming(ticker, command)]
            self.to_delete.update(dict.fromkeys(again))
        elif command.purpose is Purpose.SNAPSHOT:
            self.heal(tickers)
        elif command.purpose.adds:
            again = [ticker for ticker in tickers if ticker not in self.to_delete]
            _drop(self.to_delete, set(tickers).difference(self.held))
            self.to_add.update(dict.fromkeys(again))

    def repeat(self, command: Command) -> None:
        """Ask again for what may or may not have been done, since only the answer is lost.

        A market whose snapshot came is in.
        """
        if command.purpose is Purpose.DELETE:
            self.requeue(command, command.tickers)
        elif command.purpose.adds:
            self.confirm(t for t in command.tickers if t not in command.waiting)
            again = [t for t in command.tickers if t in command.waiting]
            self.to_add.update((t, None) for t in again if t not in self.to_delete)

    def start_over(self, unanswered: Iterable[Command]) -> None:
        """Ask for everything that was wanted again: the exchange sends nothing more."""
        again = dict(self.held)
        for command in sorted(unanswered, key=lambda command: command.id):
            if command.purpose is Purpose.DELETE:
                _drop(again, command.tickers)
            elif command.purpose.adds and not command.is_confirmed:
                again.update(dict.fromkeys(command.tickers))
        _drop(again, self.to_delete)
        self.to_add = again | self.to_add
        self.held, self.to_delete, self.to_heal = {}, {}, {}

    def occupied(self) -> set[str]:
        """Return the markets with which something is going on."""
        return self._inflight.busy().union(self.to_add, self.to_delete, self.to_heal)

    def steady(self) -> str | None:
        """Return a market that is held and not to go; None if there is none."""
        leaving = self.to_delete.keys() | self._inflight.leaving()
        return next((ticker for ticker in self.held if ticker not in leaving), None)

    def _is_coming(self, ticker: str, deletion: Command) -> bool:
        return ticker in self.to_add or self._inflight.adds_after(deletion, ticker)


def cut(source: Tickers, most: int) -> list[str]:
    """Take up to ``most`` markets out of ``source``."""
    tickers = [ticker for ticker, _ in zip(source, range(most), strict=False)]
    _drop(source, tickers)
    return tickers


def _drop(tickers: Tickers, out: Iterable[str]) -> None:
    for ticker in out:
        tickers.pop(ticker, None)

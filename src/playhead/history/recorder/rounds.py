"""Whose turn it is: markets one after the other, all of them before any again. Pure."""

from collections import deque
from collections.abc import Collection, Container


class Rounds:
    """Hands out tickers in turn, however the markets change meanwhile."""

    def __init__(self) -> None:
        self._left: deque[str] = deque()

    def take(
        self, held: Collection[str], most: int, without: Container[str] = frozenset()
    ) -> list[str]:
        """Return the next ones of ``held``, each once, at most ``most``.

        Those of ``without`` miss their turn. At the end of a round it can be fewer.
        """
        taken = self._next(held, most, without)
        if not taken:
            self._left.extend(held)
            taken = self._next(held, most, without)
        return taken

    def _next(self, held: Collection[str], most: int, without: Container[str]) -> list[str]:
        taken: list[str] = []
        while self._left and len(taken) < most:
            ticker = self._left.popleft()
            if ticker in held and ticker not in without:
                taken.append(ticker)
        return taken

"""The debts of buckets as this process knows them, in bounded memory."""

from dataclasses import dataclass

from playhead.base.time import Micros

MOST_BUCKETS = 100_000
SWEPT_AT_ONCE = 2


@dataclass(slots=True)
class _Known:
    tat: Micros
    era: int


class Table:
    """Remembers buckets; forgets empty ones, and the one that was used longest ago when full.

    An *era* is a span in which the shared server was there: what was noted in the present one is
    known to the server as well, what was noted in an earlier one or by ourselves may not be.
    """

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._known: dict[bytes, _Known] = {}
        self._era = 0

    def __len__(self) -> int:
        return len(self._known)

    def debt(self, key: bytes, now: Micros) -> int:
        """Return the debt of a bucket; 0 if it is not known."""
        known = self._known.get(key)
        return 0 if known is None else max(known.tat - now, 0)

    def untold(self, key: bytes, now: Micros) -> int:
        """Return the part of the knowledge that the server may lack: a debt, or 0."""
        known = self._known.get(key)
        return 0 if known is None or known.era == self._era else max(known.tat - now, 0)

    def note(self, key: bytes, debt: int, now: Micros, *, told: bool) -> None:
        """Keep a debt, unless more is known: answers may overtake each other.

        ``told`` says that the server knows it too.
        """
        era = self._era if told else -1
        known = self._known.pop(key, None)
        if known is None:
            self._make_room(now)
            known = _Known(now, era)
        known.tat, known.era = Micros(max(known.tat, now + debt)), era
        self._known[key] = known  # the one used last stands last

    def begin_era(self) -> None:
        """Say that the server was lost: whatever it was told, it may have forgotten."""
        self._era += 1

    def _make_room(self, now: Micros) -> None:
        # A few at a time, oldest first: no request pays for a sweep of everything.
        for _ in range(min(SWEPT_AT_ONCE, len(self._known))):
            key, known = next(iter(self._known.items()))
            del self._known[key]
            if known.tat > now and len(self._known) < self._most - 1:
                self._known[key] = known

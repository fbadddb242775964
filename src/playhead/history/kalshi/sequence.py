"""Whether anything is missing: one counter for each subscription of one connection. Pure.

A ``seq`` counts per ``sid``, over all markets of the subscription. Control replies (``ok``,
``unsubscribed``, an error of the subscription) count too when they carry a number; one without a
number takes no slot. The first number is 1; where the beginning was not seen, any starts a counter.

Source: Kalshi's AsyncAPI document; public captures in which ``ok`` takes slots between snapshots.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """What a number says about the messages before it."""

    IN_ORDER = 0
    DUPLICATE = 1
    """The number of the message before: the same message again."""
    GAP = 2
    """Messages are missing."""
    UNNUMBERED = 3
    """The message carries no number: nothing can be said."""
    BACK = 4
    """The counter went back: it began anew, or messages came out of order."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The number that was due on a subscription, and the one that came."""

    sid: int
    expected: int
    found: int


_IN_ORDER, _DUPLICATE, _GAP, _UNNUMBERED, _BACK = Verdict


class SequenceTracker:
    """The counters of one connection.

    After a gap or a step back the counter goes on from the number found; ``gap`` holds the newest.
    """

    __slots__ = ("_last", "gap")

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self.gap: Gap | None = None

    @classmethod
    def of(cls, state: Mapping[int, int]) -> "SequenceTracker":
        """Return a tracker that goes on where ``state()`` was taken."""
        tracker = cls()
        tracker._last.update(state)
        return tracker

    def state(self) -> dict[int, int]:
        """Return the last number of each ``sid``."""
        return dict(self._last)

    def check(self, sid: int | None, seq: int | None) -> Verdict:
        """Take one message's numbers into account and return what they say."""
        if seq is None or sid is None:
            return _UNNUMBERED
        last = self._last.get(sid)
        if last is None or seq == last + 1:
            self._last[sid] = seq
            return _IN_ORDER
        if seq == last:
            return _DUPLICATE
        self._last[sid] = seq
        self.gap = Gap(sid, last + 1, seq)
        return _GAP if seq > last else _BACK

    def begin(self, sid: int) -> None:
        """Expect the first number of a new subscription, unless some message of it overtook."""
        self._last.setdefault(sid, 0)

    def forget(self, sid: int) -> None:
        """Drop the counter of a subscription that has ended or starts anew."""
        self._last.pop(sid, None)

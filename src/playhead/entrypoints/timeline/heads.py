"""How far the tape is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.tape import Interval

StreamKey = tuple[int, int, int]
"""Capture, connection, subscription."""


@dataclass(frozen=True, slots=True)
class Heads:
    """How far captures are, as one snapshot.

    Attributes:
        positions: The last position of each capture.
        read: How far each has been read, in bytes: what changes with everything that is read.
        whole: The last instant by which each subscription is known to be whole.
    """

    positions: Mapping[int, int]
    read: Mapping[int, int]
    whole: Mapping[StreamKey, Micros]

    def position(self, capture_id: int) -> int:
        """Return the last position that counts of a capture."""
        return self.positions.get(capture_id, capture_id << 36)

    def is_past(self, interval: Interval) -> bool:
        """Return whether an interval's end is within what counts."""
        to = interval.to_position
        return to is not None and to <= self.position(interval.capture_id)

    def vouched(self, capture_id: int, connection: int, sid: int) -> Micros | None:
        """Return how far a subscription is whole."""
        return self.whole.get((capture_id, connection, sid))

    @property
    def clock(self) -> Micros | None:
        """How far the tape has been told, by our clock."""
        return max(self.whole.values(), default=None)

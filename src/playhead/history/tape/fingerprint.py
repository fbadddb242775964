"""Whether two tapes say the same: what one of them holds must be in the other, hash for hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a tape says, as hashes and bounds, by ticker and position (rows: and capture)."""

    segments: Mapping[Key, tuple[Any, ...]]
    coverage: Mapping[Key, tuple[Any, ...]]
    rows: Mapping[Key, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much was compared, and each difference in a sentence."""

    segments: int
    intervals: int
    rows: int
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare(kept: Fingerprint, rebuilt: Fingerprint) -> Comparison:
    """Return how ``rebuilt`` differs from ``kept``; ``rebuilt`` may have got further."""
    sealed = {key: run for key, run in kept.segments.items() if run[-1] is not None}
    closed = {key: interval for key, interval in kept.coverage.items() if interval[0] is not None}
    opened = {key: key for key, interval in kept.coverage.items() if interval[0] is None}
    differences = [
        *_differences("segment", sealed, rebuilt.segments),
        *_differences("interval", closed, rebuilt.coverage),
        *_differences("interval", opened, {key: key for key in rebuilt.coverage}),
        *_differences("rows", kept.rows, rebuilt.rows),
    ]
    rows = sum(int(events) for events, _ in kept.rows.values())
    return Comparison(len(sealed), len(kept.coverage), rows, tuple(differences))


def _differences(what: str, kept: Mapping[Key, Any], rebuilt: Mapping[Key, Any]) -> list[str]:
    return [
        f"{what} of {ticker} at {position}: {value} is {rebuilt.get((ticker, position))} rebuilt"
        for (ticker, position), value in kept.items()
        if rebuilt.get((ticker, position)) != value
    ]

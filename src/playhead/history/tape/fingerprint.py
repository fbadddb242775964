"""Whether two tapes say the same: what one of them holds must be in the other, hash for hash."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Values = tuple[Any, ...]
Said = Mapping[tuple[Any, ...], Values]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a capture is on a tape: from where on its events are rows, and how far it goes.

    All are inclusive; ``last_audit`` is 0 where there is none.
    """

    rows_from: int
    last_position: int
    last_audit: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a tape says, as hashes and bounds.

    Attributes:
        segments, coverage: By ticker and position.
        rows: By ticker and capture.
        audits: By capture.
        incidents: By number.
        clock_faults: By capture, connection and start.
        exchange_states: By capture, engine and time.
        lifecycles: By ticker, time, capture and status: nothing more is said of one.
        trades: How many, and a digest of all of them.
    """

    segments: Said
    coverage: Said
    rows: Said
    audits: Said
    incidents: Said
    clock_faults: Said
    exchange_states: Said
    lifecycles: Said
    trades: tuple[int, Decimal]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much was compared, and each difference in a sentence."""

    segments: int
    intervals: int
    rows: int
    audits: int
    trades: int
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare(kept: Fingerprint, rebuilt: Fingerprint) -> Comparison:
    """Return how ``rebuilt`` differs from ``kept``; ``rebuilt`` may have got further."""
    sealed = {key: run for key, run in kept.segments.items() if run[-1] is not None}
    differences = [
        *_differences("segment", sealed, rebuilt.segments),
        *_differences("interval", kept.coverage, rebuilt.coverage, _agree_once_ended),
        *_differences("rows", kept.rows, rebuilt.rows),
        *_differences("audits", kept.audits, rebuilt.audits),
        *_differences("incident", kept.incidents, rebuilt.incidents, _agree_but_for_healing),
        *_differences("clock fault", kept.clock_faults, rebuilt.clock_faults, _agree_once_ended),
        *_differences("exchange state", kept.exchange_states, rebuilt.exchange_states),
        *_differences("change of status", kept.lifecycles, rebuilt.lifecycles),
        *_missing_trades(kept.trades, rebuilt.trades),
    ]
    return Comparison(
        segments=len(sealed),
        intervals=len(kept.coverage),
        rows=sum(int(events) for events, _ in kept.rows.values()),
        audits=sum(int(count) for count, *_ in kept.audits.values()),
        trades=kept.trades[0],
        differences=tuple(differences),
    )


def _differences(
    what: str,
    kept: Said,
    rebuilt: Said,
    agree: Callable[[Values, Values], bool] = operator.eq,
) -> list[str]:
    return [
        f"{what} {' '.join(map(str, key))}: {value} is {rebuilt.get(key)} rebuilt"
        for key, value in kept.items()
        if key not in rebuilt or not agree(value, rebuilt[key])
    ]


def _agree_once_ended(kept: Values, rebuilt: Values) -> bool:
    """Compare what starts with its end; while it has none, more of it may have been read."""
    return kept[0] is None or kept == rebuilt


def _agree_but_for_healing(kept: Values, rebuilt: Values) -> bool:
    """Compare incidents, which end with when the last market was healed."""
    return kept[:-1] == rebuilt[:-1] and kept[-1] in (None, rebuilt[-1])


def _missing_trades(kept: tuple[int, Decimal], rebuilt: tuple[int, Decimal]) -> list[str]:
    """Compare trades, of which a tape that got further may have more."""
    if rebuilt == kept or rebuilt[0] > kept[0]:
        return []
    return [f"trades: {kept} are {rebuilt} rebuilt"]

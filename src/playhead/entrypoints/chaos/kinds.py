"""Every fault there is, and what must be said of it afterwards. Data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Kind(StrEnum):
    """A fault. All but the last two are the exchange's, under the same name."""

    DROP = "drop"
    DUPLICATE = "duplicate"
    SWAP = "swap"
    CUT = "cut"
    UNKNOWN_TYPE = "unknown_type"
    LOSE_SILENTLY = "lose_silently"
    ALTER_SIZE = "alter_size"
    OFF_GRID = "off_grid"
    CROSS = "cross"
    NEGATIVE = "negative"
    SEQUENCE_RESTART = "sequence_restart"
    ERROR_10 = "error_10"
    ERROR_25 = "error_25"
    FREEZE = "freeze"
    BLACK_HOLE = "black_hole"
    DELAY = "delay"
    RESET = "reset"
    CLOSE_1001 = "close_1001"
    CLOSE_1008 = "close_1008"
    LARGE_OK = "large_ok"
    LATE_LISTING = "late_listing"
    REFUSE_UPGRADES = "refuse_upgrades"
    PAUSE = "pause"
    CRASH = "crash"
    """The recorder dies without a word and is started again."""
    CLOCK_STEP = "clock_step"
    """The clock of the recorder's machine is set back, and a moment later put right."""


class Telling(Enum):
    """Where it must be told."""

    NOWHERE = auto()
    COVERAGE = auto()
    """The intervals of the markets concerned end, for one of the causes."""
    CLOCK = auto()
    """The stretch is among the faults of our clock, and no interval need end."""
    READER = auto()
    """Whoever asks for the book is told one of the causes; no interval need end."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is right to say of a fault.

    Attributes:
        causes: Any of them names it rightly.
        weight: How often it comes, against the others.
        beside: Causes that may be told of some markets instead, because they are true as well.
        needs_change: It works on a change of a book, so that it needs a market that has some.
    """

    telling: Telling
    causes: frozenset[str] = frozenset()
    weight: int = 20
    beside: frozenset[str] = frozenset()
    needs_change: bool = False


def _ends(*causes: str, weight: int = 20, needs_change: bool = False) -> Expected:
    return Expected(Telling.COVERAGE, frozenset(causes), weight=weight, needs_change=needs_change)


_NOTHING = Expected(Telling.NOWHERE)
# A book that is silently wrong shows in whichever comes first: the market decides, not the fault.
_SUSPECT = ("negative_size", "snapshot_mismatch", "rest_mismatch", "crossed_book")
_NO_BOOK_ANYWAY = frozenset({"before_recording", "not_yet_open", "market_closed"})

EXPECTED: Mapping[Kind, Expected] = {
    Kind.DROP: _ends("gap", weight=40),
    Kind.DUPLICATE: _NOTHING,
    Kind.SWAP: _ends("gap"),
    Kind.CUT: _ends("unreadable"),
    Kind.UNKNOWN_TYPE: _NOTHING,
    Kind.LOSE_SILENTLY: _ends(*_SUSPECT, needs_change=True),
    Kind.ALTER_SIZE: _ends(*_SUSPECT, needs_change=True),
    Kind.OFF_GRID: _ends("off_grid_price", needs_change=True),
    Kind.CROSS: _ends("crossed_book", "snapshot_mismatch", "rest_mismatch", needs_change=True),
    Kind.NEGATIVE: _ends("negative_size"),
    Kind.SEQUENCE_RESTART: _ends("sequence_back"),
    Kind.ERROR_10: _ends("channel_error"),
    Kind.ERROR_25: _ends("overflow"),
    Kind.FREEZE: _ends("stall"),
    Kind.BLACK_HOLE: _ends("dead_connection"),
    Kind.DELAY: Expected(Telling.CLOCK, frozenset({"lag"})),
    Kind.RESET: _ends("disconnect"),
    Kind.CLOSE_1001: _ends("disconnect"),
    Kind.CLOSE_1008: _ends("disconnect"),
    Kind.LARGE_OK: _NOTHING,
    Kind.LATE_LISTING: Expected(Telling.NOWHERE, weight=1),
    Kind.REFUSE_UPGRADES: Expected(Telling.COVERAGE, frozenset({"disconnect"}), weight=1),
    Kind.PAUSE: Expected(
        Telling.READER, frozenset({"exchange_closed"}), weight=1, beside=_NO_BOOK_ANYWAY
    ),
    Kind.CRASH: Expected(Telling.COVERAGE, frozenset({"restart"}), weight=1),
    Kind.CLOCK_STEP: Expected(Telling.CLOCK, frozenset({"clock_step"}), weight=1),
}
"""What each fault has to be called. ``clock_step`` and ``lag`` falsify no book, only our time."""

BENIGN = frozenset({"unsubscribed", "superseded", "end_of_recording", "shutdown"})
"""Ends of intervals that are no fault's."""

ALONE = frozenset({Kind.REFUSE_UPGRADES, Kind.PAUSE, Kind.CRASH, Kind.CLOCK_STEP})
"""Faults of a recorder or of the exchange as a whole: nothing else may be under way there."""

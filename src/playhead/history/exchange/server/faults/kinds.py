"""The faults by name."""

from enum import StrEnum


class FaultKind(StrEnum):
    """What can be made to go wrong. Each is the name of a method of ``Faults``."""

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
    REFUSE_UPGRADES = "refuse_upgrades"
    LARGE_OK = "large_ok"
    LATE_LISTING = "late_listing"
    PAUSE = "pause"

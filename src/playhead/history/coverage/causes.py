"""The names of why a book is not known, and which of them mean that something is missing. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

NOT_YET_OPEN = "not_yet_open"
MARKET_CLOSED = "market_closed"
EXCHANGE_CLOSED = "exchange_closed"
BEFORE_RECORDING = "before_recording"
NOT_YET_RECORDED = "not_yet_recorded"
MISSED_OPENING = "missed_opening"
SUSPECT = "suspect"

IS_GAP: Mapping[str, bool] = MappingProxyType(
    {
        # Nothing to know: there was no trading.
        NOT_YET_OPEN: False,
        MARKET_CLOSED: False,
        EXCHANGE_CLOSED: False,
        # Nothing was claimed: nobody recorded the market then, or not yet.
        BEFORE_RECORDING: False,
        NOT_YET_RECORDED: False,
        "unsubscribed": False,
        "end_of_recording": False,
        # The market was being recorded, or should have been.
        MISSED_OPENING: True,
        SUSPECT: True,
        "gap": True,
        "sequence_back": True,
        "negative_size": True,
        "crossed_book": True,
        "snapshot_mismatch": True,
        "rest_mismatch": True,
        "off_grid_price": True,
        "unreadable": True,
        "channel_error": True,
        "overflow": True,
        "stall": True,
        "dead_connection": True,
        "disconnect": True,
        "restart": True,
        "shutdown": True,
        "error": True,
        "superseded": True,  # nothing was lost, and still the stretch is not proven
        "lag": True,
        "clock_step": True,
    }
)
"""Whether a cause counts against the proven share. Every cause that can be told is here."""

SUSPECTS = frozenset({"negative_size", "crossed_book", "snapshot_mismatch", "rest_mismatch"})
"""Ends at which the book was wrong already: the stretch up to the detection is `suspect`."""


def is_gap(cause: str) -> bool:
    """Return whether ``cause`` counts against the proven share; one that is new here does."""
    return IS_GAP.get(cause, True)

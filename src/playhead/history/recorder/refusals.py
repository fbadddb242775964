"""What to do about each error code of the exchange. Pure.

Source: the error table of Kalshi's AsyncAPI document of September 2026.
"""

from enum import Enum, auto


class Refusal(Enum):
    """What a refused command asks for."""

    SLOWER = auto()
    """The same again, later."""
    FULL = auto()
    """The subscription takes no more markets."""
    GONE = auto()
    """The subscription has ended: start it anew."""
    MARKET = auto()
    """One of the markets is at fault: find out which, and leave it out."""
    ACTION = auto()
    """The exchange does not do this: do without."""
    BROKEN = auto()
    """Nothing that can be mended from here: give the connection up."""


_REFUSALS = {
    1: Refusal.MARKET,
    7: Refusal.GONE,
    10: Refusal.SLOWER,
    11: Refusal.MARKET,
    12: Refusal.GONE,
    13: Refusal.ACTION,
    14: Refusal.MARKET,
    16: Refusal.MARKET,
    17: Refusal.SLOWER,
    18: Refusal.SLOWER,
    25: Refusal.SLOWER,
    26: Refusal.FULL,
    27: Refusal.SLOWER,
}


def refusal_of(code: int) -> Refusal:
    """Return what an error code in answer to a command asks for."""
    return _REFUSALS.get(code, Refusal.BROKEN)

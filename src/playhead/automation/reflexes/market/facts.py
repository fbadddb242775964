"""What conditions on a market can look at. All numbers are exact integers. Pure.

A value that does not exist (nobody offers, the book is not known, the moment is no trade) is None;
a condition that looks at it does not match.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from playhead.automation.reflexes.conditions.kinds import Kind, Kinds
from playhead.automation.timeline import DOLLAR


class Top(NamedTuple):
    """A book in short. Prices in micro-dollars, sizes and depths in 0.01 contract.

    ``spread`` and ``mid`` are of YES; no price is finer than 100 micro-dollars, so that ``mid`` is
    whole. Depths are sums over all bids of a side.
    """

    known: bool = False
    best_yes_bid: int | None = None
    best_yes_ask: int | None = None
    best_no_bid: int | None = None
    best_no_ask: int | None = None
    spread: int | None = None
    mid: int | None = None
    best_yes_bid_size: int | None = None
    best_yes_ask_size: int | None = None
    best_no_bid_size: int | None = None
    best_no_ask_size: int | None = None
    yes_depth: int | None = None
    no_depth: int | None = None
    yes_levels: int | None = None
    no_levels: int | None = None


UNKNOWN: Final = Top()
_KINDS_OF_TOP: Final = (
    (Kind.BOOL, 1),
    (Kind.PRICE, 6),
    (Kind.CONTRACTS, 6),
    (Kind.INT, 2),
)
_TOP: Final = tuple(
    zip(Top._fields, (kind for kind, times in _KINDS_OF_TOP for _ in range(times)), strict=True)
)
_BOOK_NAMES: Final = tuple(f"book.{name}" for name in Top._fields)
_PREVIOUS_NAMES: Final = tuple(f"previous.{name}" for name in Top._fields)

MARKET_KINDS: Final[Kinds] = {
    "at": Kind.INSTANT,
    "kind": Kind.TEXT,
    **{f"book.{name}": kind for name, kind in _TOP},
    **{f"previous.{name}": kind for name, kind in _TOP},
    "trade.id": Kind.TEXT,
    "trade.price": Kind.PRICE,
    "trade.no_price": Kind.PRICE,
    "trade.size": Kind.CONTRACTS,
    "trade.taker_side": Kind.TEXT,
    "trade.is_block": Kind.BOOL,
    "market.ticker": Kind.TEXT,
    "market.event_ticker": Kind.TEXT,
    "market.status": Kind.TEXT,
    "market.previous_status": Kind.TEXT,
}
"""The variables of a condition on a market. ``at`` is the time of receipt."""


def top_of(yes: Mapping[int, int], no: Mapping[int, int], best: tuple[int, int]) -> Top:
    """Return a known book in short.

    Args:
        yes: Sizes by price.
        no: Likewise.
        best: The highest price of each; -1 where there is none.
    """
    bid, offer = best
    ask = None if offer < 0 else DOLLAR - offer
    is_two_sided = bid >= 0 and ask is not None
    bid_size, ask_size = yes.get(bid), no.get(offer)
    return Top(
        True,
        bid if bid >= 0 else None,
        ask,
        offer if offer >= 0 else None,
        DOLLAR - bid if bid >= 0 else None,
        DOLLAR - offer - bid if is_two_sided else None,
        (DOLLAR - offer + bid) // 2 if is_two_sided else None,
        bid_size,
        ask_size,
        ask_size,
        bid_size,
        sum(yes.values()),
        sum(no.values()),
        len(yes),
        len(no),
    )


def book_facts(top: Top) -> dict[str, object]:
    """Return a book as facts."""
    return dict(zip(_BOOK_NAMES, top, strict=True))


def previous_facts(top: Top) -> dict[str, object]:
    """Return a book as facts about the one just before."""
    return dict(zip(_PREVIOUS_NAMES, top, strict=True))

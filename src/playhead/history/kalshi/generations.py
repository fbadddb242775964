"""One number, sent under different names over the years: the exact text wins over the integer."""

from playhead.base.time import Micros
from playhead.history.books import Price, Size
from playhead.history.kalshi.numbers import (
    PRICES,
    SIZES,
    micros_of_seconds,
    micros_of_text,
    price_of_cents,
    size_of_contracts,
)


def price_from(dollars: str | None, cents: int | None) -> Price | None:
    """Return the price that either key holds, or None.

    Raises:
        InexactNumber: The text is malformed or finer than a micro-dollar.
        PriceOutOfRange: It is not between $0 and $1.
    """
    if dollars is not None:
        return PRICES[dollars]
    return None if cents is None else price_of_cents(cents)


def size_from(contracts: str | None, whole: int | None) -> Size | None:
    """Return the size that either key holds, or None.

    Raises:
        InexactNumber: The text is malformed, finer than a hundredth, or beyond any market.
    """
    if contracts is not None:
        return SIZES[contracts]
    return None if whole is None else size_of_contracts(whole)


def instant_from(ts: int | str | None, ts_ms: int | None) -> Micros | None:
    """Return the finest instant given: a ``ts`` text, else ``ts_ms``, else ``ts`` in whole seconds.

    Raises:
        InvalidInstant: What is given is no date.
    """
    if type(ts) is str:
        return micros_of_text(ts)
    if ts_ms is not None:
        return Micros(ts_ms * 1000)
    return None if ts is None else micros_of_seconds(int(ts))

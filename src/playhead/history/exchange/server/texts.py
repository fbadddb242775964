"""How the exchange writes prices, sizes and times."""

from collections.abc import Mapping
from functools import lru_cache

from playhead.base.time import Micros, format_instant
from playhead.history.books import DOLLAR, Price, Size, format_price, format_size

Level = tuple[str, str]

price_text = lru_cache(maxsize=16_384)(format_price)
size_text = lru_cache(maxsize=16_384)(format_size)


def time_text(at: Micros) -> str:
    """Return RFC 3339 with the zeros at the end of the fraction cut, as on the real wire."""
    return format_instant(at)[:-1].rstrip("0").rstrip(".") + "Z"


def level_texts(levels: Mapping[Price, Size], *, mirrored: bool = False) -> list[Level]:
    """Return (price, size) by rising price; ``mirrored`` gives the other side's price."""
    shown = [(DOLLAR - price if mirrored else price, size) for price, size in levels.items()]
    return [(price_text(Price(price)), size_text(size)) for price, size in sorted(shown)]

"""One name for one book: a digest of a text that anybody can write down from the levels."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from playhead.history.books.model import Book, Price, Size, format_price, format_size

_FORMAT = "playhead-book-1"
_price_text = lru_cache(maxsize=16_384)(format_price)
_size_text = lru_cache(maxsize=16_384)(format_size)


def book_digest(ticker: str, book: Book) -> str:
    """Return ``sha256:`` and the hex digest of the whole ``book`` of ``ticker``.

    It is of this UTF-8 text, in which every line ends with a newline: a line ``playhead-book-1``, a
    line with the ticker, then one for each level: ``yes <price> <size>`` by ascending price, then
    ``no <price> <size>`` likewise, as ``format_price`` and ``format_size`` write them.
    """
    lines = (_FORMAT, ticker, *_lines("yes", book.yes), *_lines("no", book.no))
    text = "".join(f"{line}\n" for line in lines)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _lines(side: str, levels: Mapping[Price, Size]) -> list[str]:
    return [f"{side} {_price_text(price)} {_size_text(levels[price])}" for price in sorted(levels)]

"""What REST bodies hold, taken apart without trust."""

from typing import Any

import msgspec

from playhead.history.books import Size, parse_size
from playhead.history.kalshi.errors import ExchangeUnavailable, Unreadable
from playhead.history.kalshi.messages import Levels
from playhead.history.kalshi.numbers import price_of

Json = dict[str, Any]

_OBJECT = msgspec.json.Decoder(dict[str, Any])


def object_of(body: str, name: str | None = None) -> Json:
    """Return the JSON object of a body, or the one under ``name`` in it.

    Raises:
        ExchangeUnavailable: There is none: something between us and the exchange answered.
    """
    try:
        found = _OBJECT.decode(body)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ExchangeUnavailable(f"an answer that nobody can read: {error}") from error
    if name is None:
        return found
    if not isinstance(found.get(name), dict):
        raise ExchangeUnavailable(f"an answer without {name!r}")
    return dict(found[name])


def list_of(body: str, name: str) -> list[Json]:
    """Return the objects under ``name`` in a body; ``null`` is an empty list.

    Raises:
        ExchangeUnavailable: There is no such list.
    """
    found = object_of(body)
    items = found.get(name, ...)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ExchangeUnavailable(f"an answer without the list {name!r}")
    return items


def levels_of(body: Json) -> tuple[Levels, Levels]:
    """Return the YES and the NO bids of an order book body.

    Raises:
        Unreadable: It holds no book in today's form, or an inexact number.
    """
    book = body.get("orderbook_fp")
    if not isinstance(book, dict):
        raise Unreadable("an answer without an order book")
    return _side(book.get("yes_dollars")), _side(book.get("no_dollars"))


def _side(levels: object) -> Levels:
    try:
        pairs = msgspec.convert(levels or [], list[tuple[str, str]])
    except msgspec.ValidationError as error:
        raise Unreadable(f"an order book that cannot be read: {error}") from error
    return tuple((price_of(price), Size(parse_size(size))) for price, size in pairs)

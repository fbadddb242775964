"""The filters of templates: a list of our own, each bounded by what it is given and gives.

Numbers are exact decimals. Nothing here looks at attributes of values or at the clock.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, DecimalException
from html import escape
from typing import Any
from urllib.parse import quote

from liquid.undefined import Undefined

from playhead.automation.skills.errors import TemplateFailed
from playhead.automation.skills.templates.values import (
    MOST_CHARACTERS,
    MOST_ITEMS,
    is_heavy,
    json_of,
    number_of,
    text_of,
)

Filter = Callable[..., object]
_EXACT = Context(prec=60)
_MOST_PLACES = 20
_DATE = re.compile(r"(?:[^%]|%[aAbBdeHIjmMpSyYzZ%])*", re.ASCII)
_LONGEST_DATE = 100


def bounded(act: Filter) -> Filter:
    """Return a filter that counts what it handles, and refuses too much of it.

    But for `default`, none takes a value that is missing.
    """

    def run(left: object, *given: object, context: Any, **named: object) -> object:
        values = (left, *given, *named.values())
        context.room.spend(1 + sum(_size(value) for value in values) // 1000)
        if act is not default:
            for value in values:
                if isinstance(value, Undefined):
                    str(value)  # raises, and says which it is
        try:
            result = act(left, *given, **named)
        except DecimalException as error:
            raise TemplateFailed(f"this cannot be computed ({type(error).__name__})") from error
        _check_size(result)
        return result

    run.with_context = True  # type: ignore[attr-defined]
    return run


def default(left: object, otherwise: object = "", *, allow_false: bool = False) -> object:
    """Return ``left``, or ``otherwise`` where that is missing, nil, false or empty."""
    if isinstance(left, Undefined) or left is None or left in ("", [], {}):
        return otherwise
    return otherwise if left is False and not allow_false else left


def _size(value: object) -> int:
    is_sized = isinstance(value, str | list | Mapping) and not isinstance(value, Undefined)
    return len(value) if is_sized else 1  # type: ignore[arg-type]


def _check_size(value: object) -> None:
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        raise TemplateFailed(f"a text has more than {MOST_CHARACTERS} characters")
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        raise TemplateFailed(f"a list has more than {MOST_ITEMS} items")
    if isinstance(value, list) and is_heavy(value):
        raise TemplateFailed("a list holds too much: the same large values again and again")


def _items(value: object) -> list[Any]:
    if isinstance(value, range):
        if len(value) > MOST_ITEMS:
            raise TemplateFailed(f"a list has more than {MOST_ITEMS} items")
        return list(value)
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value is None else [value]


def _whole(value: object) -> int:
    number = number_of(value)
    if number != number.to_integral_value() or abs(number) > 10**12:
        raise TemplateFailed(f"a whole number is needed, not {text_of(value)[:50]}")
    return int(number)


def _at(item: object, key: str) -> object:
    return item.get(key) if isinstance(item, Mapping) else None


def _each_at(items: list[Any], key: object) -> list[Any]:
    if key is None:
        return items
    name = text_of(key)
    return [_at(item, name) for item in items]


def _replace(left: object, old: object, new: object = "", *, most: int = -1) -> str:
    text, old_text, new_text = text_of(left), text_of(old), text_of(new)
    many = text.count(old_text) if most < 0 else most
    if len(text) + many * len(new_text) > MOST_CHARACTERS:
        raise TemplateFailed(f"a text has more than {MOST_CHARACTERS} characters")
    return text.replace(old_text, new_text, most)


def _split(left: object, separator: object = " ") -> list[str]:
    text, by = text_of(left), text_of(separator)
    if (text.count(by) if by else len(text)) > MOST_ITEMS:
        raise TemplateFailed(f"a list has more than {MOST_ITEMS} items")
    return text.split(by) if by else list(text)


def _join(left: object, separator: object = " ") -> str:
    texts, by = [text_of(each) for each in _items(left)], text_of(separator)
    if sum(map(len, texts)) + len(by) * len(texts) > MOST_CHARACTERS:
        raise TemplateFailed(f"a text has more than {MOST_CHARACTERS} characters")
    return by.join(texts)


def _slice(left: object, start: object, length: object = 1) -> object:
    first, many = _whole(start), max(_whole(length), 0)
    sliced = _items(left) if isinstance(left, list | tuple | range) else text_of(left)
    first = max(first + len(sliced), 0) if first < 0 else first
    return sliced[first : first + many]


def _truncate(left: object, length: object = 50, end: object = "...") -> str:
    text, most, tail = text_of(left), _whole(length), text_of(end)
    return text if len(text) <= most else text[: max(most - len(tail), 0)] + tail


def _truncate_words(left: object, many: object = 15, end: object = "...") -> str:
    words, most = text_of(left).split(), max(_whole(many), 1)
    return " ".join(words[:most]) + (text_of(end) if len(words) > most else "")


def _sorted(left: object, key: object = None) -> list[Any]:
    items = _items(left)

    def rank(pair: tuple[object, object]) -> tuple[int, Decimal, str]:
        value = pair[0]
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return 0, Decimal(value), ""
        return (1, Decimal(0), text_of(value)) if value is not None else (2, Decimal(0), "")

    pairs = zip(_each_at(items, key), items, strict=True)
    return [item for _, item in sorted(pairs, key=rank)]


def _where(left: object, key: object, value: object = None) -> list[Any]:
    items = _items(left)
    pairs = zip(_each_at(items, text_of(key)), items, strict=True)
    return [item for found, item in pairs if (bool(found) if value is None else found == value)]


def _uniq(left: object, key: object = None) -> list[Any]:
    kept: dict[str, Any] = {}
    items = _items(left)
    for value, item in zip(_each_at(items, key), items, strict=True):
        kept.setdefault(json_of(value), item)
    return list(kept.values())


def _sum(left: object, key: object = None) -> Decimal:
    total = Decimal(0)
    for value in _each_at(_items(left), key):
        total = _EXACT.add(total, number_of(value))
    return total


def _round(left: object, places: object = 0) -> Decimal:
    digits = _whole(places)
    if not 0 <= digits <= _MOST_PLACES:
        raise TemplateFailed(f"round to 0 to {_MOST_PLACES} places")
    return _EXACT.quantize(number_of(left), Decimal(1).scaleb(-digits))


def _divided_by(left: object, by: object) -> object:
    over, under = number_of(left), number_of(by)
    if under == 0:
        raise TemplateFailed("a division by zero")
    whole = not any(isinstance(each, Decimal | str) for each in (left, by))
    return int(over) // int(under) if whole else _EXACT.divide(over, under)


def _modulo(left: object, by: object) -> Decimal:
    over, under = number_of(left), number_of(by)
    if under == 0:
        raise TemplateFailed("a division by zero")
    whole = _EXACT.divide(over, under).to_integral_value(ROUND_FLOOR)
    return _EXACT.subtract(over, _EXACT.multiply(under, whole))


def _date(left: object, form: object = "%Y-%m-%d %H:%M:%S") -> str:
    text, shape = text_of(left), text_of(form)
    if len(shape) > _LONGEST_DATE or not _DATE.fullmatch(shape):
        raise TemplateFailed("date knows %a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %z %Z %%")
    try:
        return datetime.fromisoformat(text[:50]).strftime(shape)
    except ValueError as error:
        raise TemplateFailed(f"{text[:50]!r} is no RFC 3339 time") from error


def _capitalize(left: object) -> str:
    text = text_of(left)
    return text[:1].upper() + text[1:].lower()


def _first(left: object) -> object:
    return next(iter(_items(left)), None)


def _last(left: object) -> object:
    return next(iter(reversed(_items(left))), None)


def _count(left: object) -> int:
    return len(left) if isinstance(left, str | list | tuple | Mapping | range) else 0


FILTERS: Mapping[str, Filter] = {
    "append": lambda left, more: text_of(left) + text_of(more),
    "prepend": lambda left, more: text_of(more) + text_of(left),
    "capitalize": _capitalize,
    "downcase": lambda left: text_of(left).lower(),
    "upcase": lambda left: text_of(left).upper(),
    "strip": lambda left: text_of(left).strip(),
    "lstrip": lambda left: text_of(left).lstrip(),
    "rstrip": lambda left: text_of(left).rstrip(),
    "strip_newlines": lambda left: text_of(left).replace("\r", "").replace("\n", ""),
    "squish": lambda left: " ".join(text_of(left).split()),
    "replace": _replace,
    "replace_first": lambda left, old, new="": _replace(left, old, new, most=1),
    "remove": lambda left, old: _replace(left, old),
    "remove_first": lambda left, old: _replace(left, old, most=1),
    "truncate": _truncate,
    "truncatewords": _truncate_words,
    "slice": _slice,
    "split": _split,
    "escape": lambda left: escape(text_of(left)),
    "url_encode": lambda left: quote(text_of(left), safe=""),
    "json": lambda left: json_of(left),
    "date": _date,
    "default": default,
    "size": _count,
    "first": _first,
    "last": _last,
    "join": _join,
    "map": lambda left, key: _each_at(_items(left), text_of(key)),
    "where": _where,
    "sort": _sorted,
    "reverse": lambda left: _items(left)[::-1],
    "uniq": _uniq,
    "compact": lambda left: [item for item in _items(left) if item is not None],
    "concat": lambda left, more: _items(left) + _items(more),
    "sum": _sum,
    "abs": lambda left: abs(number_of(left)),
    "at_least": lambda left, least: max(number_of(left), number_of(least)),
    "at_most": lambda left, most: min(number_of(left), number_of(most)),
    "plus": lambda left, more: _EXACT.add(number_of(left), number_of(more)),
    "minus": lambda left, less: _EXACT.subtract(number_of(left), number_of(less)),
    "times": lambda left, by: _EXACT.multiply(number_of(left), number_of(by)),
    "divided_by": _divided_by,
    "modulo": _modulo,
    "round": _round,
    "ceil": lambda left: int(number_of(left).to_integral_value(ROUND_CEILING)),
    "floor": lambda left: int(number_of(left).to_integral_value(ROUND_FLOOR)),
}
"""By name. Those of Liquid behave as they do there but for numbers, which stay exact."""

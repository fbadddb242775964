"""REST answers in a capture, read without trust: whatever they are, a value comes back."""

from http import HTTPStatus

import msgspec

from playhead.base.errors import PlayheadError
from playhead.base.time import Micros, parse_instant
from playhead.history.ingest.notes import REFUSALS, is_name
from playhead.history.kalshi import PRICES, SIZES, Answer, Unreadable, decode_answer

BOOKS = "/markets/orderbooks"
STATUS = "/exchange/status"
SCHEDULE = "/exchange/schedule"
_TELLS_STATUS = (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_MOST_SHARDS = 1000
_Levels = list[tuple[str, str]]


class _Sides(msgspec.Struct):
    yes_dollars: _Levels | None = None
    no_dollars: _Levels | None = None


class _Book(msgspec.Struct):
    ticker: str
    orderbook_fp: _Sides


class _Books(msgspec.Struct):
    orderbooks: list[msgspec.Raw] | None = None


_BOOK = msgspec.json.Decoder(_Book)
_BOOKS = msgspec.json.Decoder(_Books)


def rest_answer(payload: bytes) -> Answer | None:
    """Return the answer that a record holds."""
    try:
        return decode_answer(payload)
    except (Unreadable, *REFUSALS):
        return None


def body_of(answer: Answer) -> dict[str, object]:
    """Return the JSON object of a body; an empty one if it is none."""
    try:
        body = msgspec.json.decode(answer.body)
    except REFUSALS:
        return {}
    return body if isinstance(body, dict) else {}


def rest_books(answer: Answer) -> dict[str, dict[int, int]]:
    """Return the books of an answer by ticker, as sizes by level code."""
    books: dict[str, dict[int, int]] = {}
    if answer.status != HTTPStatus.OK:
        return books
    try:
        listed = _BOOKS.decode(answer.body).orderbooks or ()
    except REFUSALS:
        return books
    for entry in listed:
        try:
            book = _BOOK.decode(entry)
            sides = book.orderbook_fp
            yes, no = sides.yes_dollars or (), sides.no_dollars or ()
            levels: dict[int, int] = {PRICES[price] * 2: SIZES[size] for price, size in yes}
            for price, size in no:
                levels[PRICES[price] * 2 + 1] = SIZES[size]
        except (PlayheadError, *REFUSALS):
            continue  # one that cannot be read says nothing about its neighbours
        if not all(levels.values()):
            levels = {code: size for code, size in levels.items() if size}
        books[book.ticker] = levels
    return books


def shards_active(answer: Answer) -> dict[int, bool]:
    """Return which shards of the exchange trade, by index; nothing where it does not say."""
    if answer.status not in _TELLS_STATUS:
        return {}
    body = body_of(answer)
    told = body.get("exchange_index_statuses")
    found = {}
    for entry in told if isinstance(told, list) else []:
        index = entry.get("exchange_index") if isinstance(entry, dict) else None
        if isinstance(index, int) and 0 <= index < _MOST_SHARDS:
            found[index] = _is_active(entry)
    if "exchange_active" in body:
        found.setdefault(0, _is_active(body))
    return found


def maintenance_of(answer: Answer) -> set[tuple[Micros, Micros]]:
    """Return the announced maintenance windows, [start, end)."""
    schedule = body_of(answer).get("schedule") if answer.status == HTTPStatus.OK else None
    listed = schedule.get("maintenance_windows") if isinstance(schedule, dict) else None
    found = set()
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            start, end = _instant(entry.get("start_datetime")), _instant(entry.get("end_datetime"))
            if start is not None and end is not None and start < end:
                found.add((start, end))
    return found


def _is_active(told: dict[str, object]) -> bool:
    return told.get("exchange_active") is not False and told.get("trading_active") is not False


def _instant(text: object) -> Micros | None:
    try:
        return parse_instant(text) if isinstance(text, str) and is_name(text) else None
    except PlayheadError:
        return None

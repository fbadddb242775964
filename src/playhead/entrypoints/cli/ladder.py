"""A book as a trader reads it: asks over bids, YES prices in cents, the best of both in the middle.

Numbers are cut nowhere: cents get as many digits as the finest level needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from playhead.base.exact import format_scaled
from playhead.base.time import format_instant
from playhead.history.books import PRICE_DIGITS, SIZE_DIGITS, Ladder, Level, ladder_of
from playhead.history.rewind import BookAnswer, BookAt, Coverage

CENT_DIGITS = PRICE_DIGITS - 2
HALF_CENT_DIGITS = CENT_DIGITS + 1
WIDTHS = (11, 14, 14)
ASK, BID, QUIET = "red", "green", "dim"


@dataclass(frozen=True, slots=True)
class Digits:
    """How many digits after the point every level of a ladder is shown with."""

    price: int
    size: int


def render_book(answer: BookAnswer, found: BookAt, *, title: str | None, depth: int) -> Text:
    """Return the ladder of ``found`` under its heading, and what it rests on."""
    ladder = ladder_of(found.book)
    lines = [
        Text(answer.ticker, style="bold").append(f"  {title}" if title else "", style="not bold"),
        Text(f"{format_instant(answer.at)} ({answer.clock} clock), position {found.position}"),
        Text(""),
        *ladder_lines(ladder, depth=depth),
        Text(""),
        Text(proof_line(answer.coverage)),
    ]
    return Text("\n").join(lines)


def ladder_lines(ladder: Ladder, *, depth: int) -> list[Text]:
    """Return ``depth`` levels a side, the spread and the middle between them."""
    digits = _digits([*ladder.asks[:depth], *ladder.bids[:depth]])
    asks = _side_lines(ladder.asks, depth, digits, "ask", ASK)
    bids = _side_lines(ladder.bids, depth, digits, "bid", BID)
    head = Text(_row("YES price", "size", "total"), style=QUIET)
    return [head, *reversed(asks), Text(_middle(ladder), style="bold"), *bids]


def proof_line(coverage: Coverage) -> str:
    """Return what a proven answer rests on, as a sentence."""
    since = format_instant(coverage.since) if coverage.since is not None else "the beginning"
    until = "now" if coverage.until is None else format_instant(coverage.until)
    by = f", by {coverage.recorder}" if coverage.recorder else ""
    checked = (
        f"; last matched a fresh snapshot at {format_instant(coverage.verified_at)}"
        if coverage.verified_at is not None
        else ""
    )
    return f"Proven without a break from {since} until {until}{by}{checked}."


def _side_lines(
    levels: Sequence[Level], depth: int, digits: Digits, name: str, style: str
) -> list[Text]:
    if not levels:
        return [Text(f"  no {name}s", style=QUIET)]
    lines, total = [], 0
    for level in levels[:depth]:
        total += level.size
        cells = cents(level.price, digits.price), _size(level.size, digits), _size(total, digits)
        lines.append(Text(f"{_row(*cells)}  {name}", style=style))
    hidden = len(levels) - depth
    more = f"  {hidden} more {name}{'s' if hidden > 1 else ''}"
    return [*lines, Text(more, style=QUIET)] if hidden > 0 else lines


def _middle(ladder: Ladder) -> str:
    if ladder.spread is None or ladder.mid_halves is None:
        return "  no spread: one side is empty"
    mid = format_scaled(ladder.mid_halves * 5, HALF_CENT_DIGITS, 0)
    return f"  spread {cents(ladder.spread)}, middle {mid}¢"


def cents(price: int, digits: int = 0) -> str:
    """Return micro-dollars in cents, exactly, with at least ``digits`` after the point."""
    return f"{format_scaled(price, CENT_DIGITS, digits)}¢"


def _size(size: int, digits: Digits) -> str:
    whole, point, fraction = format_scaled(size, SIZE_DIGITS, digits.size).partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _digits(levels: Iterable[Level]) -> Digits:
    kept = list(levels)
    return Digits(
        price=max((_needed(level.price, CENT_DIGITS) for level in kept), default=0),
        size=SIZE_DIGITS if any(level.size % 10**SIZE_DIGITS for level in kept) else 0,
    )


def _needed(value: int, digits: int) -> int:
    return len(format_scaled(value, digits, 0).partition(".")[2])


def _row(*cells: str) -> str:
    return "".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))

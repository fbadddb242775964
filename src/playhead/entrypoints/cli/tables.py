"""Tables of plain text, aligned."""

import re
from collections.abc import Collection, Sequence

from rich.console import Console

from playhead.base.time import Micros, format_instant

_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = ()
) -> list[str]:
    """Return the lines of a table, its headings first; columns of ``numbers`` stand right."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    right = {column for column, heading in enumerate(headings) if heading in numbers}
    return [_aligned(line, widths, right) for line in lines]


def print_table(
    console: Console,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[str] = (),
) -> None:
    """Print a table."""
    heading, *lines = table_lines(headings, rows, numbers=numbers)
    console.print(heading, style="bold", markup=False)
    console.out("\n".join(lines))


def shown(text: str, width: int = 44) -> str:
    """Return ``text``, which somebody else has written, as one line of at most ``width``."""
    plain = _UNSHOWN.sub("?", text)
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def second_text(at: Micros | None) -> str:
    """Return an instant to the second, or a dash where there is none."""
    return "-" if at is None else format_instant(at).partition(".")[0].replace("T", " ") + "Z"


def plain_console() -> Console:
    """Return a console that neither colours words nor breaks lines."""
    return Console(highlight=False, soft_wrap=True)


def _aligned(line: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = [
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()

"""The table that a run of the benchmarks prints."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

_HEADINGS = ("what", "measured", "beside it, in the same run", "ratio", "aim")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, the median of the runs, and a plain approach beside it."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    aim: str = ""


def table(rows: Sequence[Row]) -> str:
    """Return ``rows`` under their headings, in aligned columns."""
    cells = [_HEADINGS, *(astuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(line, widths) for line in cells]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()

"""Lists, newest first, in two forms: by cursor, or by the number of a page with a total.

A cursor costs the same on every page and never skips or repeats a row; numbered pages are what
people click through, and what is counted for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from playhead.base.errors import Invalid
from playhead.base.time import Micros
from playhead.web import parameters
from playhead.web.cursors import Cursors
from playhead.web.wire import Wire, encode

USUAL_LIMIT = 100
USUAL_PAGE = 20
MOST_A_PAGE = 100
MOST_PAGES = 10_000

T = TypeVar("T")


class PagingMixed(Invalid):
    """A request asks for a page by cursor and by number at once."""

    code = "paging.mixed"

    def __init__(self, field: str) -> None:
        super().__init__(
            "page and page_size go together, and so do limit and cursor: not one of each",
            field=field,
        )


class Place(Wire, frozen=True, kw_only=True):
    """Where a row stands in a list that is ordered by ``created_at``, then id, both falling."""

    at: Micros
    id: UUID


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows to read.

    Attributes:
        most: How many at most: one more than the page holds, which tells that there are more.
        skip: How many to leave out from the beginning.
        before: The last row of the page before; rows after it in the list are asked for.
        counted: Whether the total is wanted.
    """

    most: int
    skip: int
    before: Place | None
    counted: bool


class PagedQuery(parameters.Query):
    """Which part of a list: ``limit`` and ``cursor``, or ``page`` and ``page_size``."""

    limit: parameters.Limit = USUAL_LIMIT
    cursor: parameters.CursorParameter | None = None
    page: int | None = Field(
        None, ge=1, le=MOST_PAGES, description="The number of a page, from 1: with a total."
    )
    page_size: int | None = Field(
        None, ge=1, le=MOST_A_PAGE, description=f"Rows on a page; {USUAL_PAGE} if left out."
    )

    @property
    def is_numbered(self) -> bool:
        """Whether a page is asked for by its number."""
        return self.page is not None or self.page_size is not None

    @property
    def size(self) -> int:
        """How many rows a page holds."""
        return (self.page_size or USUAL_PAGE) if self.is_numbered else self.limit

    def slice(self, cursors: Cursors, bound: Mapping[str, object]) -> Slice:
        """Return which rows to read.

        Args:
            bound: The list and its filters: a cursor is of use for the same only.

        Raises:
            PagingMixed: Both forms are asked for.
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if not self.is_numbered:
            place = self.cursor and cursors.open(self.cursor, Place, query=bound)
            return Slice(self.limit + 1, 0, place or None, counted=False)
        for name in ("cursor", "limit"):
            if name in self.model_fields_set:
                raise PagingMixed(name)
        return Slice(self.size + 1, ((self.page or 1) - 1) * self.size, None, counted=True)

    def answer(
        self,
        rows: Sequence[T],
        total: int | None,
        cursors: Cursors,
        bound: Mapping[str, object],
        *,
        place_of: Callable[[T], Place],
        view: Callable[[T], object],
    ) -> bytes:
        """Return the JSON of one page.

        Args:
            rows: What `slice` asked for, the one more included.
            total: How many there are; None where it was not asked for.
        """
        has_more, shown = len(rows) > self.size, rows[: self.size]
        data = [view(row) for row in shown]
        if self.is_numbered:
            numbers = {"total": total, "page": self.page or 1, "page_size": self.size}
            return encode({"data": data, **numbers, "has_more": has_more})
        following = cursors.seal(place_of(shown[-1]), query=bound) if has_more else None
        return encode({"data": data, "next_cursor": following, "has_more": has_more})

"""Lists by cursor and by the number of a page."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.web.cursors import CursorInvalid, Cursors
from playhead.web.pages import PagedQuery, PagingMixed, Place, Slice

CURSORS = Cursors(b"k" * 32)
BOUND = {"list": "things"}


def places(count: int) -> list[Place]:
    # Two share each instant: the id must tell them apart.
    found = [Place(at=Micros(number // 2), id=UUID(int=number)) for number in range(count)]
    return sorted(found, key=lambda place: (place.at, place.id), reverse=True)


def read(rows: list[Place], part: Slice) -> list[Place]:
    if part.before is not None:
        edge = (part.before.at, part.before.id)
        rows = [row for row in rows if (row.at, row.id) < edge]
    return rows[part.skip :][: part.most]


def page(rows: list[Place], **asked: Any) -> dict[str, Any]:
    query = PagedQuery.model_validate(asked)
    found = read(rows, query.slice(CURSORS, BOUND))
    text = query.answer(
        found,
        len(rows) if query.is_numbered else None,
        CURSORS,
        BOUND,
        place_of=lambda place: place,
        view=lambda place: place.id.int,
    )
    return dict(json.loads(text))


@given(count=st.integers(0, 40), limit=st.integers(1, 15))
def test_walking_by_cursor_gives_every_row_once(count: int, limit: int) -> None:
    rows, seen, cursor = places(count), [], None
    while True:
        found = page(rows, limit=limit, **({"cursor": cursor} if cursor else {}))
        seen += found["data"]
        cursor = found["next_cursor"]
        if not found["has_more"]:
            break

    assert seen == [row.id.int for row in rows]


@given(count=st.integers(0, 40), size=st.integers(1, 15))
def test_walking_by_number_gives_every_row_once_and_the_total(count: int, size: int) -> None:
    rows, seen = places(count), []
    for number in range(1, count // size + 2):
        found = page(rows, page=number, page_size=size)
        seen += found["data"]
        assert (found["total"], found["has_more"]) == (count, len(seen) < count)

    assert seen == [row.id.int for row in rows]


def test_a_page_size_alone_means_the_first_page() -> None:
    found = page(places(3), page_size=2)

    assert (found["page"], found["page_size"], len(found["data"])) == (1, 2, 2)


def test_both_forms_at_once_are_refused_by_name() -> None:
    with pytest.raises(PagingMixed) as refused:
        page(places(1), page=1, limit=5)

    assert refused.value.field == "limit"


def test_a_cursor_of_another_list_is_refused() -> None:
    place = places(1)[0]
    cursor = CURSORS.seal(place, query={"list": "others"})

    with pytest.raises(CursorInvalid):
        page(places(1), cursor=cursor)

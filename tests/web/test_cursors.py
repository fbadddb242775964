"""Cursors: opaque, sealed, bound to their query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.web.cursors import CursorInvalid, Cursors

CURSORS = Cursors(b"k" * 32)
QUERY = {"list": "markets", "search": "btc"}
SEALED = CURSORS.seal("KXBTC-26DEC31", query=QUERY)


def test_a_cursor_gives_its_state_back_to_the_same_query() -> None:
    assert CURSORS.open(SEALED, str, query=dict(reversed(QUERY.items()))) == "KXBTC-26DEC31"


def test_a_cursor_of_another_query_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.open(SEALED, str, query=QUERY | {"search": "eth"})


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        Cursors(b"o" * 32).open(SEALED, str, query=QUERY)


def test_a_state_of_another_shape_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.open(SEALED, int, query=QUERY)


@given(place=st.integers(0, len(SEALED) - 1), letter=st.characters(codec="ascii"))
def test_one_altered_letter_never_changes_the_state(place: int, letter: str) -> None:
    altered = SEALED[:place] + letter + SEALED[place + 1 :]

    try:
        assert CURSORS.open(altered, str, query=QUERY) == "KXBTC-26DEC31"
    except CursorInvalid:
        assert altered != SEALED


@given(text=st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.open(text, str, query=QUERY)

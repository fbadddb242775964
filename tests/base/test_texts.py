"""Texts that can be kept."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.texts import is_storable, storable

ANY = st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\0"))


@given(ANY)
def test_what_is_kept_differs_only_where_it_cannot_be_kept(text: str) -> None:
    kept = storable(text)

    assert len(kept) == len(text)
    assert is_storable(kept)
    for before, after in zip(text, kept, strict=True):
        assert after == (before if is_storable(before) else "\ufffd")


@given(ANY)
def test_what_can_be_kept_is_utf_8_without_zeros(text: str) -> None:
    has_halves = any(0xD800 <= ord(each) < 0xE000 for each in text)

    assert is_storable(text) == (not has_halves and "\0" not in text)

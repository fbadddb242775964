"""Values on the wire."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros, format_instant
from playhead.web.parameters import END_OF_TIME
from playhead.web.wire import instant, instant_text


@given(at=st.integers(0, END_OF_TIME - 1).map(Micros))
def test_an_instant_is_written_as_everywhere_else(at: Micros) -> None:
    assert instant_text(at) == format_instant(at)


def test_no_instant_is_null() -> None:
    assert instant(None) is None

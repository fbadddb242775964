"""What a frame means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros, format_instant, parse_instant
from playhead.history.kalshi import (
    BookDelta,
    BookSnapshot,
    Message,
    Unparsable,
    parse,
)
from playhead.history.kalshi.numbers import micros_of_text
from tests.history.kalshi.builders import (
    almost_frames,
    in_both,
    in_cents,
    in_strings,
    whole_deltas,
)
from tests.history.kalshi.golden import GOLDEN, HEAD, UNPARSABLE


@pytest.mark.parametrize(("frame", "meaning"), GOLDEN.values(), ids=GOLDEN)
def test_a_frame_has_its_meaning(frame: str, meaning: Message) -> None:
    assert parse(frame) == meaning
    assert parse(frame.encode()) == meaning


@pytest.mark.parametrize(("frame", "meaning"), GOLDEN.values(), ids=GOLDEN)
def test_a_torn_frame_is_unparsable(frame: str, meaning: Message) -> None:
    torn = frame.rstrip()[:-1]

    assert type(parse(torn)) is Unparsable


@pytest.mark.parametrize("frame", UNPARSABLE.values(), ids=UNPARSABLE)
def test_a_frame_that_says_too_little_is_unparsable_with_a_reason(frame: str) -> None:
    meaning = parse(frame)

    assert isinstance(meaning, Unparsable)
    assert meaning.reason


def test_an_unparsable_frame_keeps_its_place_in_the_sequence() -> None:
    meaning = parse('{"type":"orderbook_delta","sid":3,"seq":8,"msg":{}}')

    assert (meaning.sid, meaning.seq) == (3, 8)


def test_no_bids_in_yes_prices_come_back_in_their_own_price() -> None:
    snapshot = parse(
        '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
        '"yes_dollars_fp":[["0.4700","3.00"]],"no_dollars_fp":[["0.5200","1.00"],["0.6","2"]]}}',
        use_yes_price=True,
    )

    assert isinstance(snapshot, BookSnapshot)
    assert snapshot.yes == ((470_000, 300),)
    assert snapshot.no == ((400_000, 200), (480_000, 100))


def test_a_no_delta_in_yes_prices_comes_back_in_its_own_price() -> None:
    frame = f'{{{HEAD},"msg":{{"market_ticker":"A","price":52,"delta":1,"side":"no"}}}}'

    delta = parse(frame, use_yes_price=True)

    assert isinstance(delta, BookDelta)
    assert delta.price == 480_000


@given(st.binary() | st.text())
def test_any_bytes_come_back_as_a_message(frame: bytes | str) -> None:
    assert isinstance(parse(frame), Message)


@given(almost_frames())
def test_any_values_under_the_right_names_come_back_as_a_message(frame: bytes) -> None:
    assert isinstance(parse(frame), Message)


@given(whole_deltas())
def test_the_three_generations_of_a_delta_agree(delta: BookDelta) -> None:
    assert parse(in_cents(delta)) == delta
    assert parse(in_strings(delta)) == delta
    assert parse(in_both(delta)) == delta


@given(st.integers(-(10**14), 10**14), st.sampled_from(["Z", "+00:00"]), st.integers(0, 6))
def test_a_time_of_any_precision_is_what_the_slow_parser_says(
    at: int, zone: str, places: int
) -> None:
    whole, fraction = format_instant(Micros(at))[:-1].split(".")
    text = (f"{whole}.{fraction[:places]}" if places else whole) + zone

    assert micros_of_text(text) == parse_instant(text)

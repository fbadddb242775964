"""Conditions in CEL: what is refused when they are saved, what they come to when they run."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.reflexes.conditions import (
    EVENT_KINDS,
    ConditionInvalid,
    compile_condition,
    compile_key,
    mentioned,
)
from playhead.automation.reflexes.conditions.folding import folded
from playhead.automation.reflexes.market.facts import MARKET_KINDS
from playhead.base.exact import format_scaled

ISSUE = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("book.spread > 2", 'price("0.60")'),
        ("book.spread > 0.02", 'price("0.60")'),
        ('book.spread > contracts("2")', "does not take"),
        ("book.best_yes_bid_size > 10", 'contracts("10.00")'),
        ('book.spred > price("1")', "there is no book.spred here"),
        ('book.spread > price("0.1234567")', "more than 6 digits"),
        ('price("abc") < book.spread', "not a decimal number"),
        ("book.known &&", "Syntax error"),
        ("book.spread", "comes to true or false"),
        ("(" * 60 + "true" + ")" * 60, "nested too deeply"),
        ("  ", "characters"),
    ],
    ids=["int", "float", "unit", "size", "name", "fine", "text", "cut", "type", "deep", "empty"],
)
def test_a_condition_that_cannot_be_meant_is_refused_when_it_is_saved(
    source: str, says: str
) -> None:
    with pytest.raises(ConditionInvalid, match="condition") as refused:
        compile_condition(source, MARKET_KINDS)
    assert says in refused.value.message
    assert refused.value.field == "condition"


def test_a_refusal_says_the_line_and_the_column() -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition("event.a > 3 &&\n  bar < 3", EVENT_KINDS)
    assert refused.value.fields == {"line": 2, "column": 3}


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_prices_are_compared_exactly(bid: int, spread: int) -> None:
    facts = {"book.best_yes_bid": bid, "book.spread": spread}
    found = compile_condition(ISSUE, MARKET_KINDS).judge(facts)
    assert found.matched is (bid > 600_000 and spread <= 20_000)
    assert found.reason is None


@given(st.integers(-(10**14), 10**14))
def test_a_price_that_is_written_out_is_the_number_it_says(micros: int) -> None:
    text = format_scaled(micros, 6, 2)
    assert folded(f"x == price('{text}')", field="f") == f"x == ({micros})"
    assert folded(f"'price(\"{text}\")' == x", field="f") == f"'price(\"{text}\")' == x"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("event.missing == 1", 'there is no "missing" in it'),
        ("event.text > 1", "> does not take (string, int64)"),
        ("event.list[70] == 1", "index"),
        ('price(event.text) > price("1")', "not a decimal number"),
        ('event.text.matches("[")', "invalid regular expression"),
        ("event.list.all(x, event.list.all(y, event.list.all(z, true)))", "too many elements"),
        ("event.list.all(x, event.long == event.long)", "too large"),
    ],
    ids=["key", "type", "index", "price", "regex", "loops", "work"],
)
def test_what_cannot_be_told_does_not_match_and_says_why(source: str, reason: str) -> None:
    event = {"text": "x", "list": list(range(60)), "long": "y"}
    if "event.long" in source:
        event |= {"list": list(range(9000)), "long": "y" * 10_000}
    found = compile_condition(source, EVENT_KINDS).judge({"event": event, "at": 0})
    assert not found.matched
    assert found.reason is not None
    assert reason in found.reason.lower() or reason in found.reason


def test_a_fact_that_is_not_known_does_not_match() -> None:
    found = compile_condition(ISSUE, MARKET_KINDS).judge(
        {"book.best_yes_bid": 700_000, "book.spread": None}
    )
    assert (found.matched, found.reason) == (False, "book.spread is not known")


def test_equal_keys_are_equal_texts_and_long_ones_are_short() -> None:
    key = compile_key("event.id", EVENT_KINDS)
    assert key.key({"event": {"id": "a"}}).text == "a"
    assert key.key({"event": {"id": 7}}).text == "7"
    assert key.key({"event": {}}).reason == 'there is no "id" in it'
    long = key.key({"event": {"id": "x" * 5000}}).text
    assert long is not None
    assert long.startswith("sha256:")


def test_nothing_that_cannot_be_kept_comes_out_of_an_expression() -> None:
    key = compile_key('event.id + "\\u0000"', EVENT_KINDS).key({"event": {"id": "a"}})
    assert key.text is not None
    assert key.text.startswith("sha256:")
    found = compile_condition('event["\\u0000"] == 1', EVENT_KINDS).judge({"event": {}})
    assert found.reason is not None
    assert found.reason.isprintable()


def test_the_trace_holds_what_was_looked_at_cut_where_it_is_long() -> None:
    source = 'event.order.items[0]["the name"] == "x" && event.long.startsWith("y")'
    event = {"order": {"items": [{"the name": "z"}]}, "long": "y" * 1000}
    told = mentioned(source, {"event": event, "at": 5})
    assert told['event.order.items[0]["the name"]'] == "z"
    assert len(str(told["event.long"])) == 200
    assert "at" not in told


@given(st.text(max_size=60))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    with suppress(ConditionInvalid):
        compile_condition(source, EVENT_KINDS).judge({"event": {}, "at": 0})

"""The shipped price book: what its source says, written down, and nothing else."""

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from genai_prices import Usage as SourceUsage
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.automation.models import LOCAL_MODEL, Usage
from playhead.automation.models.prices import (
    ModelPrices,
    ModelUnknown,
    PriceBookInvalid,
    price_book_shipped,
    read_models,
    write_models,
)
from playhead.automation.models.prices.seed import seeded
from playhead.base.time import Micros, datetime_of, parse_instant

BOOK = price_book_shipped()
TEXT = files("playhead.automation.models.prices").joinpath("prices.jsonl").read_text("utf-8")
SOLD = [model for model in BOOK if model.provider != "local"]
SELLERS = {seller.id: seller for seller in providers}
NOW = parse_instant("2026-11-22T12:00:00Z")
COUNT = st.integers(min_value=0, max_value=500_000)


def test_the_shipped_book_is_what_its_source_says_today() -> None:
    taken_on = read_models(TEXT)[0].taken_on

    assert seeded(date.fromisoformat(taken_on)) == TEXT


def test_a_book_that_is_read_and_written_is_the_same() -> None:
    origin, models = read_models(TEXT)

    assert write_models(origin, models) == TEXT
    assert origin.source.startswith("genai-prices 0.2")


@settings(max_examples=300, deadline=None)
@given(
    model=st.sampled_from(SOLD),
    at=st.integers(parse_instant("2024-01-01T00:00:00Z"), parse_instant("2027-06-01T00:00:00Z")),
    fresh=COUNT,
    cached=COUNT,
    answered=COUNT,
    reasoned=COUNT,
)
def test_every_price_is_the_sources_own(
    model: ModelPrices, at: int, fresh: int, cached: int, answered: int, reasoned: int
) -> None:
    usage = Usage(fresh, cached, 0, answered, reasoned)
    theirs = SourceUsage(
        input_tokens=fresh + cached, cache_read_tokens=cached, output_tokens=answered + reasoned
    )
    seller = SELLERS[model.provider]
    info = seller.find_model(model.model)

    ours = BOOK.price(model.provider, model.model, Micros(at), usage)

    assert info is not None
    price = info.calc_price(theirs, seller, genai_request_timestamp=datetime_of(Micros(at)))
    assert ours.dollars == price.total_price


@pytest.mark.parametrize("model", SOLD, ids=lambda model: f"{model.provider}-{model.model}")
def test_larger_requests_never_pay_less_for_a_token(model: ModelPrices) -> None:
    for period in model.periods:
        for small, large in zip(period.tiers, period.tiers[1:], strict=False):
            for name, price in small.pico_dollars.items():
                assert large.pico_dollars[name] >= price


def test_a_dated_name_is_found_where_its_source_finds_it() -> None:
    assert BOOK.find("anthropic", "claude-opus-4-5-20251101").model == "claude-opus-4-5"
    assert BOOK.find("openai", "gpt-6-sol-2026-10-01").model == "gpt-6-sol"
    with pytest.raises(ModelUnknown):
        BOOK.find("openai", "gpt-6-sol@20261001")


@pytest.mark.parametrize("name", ["gpt-5-search-api", "gpt-image-1", "tts-1", "claude-opus-99"])
def test_what_is_paid_by_more_than_tokens_or_is_unknown_is_not_there(name: str) -> None:
    for provider in ("openai", "anthropic"):
        with pytest.raises(ModelUnknown):
            BOOK.find(provider, name)


def test_the_local_model_is_free() -> None:
    cost = BOOK.price("local", LOCAL_MODEL, NOW, Usage(10, 0, 0, 10, 0))

    assert cost.dollars == Decimal(0)


def test_a_price_that_changed_is_dated() -> None:
    usage = Usage(input=1_000_000, output=0)
    change = parse_instant("2027-01-01T00:00:00Z")

    before = BOOK.price("google", "gemini-3.8-flash", Micros(change - 1), usage)
    after = BOOK.price("google", "gemini-3.8-flash", change, usage)

    assert (before.dollars, after.dollars) == (Decimal("0.75"), Decimal("1.5"))


@pytest.mark.parametrize("broken", ["", "{}", TEXT + "{}\n", TEXT.replace('"8"', '"x"', 1)])
def test_a_book_that_cannot_be_read_is_refused(broken: str) -> None:
    with pytest.raises(PriceBookInvalid):
        read_models(broken)

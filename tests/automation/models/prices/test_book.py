"""What tokens cost: exact, additive, dated, and refused where it is not known."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.models import TokenClass, Usage
from playhead.automation.models.prices import (
    Cost,
    ModelPrices,
    ModelUnknown,
    Period,
    PriceBook,
    PriceBookInvalid,
    Snapshot,
    Tier,
    TokenPriceUnknown,
    UsageIncomplete,
)
from playhead.automation.models.prices.model import pico_dollars_of
from playhead.base.time import Micros

CHANGE = Micros(1_000_000)
OLD = {each: 1_000_000 * number for number, each in enumerate(TokenClass, 1)}
NEW = {each: 2 * price for each, price in OLD.items()}
LARGE = {each: 3 * price for each, price in OLD.items()}
BOOK = PriceBook(
    [
        ModelPrices(
            "acme",
            "large-1",
            (
                Period(Micros(0), (Tier(0, OLD),)),
                Period(CHANGE, (Tier(0, NEW), Tier(1000, LARGE))),
            ),
            aliases=frozenset({"large"}),
            snapshots=frozenset({Snapshot.COMPACT}),
        ),
        ModelPrices(
            "acme",
            "plain",
            (Period(CHANGE, (Tier(0, {TokenClass.INPUT: 5, TokenClass.OUTPUT: 7}),)),),
        ),
    ]
)
COUNT = st.integers(min_value=0, max_value=10**7)
USAGES = st.builds(Usage, input=COUNT, cached_input=COUNT, cache_write=COUNT, output=COUNT)


def cost(usage: Usage, at: int = 0, model: str = "large-1") -> Cost:
    return BOOK.price("acme", model, Micros(at), usage)


@given(usage=USAGES)
def test_a_cost_is_the_sum_of_its_classes_exactly(usage: Usage) -> None:
    whole = cost(usage)

    assert whole.pico_dollars == sum(OLD[name] * many for name, many in usage.counted())
    assert whole.dollars == sum(
        Decimal(OLD[name]) / 10**12 * many for name, many in usage.counted()
    )


@given(one=USAGES, other=USAGES)
def test_two_usages_cost_together_what_they_cost_apart(one: Usage, other: Usage) -> None:
    added = dict(other.counted())
    together = Usage(**{name.value: many + added[name] for name, many in one.counted()})

    assert cost(together).pico_dollars == cost(one).pico_dollars + cost(other).pico_dollars


@given(usage=USAGES, name=st.sampled_from(list(TokenClass)), more=COUNT)
def test_more_tokens_never_cost_less(usage: Usage, name: TokenClass, more: int) -> None:
    counted = dict(usage.counted())
    counted[name] = counted.get(name, 0) + more
    larger = Usage(**{each.value: many for each, many in counted.items()})

    assert cost(larger, CHANGE).pico_dollars >= cost(usage, CHANGE).pico_dollars


@given(usage=USAGES)
def test_micro_dollars_are_rounded_up_and_by_less_than_one(usage: Usage) -> None:
    whole = cost(usage)

    assert 0 <= whole.micro_dollars * 1_000_000 - whole.pico_dollars < 1_000_000


def test_a_change_of_price_holds_from_its_instant_on() -> None:
    usage = Usage(input=100, output=0)

    assert cost(usage, CHANGE - 1).pico_dollars * 2 == cost(usage, CHANGE).pico_dollars


def test_a_large_request_pays_the_large_price_for_every_token() -> None:
    at_the_edge = Usage(input=600, cached_input=300, cache_write=100, output=10)
    above_it = Usage(input=600, cached_input=300, cache_write=101, output=10)

    assert (
        cost(at_the_edge, CHANGE).pico_dollars_of[TokenClass.OUTPUT] == 10 * NEW[TokenClass.OUTPUT]
    )
    assert (
        cost(above_it, CHANGE).pico_dollars_of[TokenClass.OUTPUT] == 10 * LARGE[TokenClass.OUTPUT]
    )


@pytest.mark.parametrize("name", ["large-1", "large", "large-1-20260101", "large-20260101"])
def test_a_model_is_found_by_its_names(name: str) -> None:
    assert BOOK.find("acme", name).model == "large-1"


@pytest.mark.parametrize(
    "name", ["Large-1", "large-2", "large-1-2026-01-01", "large-1@20260101", "plain-20260101", ""]
)
def test_a_name_that_is_not_in_the_book_is_refused(name: str) -> None:
    with pytest.raises(ModelUnknown) as refused:
        BOOK.find("acme", name)

    assert (refused.value.field, refused.value.fields["model"]) == ("model", name)


def test_a_model_of_another_provider_is_unknown() -> None:
    with pytest.raises(ModelUnknown):
        BOOK.find("other", "large-1")


def test_a_model_that_one_provider_sells_is_found_without_naming_it() -> None:
    twin = ModelPrices("other", "large-1", (Period(Micros(0), (Tier(0, OLD),)),))

    assert BOOK.find_anywhere("large-20260101").provider == "acme"
    assert BOOK.joined([twin]).find_anywhere("plain").provider == "acme"
    for book, name in [(BOOK, "large-2"), (BOOK.joined([twin]), "large-1")]:
        with pytest.raises(ModelUnknown):
            book.find_anywhere(name)


def test_before_its_first_price_a_model_has_none() -> None:
    with pytest.raises(ModelUnknown):
        cost(Usage(input=1, output=1), CHANGE - 1, "plain")


def test_used_tokens_without_a_price_are_refused_and_unused_ones_are_not() -> None:
    assert cost(Usage(2, 0, None, 3, 0), CHANGE, "plain").pico_dollars == 31

    with pytest.raises(TokenPriceUnknown) as refused:
        cost(Usage(2, 0, 1, 3, 0), CHANGE, "plain")

    assert refused.value.field == "usage.cache_write"
    assert isinstance(refused.value, ModelUnknown)


@pytest.mark.parametrize(
    ("usage", "field"),
    [(Usage(output=1), "usage.input"), (Usage(input=1), "usage.output"), (Usage(), "usage.input")],
)
def test_what_was_not_counted_has_no_price(usage: Usage, field: str) -> None:
    with pytest.raises(UsageIncomplete) as refused:
        cost(usage)

    assert refused.value.field == field


def test_two_models_cannot_share_a_name() -> None:
    twin = ModelPrices("acme", "large", (Period(Micros(0), (Tier(0, OLD),)),))

    with pytest.raises(PriceBookInvalid):
        BOOK.joined([twin])


def test_a_book_can_be_joined_by_an_operators_own_models() -> None:
    own = ModelPrices("compatible", "llama", (Period(Micros(0), (Tier(0, OLD),)),))

    joined = BOOK.joined([own])

    assert joined.find("compatible", "llama") is own
    assert [each.model for each in joined] == ["large-1", "plain", "llama"]


@pytest.mark.parametrize(
    "periods",
    [
        (),
        (Period(CHANGE, (Tier(0, OLD),)), Period(Micros(0), (Tier(0, OLD),))),
        (Period(Micros(0), (Tier(0, OLD),)), Period(Micros(0), (Tier(0, NEW),))),
        (Period(Micros(0), ()),),
        (Period(Micros(0), (Tier(5, OLD),)),),
        (Period(Micros(0), (Tier(0, {TokenClass.INPUT: -1}),)),),
    ],
)
def test_prices_that_contradict_themselves_are_refused(periods: tuple[Period, ...]) -> None:
    with pytest.raises(PriceBookInvalid):
        ModelPrices("acme", "odd", periods)


@pytest.mark.parametrize("price", ["0.0000001", "NaN", "Infinity"])
def test_a_price_that_is_not_exact_in_pico_dollars_is_refused(price: str) -> None:
    with pytest.raises(PriceBookInvalid):
        pico_dollars_of(Decimal(price))

"""The simulation as a whole: it repeats itself exactly, and its books hold together."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.history.books import DOLLAR, Book, Change, Side, fold
from playhead.history.exchange.simulated import (
    BookChanged,
    Happening,
    LifecycleChanged,
    LifecycleKind,
    Quoted,
    Simulation,
    Traded,
)
from tests.history.exchange.builders import START, after, simulation


def books_of(run: Simulation) -> dict[str, Book]:
    return {ticker: market.book() for ticker, market in run.venue.markets.items()}


def changes_by_market(happenings: Iterable[Happening]) -> dict[str, list[Change]]:
    changes = defaultdict(list)
    for one in happenings:
        if isinstance(one, BookChanged):
            changes[one.ticker].append(Change(one.side, one.price, one.size))
    return changes


def test_the_same_arguments_give_the_same_happenings_and_another_seed_others() -> None:
    first, again, other = (simulation(seed=seed).advance(after(5)) for seed in (7, 7, 8))

    assert len(first) > 500
    assert first == again
    assert first != other


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 3_000_000), max_size=8))
def test_how_time_is_cut_makes_no_difference(cuts: list[int]) -> None:
    whole, pieces = simulation(), simulation()
    expected = whole.advance(after(3))

    told = [one for cut in sorted(cuts) for one in pieces.advance(after(cut / 1e6))]

    assert told + pieces.advance(after(3)) == expected
    assert books_of(pieces) == books_of(whole)


def test_looking_at_a_market_changes_nothing() -> None:
    watched, alone = simulation(), simulation()
    books_of(watched)

    assert watched.advance(after(3)) == alone.advance(after(3))


def test_changes_fold_to_the_true_books_and_are_all_counted() -> None:
    run = simulation()
    first = books_of(run)

    changes = changes_by_market(run.advance(after(120)))

    for ticker, market in run.venue.markets.items():
        book = first.get(ticker, Book())
        assert fold(book, changes[ticker]) == market.book()
        assert market.deltas == len(changes[ticker])


def test_no_book_is_crossed_after_any_change() -> None:
    run = simulation()
    live = {ticker: (dict(book.yes), dict(book.no)) for ticker, book in books_of(run).items()}
    for one in run.advance(after(30)):
        if isinstance(one, BookChanged):
            sides = live.setdefault(one.ticker, ({}, {}))
            sides[one.side][one.price] = sides[one.side].get(one.price, 0) + one.size  # type: ignore[assignment]
            if not sides[one.side][one.price]:
                del sides[one.side][one.price]
            yes, no = sides
            assert not yes or not no or max(yes) + max(no) < DOLLAR


def test_exchange_time_never_steps_back() -> None:
    times = [one.at for one in simulation().advance(after(60))]

    assert times == sorted(times)
    assert times[0] >= START


def test_every_trade_follows_the_reduction_that_it_caused() -> None:
    happenings = simulation().advance(after(30))

    trades = [pair for pair in pairwise(happenings) if isinstance(pair[1], Traded)]

    assert len(trades) > 50
    for before, trade in trades:
        assert isinstance(before, BookChanged)
        assert isinstance(trade, Traded)
        assert (before.ticker, before.size) == (trade.ticker, -trade.size)
        is_no = before.side is Side.NO
        assert trade.yes_price == (DOLLAR - before.price if is_no else before.price)


def test_trades_are_numbered_without_a_hole_and_named_apart() -> None:
    trades = [one for one in simulation().advance(after(30)) if isinstance(one, Traded)]

    assert [trade.number for trade in trades] == list(range(1, len(trades) + 1))
    assert len({trade.trade_id for trade in trades}) == len(trades)


def test_quotes_are_at_least_a_second_apart_and_end_with_the_truth() -> None:
    run = simulation()
    quotes = defaultdict(list)
    for one in run.advance(after(20)):
        if isinstance(one, Quoted):
            quotes[one.ticker].append(one)

    for ticker, told in quotes.items():
        gaps = [later.at - one.at for one, later in pairwise(told)]
        assert all(gap >= 1_000_000 for gap in gaps)
        market = run.market(ticker)
        assert market is not None
        assert market.quote_is_due or told[-1].quote == market.quote()


def test_sizes_and_prices_stay_on_the_grid() -> None:
    run = simulation()
    run.advance(after(20))

    for market in run.venue.markets.values():
        allowed = set(market.listing.grid.prices)
        for side in Side:
            levels = market.engine.levels(side)
            assert allowed.issuperset(levels)
            assert all(size > 0 for size in levels.values())


@pytest.mark.parametrize("markets", [1, 5, 10, 41, 200])
def test_as_many_markets_are_listed_as_asked_for(markets: int) -> None:
    run = simulation(markets=markets)

    assert len(run.venue.markets) == markets
    assert len(books_of(run)) == markets


def test_a_run_of_minutes_shows_every_kind_of_step_in_a_life() -> None:
    happenings = simulation(markets=60, rate=50.0).advance(after(900))

    kinds = Counter(one.kind for one in happenings if isinstance(one, LifecycleChanged))

    assert set(kinds) == set(LifecycleKind)

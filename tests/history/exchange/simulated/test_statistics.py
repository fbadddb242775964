"""The simulation resembles the recordings: loose bounds around what was measured."""

from collections import Counter
from itertools import pairwise
from statistics import mean, median, pvariance

import pytest

from playhead.history.books import DOLLAR
from playhead.history.exchange.simulated import BookChanged, Happening, Quoted, Status, Traded
from playhead.history.exchange.simulated.simulation import Simulation
from tests.history.exchange.builders import after, simulation

SECONDS = 120
RATE = 500.0


@pytest.fixture(scope="module")
def run() -> Simulation:
    return simulation(seed=3, markets=300, rate=RATE)


@pytest.fixture(scope="module")
def happenings(run: Simulation) -> list[Happening]:
    return run.advance(after(SECONDS))


@pytest.fixture(scope="module")
def deltas(happenings: list[Happening]) -> list[BookChanged]:
    return [one for one in happenings if isinstance(one, BookChanged)]


def test_the_rate_is_the_one_asked_for(deltas: list[BookChanged]) -> None:
    assert 0.8 * RATE < len(deltas) / SECONDS < 1.2 * RATE


def test_about_twenty_changes_come_with_a_trade(
    happenings: list[Happening], deltas: list[BookChanged]
) -> None:
    trades = sum(isinstance(one, Traded) for one in happenings)

    assert 10 < len(deltas) / trades < 40


def test_tickers_are_far_fewer_than_changes(
    happenings: list[Happening], deltas: list[BookChanged]
) -> None:
    assert len(deltas) > 5 * sum(isinstance(one, Quoted) for one in happenings)


def test_few_markets_make_most_of_the_changes(deltas: list[BookChanged]) -> None:
    counts = [count for _, count in Counter(one.ticker for one in deltas).most_common()]

    assert sum(counts[:30]) > 0.5 * len(deltas)
    assert counts[0] > 100 * median(counts) / 10


def test_counts_a_second_are_overdispersed(deltas: list[BookChanged]) -> None:
    seconds = Counter((one.at - after(0)) // 1_000_000 for one in deltas)
    counts = [seconds[second] for second in range(SECONDS)]

    assert pvariance(counts) > 3 * mean(counts)


def test_bursts_last_beyond_a_second(deltas: list[BookChanged]) -> None:
    seconds = Counter((one.at - after(0)) // 1_000_000 for one in deltas)
    counts = [seconds[second] - len(deltas) / SECONDS for second in range(SECONDS)]

    together = sum(one * later for one, later in pairwise(counts))
    assert together / sum(one * one for one in counts) > 0.1


def test_additions_and_reductions_balance(deltas: list[BookChanged]) -> None:
    assert 0.42 < sum(one.size > 0 for one in deltas) / len(deltas) < 0.58


def test_sizes_repeat_and_some_are_fractional(deltas: list[BookChanged]) -> None:
    busiest, _ = Counter(one.ticker for one in deltas).most_common(1)[0]
    sizes = Counter(abs(one.size) for one in deltas if one.ticker == busiest)

    assert sum(count for _, count in sizes.most_common(8)) > 0.25 * sizes.total()
    assert 0.02 < sum(one.size % 100 != 0 for one in deltas) / len(deltas) < 0.2


def test_busy_books_are_deep_and_tight(run: Simulation, deltas: list[BookChanged]) -> None:
    busiest = Counter(one.ticker for one in deltas).most_common(40)
    markets = [run.venue.markets[ticker] for ticker, _ in busiest]
    books = [one.book() for one in markets if one.listing.status is Status.ACTIVE]
    full = [book for book in books if book.yes and book.no]

    assert 15 < median(len(book.yes) + len(book.no) for book in full) < 80
    assert median(DOLLAR - max(book.yes) - max(book.no) for book in full) < 60_000


def test_many_markets_are_empty_or_one_sided(run: Simulation) -> None:
    fresh = simulation(seed=3, markets=300)
    books = [one.book() for one in fresh.venue.markets.values()]

    lacking = sum(not book.yes or not book.no for book in books)
    assert 0.1 < lacking / len(books) < 0.5

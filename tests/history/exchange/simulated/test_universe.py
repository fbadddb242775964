"""What is listed: series, events and markets."""

import re
from statistics import median
from time import process_time

from playhead.history.exchange.simulated import Status
from tests.history.exchange.builders import START, simulation

TICKER = re.compile(r"KX[A-Z0-9]+-\d\d[A-Z]{3}\d\d(\d{4})?-[TB]?[A-Z0-9.]+")


def test_tickers_look_like_the_real_ones_and_ids_are_unique() -> None:
    listings = [one.listing for one in simulation(markets=2_000).venue.markets.values()]

    assert all(TICKER.fullmatch(one.ticker) for one in listings)
    assert len({one.market_id for one in listings}) == 2_000
    assert [one.number for one in listings] == list(range(1, 2_001))


def test_markets_per_event_are_heavy_tailed() -> None:
    members = simulation(markets=5_000).venue.members.values()
    sizes = [len(markets) for markets in members]

    assert 2 <= median(sizes) <= 8
    assert max(sizes) > 50


def test_most_markets_are_open_at_the_start_and_some_open_later() -> None:
    listings = [one.listing for one in simulation(markets=500).venue.markets.values()]

    is_open = [one.status is Status.ACTIVE for one in listings]
    assert 0.9 < sum(is_open) / len(listings) < 1
    assert all((one.open_at <= START) == (one.status is Status.ACTIVE) for one in listings)
    assert all(one.close_at > max(START, one.open_at) for one in listings)


def test_several_price_structures_are_in_use() -> None:
    structures = {one.listing.structure for one in simulation(markets=300).venue.markets.values()}

    assert {"linear_cent", "deci_cent", "tapered_deci_cent"} <= structures
    assert len(structures) >= 5


def test_ten_thousand_markets_are_listed_in_seconds() -> None:
    began = process_time()

    simulation(markets=10_000)

    assert process_time() - began < 3

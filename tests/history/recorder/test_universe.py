"""Which markets are to be recorded when."""

from dataclasses import replace

import pytest

from playhead.base.time import Micros
from playhead.history.kalshi import LifecycleEvent, MarketFacts, MarketLifecycle
from playhead.history.recorder.universe import Margins, Turn, Universe

MARGINS = Margins(before_open=10, after_end=60, after_close=3600)
NOTHING = Turn([], [])


def at(seconds: float) -> Micros:
    return Micros(int(seconds * 1_000_000))


def facts(ticker: str = "A", status: str = "active") -> MarketFacts:
    return MarketFacts(
        ticker=ticker,
        event_ticker=None,
        title=None,
        status=status,
        open_at=at(1_000),
        close_at=at(2_000),
        created_at=None,
        result=None,
        settlement_value=None,
        price_level_structure=None,
        price_ranges=(),
        exchange_index=None,
        is_combo=False,
        is_provisional=False,
    )


def lifecycle(
    event: LifecycleEvent, *, opens: float | None = None, closes: float | None = None
) -> MarketLifecycle:
    return MarketLifecycle(
        market_ticker="A",
        event=event,
        open_at=None if opens is None else at(opens),
        close_at=None if closes is None else at(closes),
    )


@pytest.fixture
def universe() -> Universe:
    return Universe(MARGINS)


@pytest.fixture
def recorded(universe: Universe) -> Universe:
    universe.learn(facts(), at(1_500))
    universe.turn(at(1_500))
    return universe


def test_an_open_market_is_wanted_once(universe: Universe) -> None:
    universe.learn(facts(), at(1_500))

    assert universe.turn(at(1_500)) == Turn(["A"], [])
    assert universe.turn(at(1_500)) == NOTHING


def test_learning_the_same_again_changes_nothing(recorded: Universe) -> None:
    recorded.learn(facts(), at(1_501))

    assert recorded.turn(at(1_501)) == NOTHING


def test_a_created_market_is_wanted_a_little_before_it_opens(universe: Universe) -> None:
    universe.hear(lifecycle(LifecycleEvent.CREATED, opens=1_000, closes=2_000), at(500))

    assert universe.turn(at(989.9)) == NOTHING
    assert universe.turn(at(990)) == Turn(["A"], [])


def test_an_unopened_market_waits_for_its_clock(universe: Universe) -> None:
    universe.learn(facts(status="initialized"), at(500))

    assert universe.turn(at(989)) == NOTHING
    assert universe.turn(at(991)) == Turn(["A"], [])


def test_a_market_that_is_open_is_wanted_whatever_our_clock_says(universe: Universe) -> None:
    universe.learn(facts(status="active"), at(500))

    assert universe.turn(at(500)) == Turn(["A"], [])


@pytest.mark.parametrize("event", [LifecycleEvent.DETERMINED, LifecycleEvent.SETTLED])
def test_an_ended_market_stays_for_a_grace(recorded: Universe, event: LifecycleEvent) -> None:
    recorded.hear(lifecycle(event), at(1_600))

    assert recorded.turn(at(1_659)) == NOTHING
    assert recorded.turn(at(1_660)) == Turn([], ["A"])


def test_settling_after_determining_does_not_prolong_the_grace(recorded: Universe) -> None:
    recorded.hear(lifecycle(LifecycleEvent.DETERMINED), at(1_600))
    recorded.hear(lifecycle(LifecycleEvent.SETTLED), at(1_650))

    assert recorded.turn(at(1_660)) == Turn([], ["A"])


def test_a_closed_market_whose_end_nobody_announces_goes_in_the_end(recorded: Universe) -> None:
    assert recorded.turn(at(5_599)) == NOTHING
    assert recorded.turn(at(5_600)) == Turn([], ["A"])


def test_a_close_that_moves_away_moves_the_end(recorded: Universe) -> None:
    recorded.hear(lifecycle(LifecycleEvent.CLOSE_DATE_UPDATED, closes=9_000), at(1_600))

    assert recorded.turn(at(5_600)) == NOTHING
    assert recorded.turn(at(12_600)) == Turn([], ["A"])


def test_a_close_that_moves_nearer_moves_the_end(recorded: Universe) -> None:
    recorded.hear(lifecycle(LifecycleEvent.CLOSE_DATE_UPDATED, closes=1_600), at(1_600))

    assert recorded.turn(at(5_200)) == Turn([], ["A"])


@pytest.mark.parametrize(
    "reopening",
    [
        lifecycle(LifecycleEvent.ACTIVATED),
        lifecycle(LifecycleEvent.CLOSE_DATE_UPDATED, closes=9_000),
    ],
)
def test_a_market_that_reopens_stays(recorded: Universe, reopening: MarketLifecycle) -> None:
    recorded.hear(lifecycle(LifecycleEvent.DETERMINED), at(1_600))
    recorded.hear(reopening, at(1_610))

    assert recorded.turn(at(1_700)) == NOTHING


def test_a_stale_list_does_not_reopen_what_just_ended(recorded: Universe) -> None:
    recorded.hear(lifecycle(LifecycleEvent.DETERMINED), at(1_600))
    recorded.learn(facts(status="active"), at(1_615))

    assert recorded.turn(at(1_660)) == Turn([], ["A"])


def test_a_paused_market_stays(recorded: Universe) -> None:
    recorded.hear(lifecycle(LifecycleEvent.DEACTIVATED), at(1_600))
    recorded.learn(facts(status="inactive"), at(1_600))

    assert recorded.turn(at(1_900)) == NOTHING


def test_the_list_can_end_a_market_too(recorded: Universe) -> None:
    recorded.learn(facts(status="finalized"), at(1_600))

    assert recorded.turn(at(1_660)) == Turn([], ["A"])


def test_a_market_that_vanished_from_the_list_goes(recorded: Universe) -> None:
    recorded.gone(["A", "B"], at(1_600))

    assert recorded.turn(at(1_660)) == Turn([], ["A"])


def test_a_market_that_ended_before_we_knew_it_is_never_wanted(universe: Universe) -> None:
    universe.learn(facts(status="settled"), at(1_500))
    universe.hear(lifecycle(LifecycleEvent.SETTLED), at(1_500))

    assert (universe.turn(at(1_500)), universe.known) == (NOTHING, 0)


def test_combinations_and_foreign_markets_are_left_out() -> None:
    universe = Universe(MARGINS, accepts=lambda ticker: ticker == "A")
    universe.learn(facts("B"), at(1_500))
    universe.learn(replace(facts("A"), is_combo=True), at(1_500))

    assert universe.turn(at(1_500)) == NOTHING


def test_many_looks_at_one_market_leave_one_reminder(recorded: Universe) -> None:
    for second in range(100):
        recorded.learn(facts(), at(1_500 + second))
        recorded.turn(at(1_500 + second))

    assert len(recorded._due) == 1

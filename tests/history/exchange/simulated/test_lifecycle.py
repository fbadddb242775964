"""The lives of markets."""

from playhead.history.exchange.simulated import (
    BookChanged,
    EventCreated,
    Happening,
    LifecycleChanged,
    LifecycleKind,
    Market,
    Simulation,
    Status,
)
from tests.history.exchange.builders import after, simulation


def steps(happenings: list[Happening]) -> list[LifecycleChanged]:
    return [one for one in happenings if isinstance(one, LifecycleChanged)]


def one_minute_market(run: Simulation) -> Market:
    """The market of the rolling series that is open at the start and closes after a minute."""
    return next(one for one in run.venue.markets.values() if "BTC1M" in one.ticker)


def test_opening_and_closing_are_not_told() -> None:
    run = simulation()
    market = one_minute_market(run)

    told = [one for one in steps(run.advance(after(61))) if one.listing.ticker == market.ticker]

    assert told == []
    assert market.listing.status is Status.CLOSED


def test_a_closed_market_drains_and_then_stays_empty() -> None:
    run = simulation()
    market = one_minute_market(run)
    run.advance(market.listing.close_at)
    assert market.book().yes

    late = [one for one in run.advance(after(200)) if isinstance(one, BookChanged)]

    drained = [one for one in late if one.ticker == market.ticker]
    assert all(one.size < 0 for one in drained)
    assert not market.book().yes
    assert not market.book().no


def test_a_closed_market_is_determined_and_settled_after_its_timer() -> None:
    run = simulation()
    market = one_minute_market(run)

    told = [one for one in steps(run.advance(after(120))) if one.listing.ticker == market.ticker]

    determined, settled = told
    assert (determined.kind, settled.kind) == (LifecycleKind.DETERMINED, LifecycleKind.SETTLED)
    assert determined.listing.result in ("yes", "no")
    assert settled.at - determined.at == market.listing.settlement_timer_seconds * 1_000_000
    assert market.listing.status is Status.FINALIZED


def test_a_new_window_is_created_a_window_ahead_and_opens_by_the_clock() -> None:
    run = simulation()
    happenings = run.advance(after(60))
    created = next(one for one in steps(happenings) if one.kind is LifecycleKind.CREATED)
    market = run.market(created.listing.ticker)
    assert market is not None

    assert created.listing.status is Status.INITIALIZED
    assert created.listing.open_at - created.at == 60 * 1_000_000
    run.advance(created.listing.open_at)
    assert market.listing.status is Status.ACTIVE


def test_an_event_is_told_before_its_markets() -> None:
    happenings = simulation().advance(after(60))

    first = next(index for index, one in enumerate(happenings) if isinstance(one, EventCreated))

    event, market = happenings[first], happenings[first + 1]
    assert isinstance(event, EventCreated)
    assert isinstance(market, LifecycleChanged)
    assert market.listing.event == event.event


def test_an_unopened_market_has_no_book() -> None:
    run = simulation(markets=200)
    waiting = [
        one for one in run.venue.markets.values() if one.listing.status is Status.INITIALIZED
    ]

    assert waiting
    assert all(not one.book().yes and not one.book().no for one in waiting)


def test_a_pause_silences_the_market_and_its_end_cancels_every_order() -> None:
    run = simulation(rate=2_000.0)
    told: list[Happening] = []
    while not any(one.kind is LifecycleKind.ACTIVATED for one in steps(told)):
        told += run.advance(after((run.now - after(0)) / 1e6 + 10))
    resumed = next(one for one in steps(told) if one.kind is LifecycleKind.ACTIVATED)
    ticker = resumed.listing.ticker
    paused = next(one for one in steps(told) if one.listing.ticker == ticker)

    between = told[told.index(paused) : told.index(resumed)]
    changes = [one for one in between if isinstance(one, BookChanged) and one.ticker == ticker]
    assert paused.kind is LifecycleKind.DEACTIVATED
    assert {one.at for one in changes} <= {resumed.at}
    assert all(one.size < 0 for one in changes)


def test_an_early_closing_is_announced_and_kept() -> None:
    run = simulation(markets=60, rate=50.0)
    told = steps(run.advance(after(600)))
    moved = next(one for one in told if one.kind is LifecycleKind.CLOSE_DATE_UPDATED)
    market = run.market(moved.listing.ticker)
    assert market is not None

    assert moved.at < moved.listing.close_at < moved.at + 31 * 1_000_000
    assert market.listing.status in (Status.CLOSED, Status.DETERMINED, Status.FINALIZED)

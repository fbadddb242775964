"""Matching engines that stand still."""

from playhead.base.time import Micros
from playhead.history.exchange.simulated import BookChanged, Happening, LifecycleChanged, Simulation
from playhead.history.exchange.simulated.halts import Halts
from tests.history.exchange.builders import START, after, simulation


def changes(happenings: list[Happening]) -> list[BookChanged]:
    return [one for one in happenings if isinstance(one, BookChanged)]


def test_a_halt_covers_its_shards_up_to_its_end_and_a_shorter_one_does_not_cut_it() -> None:
    halts = Halts()
    halts.begin(after(5), [1, 2])
    halts.begin(after(3), [2])

    assert halts.end_of(2, Micros(after(5) - 1)) == after(5)
    assert halts.end_of(2, after(5)) is None
    assert halts.end_of(0, START) is None


def test_nothing_moves_in_a_halt_and_every_book_is_then_as_it_was() -> None:
    one = simulation()
    one.advance(after(1))
    books = {ticker: market.book() for ticker, market in one.venue.markets.items()}
    one.halt(after(400))

    told = one.advance(Micros(after(400) - 1))

    assert changes(told) == []
    assert {ticker: one.venue.markets[ticker].book() for ticker in books} == books


def test_a_market_that_should_resume_in_a_halt_resumes_at_its_end() -> None:
    paused, at = _with_a_paused_market()
    paused.halt(Micros(at + 60_000_000))

    told = paused.advance(Micros(at + 70_000_000))

    resumed = [one for one in told if isinstance(one, LifecycleChanged) and one.kind == "activated"]
    assert resumed
    assert all(one.at >= at + 60_000_000 for one in resumed)
    assert min(one.at for one in changes(told)) >= at + 60_000_000


def _with_a_paused_market() -> tuple[Simulation, Micros]:
    one = simulation()
    while True:
        told = one.advance(Micros(one.now + 1_000_000))
        if any(isinstance(each, LifecycleChanged) and each.kind == "deactivated" for each in told):
            return one, one.now

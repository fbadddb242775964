"""Proven implies equal to the exchange's book, whatever happens on the way."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from playhead.history.exchange.server.commands import Refusal
from tests.history.truth.world import ON_THE_WAY, World

CAUSES = ("disconnect", "stall", "dead_connection", "error")
moments = st.sampled_from((20_000, 60_000, 200_000, 700_000))


class Truth(RuleBasedStateMachine):
    """An exchange, a recorder, an ingest; faults between them at any time and in any order."""

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.world = World(seed)
        self.world.run(200_000)

    @rule(micros=moments)
    def time_passes(self, micros: int) -> None:
        self.world.run(micros)

    @rule(harm=st.sampled_from(("drop", "duplicate", "swap", "cut")), times=st.integers(1, 3))
    def frames_are_harmed(self, harm: str, times: int) -> None:
        self.world.harm[harm] = times

    @precondition(lambda self: not self.world.is_frozen)
    @rule(by=st.sampled_from((1, -1, 40)))
    def a_change_is_told_wrongly_under_its_right_number(self, by: int) -> None:
        """Only an audit can find that, so one must come before anything else ends the book."""
        self.world.harm = {}
        self.world.run(500_000)
        self.world.harm["alter"] = by
        self.world.run(300_000)
        self.world.harm.pop("alter", None)
        self.world.run_until_audited()

    @rule(refusal=st.sampled_from((Refusal.CHANNEL_ERROR, Refusal.BUFFER_OVERFLOW)))
    def the_exchange_ends_the_subscription(self, refusal: Refusal) -> None:
        for held in list(self.world.session.subscriptions.values()):
            self.world.session.end_with(held, refusal)

    @rule()
    def the_exchange_counts_anew(self) -> None:
        for held in self.world.session.subscriptions.values():
            held.seq = 0

    @rule(cause=st.sampled_from(CAUSES))
    def the_connection_ends(self, cause: str) -> None:
        self.world.hang_up(cause)

    @rule()
    def the_recorder_dies(self) -> None:
        self.world.hang_up(None)

    @rule()
    def the_subscription_freezes(self) -> None:
        self.world.is_frozen = True

    @rule(micros=moments)
    def the_way_is_slow_for_a_while(self, micros: int) -> None:
        self.world.latency = 10 * ON_THE_WAY
        self.world.run(micros)
        self.world.latency = ON_THE_WAY

    @rule(error=st.sampled_from((0, 0, -3_000_000, 2_000_000, -50_000)))
    def our_clock_is_set(self, error: int) -> None:
        self.world.clock_error = error

    @precondition(lambda self: self.world.is_frozen)
    @rule()
    def time_passes_until_the_freeze_is_found(self) -> None:
        self.world.run(2_500_000)

    @invariant()
    def no_command_is_left_open_for_ever(self) -> None:
        if hasattr(self, "world"):
            assert self.world.conversation.fault is None

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.harm = {}
        self.world.run(500_000)
        batch = self.world.finish()

        assert self.world.wrong_books(batch) == []


Truth.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_proven_implies_equal_to_the_exchange_s_book = Truth.TestCase


def test_a_quiet_hour_is_proven_whole() -> None:
    world = World(seed=7)
    world.run(5_000_000)
    batch = world.finish()

    assert world.wrong_books(batch) == []
    assert {c.ending.cause for c in batch.closed} == {"end_of_recording"}
    assert len(batch.opened) == len(world.tickers)
    assert len(batch.audits) > len(world.tickers)


def test_a_wrong_book_would_be_found() -> None:
    world = World(seed=7)
    world.run(1_000_000)
    batch = world.finish()
    busiest = max(world.truth, key=lambda ticker: len(world.truth[ticker]))
    at, levels = world.truth[busiest][-2]
    world.truth[busiest][-2] = (at, {**levels, 2: 100})

    assert world.wrong_books(batch)

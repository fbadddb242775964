"""What a run of chaos is told, and the hurry in which everything is while it lasts."""

from dataclasses import dataclass

from playhead.base.errors import Invalid
from playhead.entrypoints.chaos.comparing import Slack
from playhead.entrypoints.chaos.kinds import Kind
from playhead.history.ingest import Limits
from playhead.history.kalshi import Backoff, Hosts, Patience, RetryPolicy
from playhead.history.recorder import RecorderOptions

CHANGES_A_MARKET = 8
"""Changes of a book a second, on average over all markets; a few markets have most of them."""
LIMITS = Limits(
    lag=500_000,
    crossed=300_000,
    crossed_changes=20,
    rest_tolerance=500_000,
)
DELAY_SECONDS = 0.8
"""Longer than the ingest lets a message lag, shorter than the recorder waits for an answer."""
SLACK = Slack(behind=LIMITS.lag + 300_000, ahead=50_000)
"""A message may have travelled so much longer than the quickest one; both clocks are the same."""


class InvalidChaos(Invalid):
    """An option of a run is out of bounds."""

    code = "chaos.invalid"


@dataclass(frozen=True, slots=True)
class ChaosOptions:
    """One run.

    Attributes:
        faults: How many are injected.
        seed: Of the exchange and of the faults. The same seed gives the same faults in the same
            order; the moment at which each acts depends on the machine.
        recorders: How many record every market.
        markets: Listed at the start.
        connections: Of each recorder, at the start; markets that come later bring more.
        only: These kinds of fault alone; empty: all of them.
    """

    faults: int = 300
    seed: int = 1
    recorders: int = 1
    markets: int = 120
    connections: int = 40
    only: tuple[Kind, ...] = ()

    def __post_init__(self) -> None:
        _require(self.faults >= 1, "faults", "at least 1")
        _require(1 <= self.recorders <= 9, "recorders", "between 1 and 9")
        _require(10 <= self.markets <= 10_000, "markets", "between 10 and 10000")
        _require(1 <= self.connections <= self.markets, "connections", "at most one a market")


def _require(holds: bool, name: str, bounds: str) -> None:
    if not holds:
        raise InvalidChaos(f"{name} must be {bounds}", field=name)


def recorder_options(chosen: ChaosOptions, hosts: Hosts) -> RecorderOptions:
    """Return the options of a recorder that does in tenths of a second what else takes seconds."""
    markets = -(-chosen.markets // chosen.connections)
    at_once = Backoff(first_seconds=0.02, longest_seconds=0.05)
    return RecorderOptions(
        hosts=hosts,
        markets_per_connection=markets,
        batch=max(1, markets // 2),  # so that there are answers to later batches, too
        open_early_seconds=5.0,
        settled_grace_seconds=5.0,
        audit_seconds=0.2,
        silent_market_seconds=1.0,
        heal_again_seconds=0.3,
        rest_audit_seconds=1.0,
        status_seconds=0.1,
        ping_seconds=0.1,
        dead_seconds=1.2,
        command_seconds=1.6,
        healthy_seconds=0.1,
        new_markets_seconds=0.5,
        all_markets_seconds=15.0,
        tick_seconds=0.02,
        turn_seconds=0.05,
        keep_again_seconds=0.05,
        reconnect=at_once,
        pause=at_once,
        doubt=at_once,
        retry=at_once,
        patience=Patience(open_seconds=1.0, send_seconds=1.2, close_seconds=0.1),
        asking=RetryPolicy(attempts=1, backoff=at_once, timeout_seconds=2.0),
    )


def rate_of(chosen: ChaosOptions) -> float:
    """Return the changes of books a second."""
    return float(chosen.markets * CHANGES_A_MARKET)

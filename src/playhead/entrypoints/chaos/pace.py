"""How patient everything is during a run: in a hurry, for many faults, or as in production."""

from collections.abc import Callable
from dataclasses import dataclass

from playhead.entrypoints.chaos.comparing import Slack
from playhead.history.ingest import Limits
from playhead.history.kalshi import Backoff, Hosts, Patience, RetryPolicy
from playhead.history.recorder import RecorderOptions

_NOISE = 300_000
_SAME_CLOCK = 50_000
_AT_ONCE = Backoff(first_seconds=0.02, longest_seconds=0.05)


@dataclass(frozen=True, slots=True)
class Pace:
    """The patience of recorder and ingest, and of whoever waits for them.

    Attributes:
        recorder: Makes the options of a recorder of so many markets on each connection.
        limits: Of the ingest.
        delay_seconds: Shorter than a command may go unanswered, and longer than a message may lag
            by two audits and more: only what was sent early in it comes too late.
        told_seconds: After which a fault that was not told is taken for one that will not be.
        last_audits_seconds: In which every book is audited at least once.
    """

    recorder: Callable[[Hosts, int], RecorderOptions]
    limits: Limits
    delay_seconds: float
    told_seconds: float
    last_audits_seconds: float

    @property
    def slack(self) -> Slack:
        """How far a book may be behind the exchange's by our clock, which is also its own."""
        return Slack(behind=self.limits.lag + _NOISE, ahead=_SAME_CLOCK)


def _hasty(hosts: Hosts, markets_per_connection: int) -> RecorderOptions:
    return RecorderOptions(
        hosts=hosts,
        markets_per_connection=markets_per_connection,
        batch=max(1, markets_per_connection // 2),  # so that there are answers to later ones, too
        open_early_seconds=5.0,
        settled_grace_seconds=5.0,
        audit_seconds=0.25,
        audits_per_second=20.0,
        silent_market_seconds=1.0,
        heal_again_seconds=0.3,
        feed_quiet_seconds=5.0,
        rest_audit_seconds=1.0,
        status_seconds=0.1,
        ping_seconds=0.25,
        dead_seconds=1.2,
        command_seconds=1.6,
        healthy_seconds=0.1,
        new_markets_seconds=0.5,
        all_markets_seconds=15.0,
        tick_seconds=0.02,
        turn_seconds=0.05,
        keep_again_seconds=0.05,
        reconnect=_AT_ONCE,
        pause=_AT_ONCE,
        doubt=_AT_ONCE,
        retry=_AT_ONCE,
        patience=Patience(open_seconds=1.0, send_seconds=1.2, close_seconds=0.1),
        asking=RetryPolicy(attempts=1, backoff=_AT_ONCE, timeout_seconds=2.0),
    )


def _as_in_production(hosts: Hosts, markets_per_connection: int) -> RecorderOptions:
    return RecorderOptions(hosts=hosts, markets_per_connection=markets_per_connection)


HASTY = Pace(
    _hasty,
    Limits(lag=500_000, crossed=300_000, crossed_changes=20, rest_tolerance=500_000),
    delay_seconds=1.1,
    told_seconds=4.0,
    last_audits_seconds=1.5,
)
"""Tenths of a second where production has seconds."""

PRODUCTION = Pace(
    _as_in_production, Limits(), delay_seconds=8.0, told_seconds=40.0, last_audits_seconds=20.0
)
"""Every limit as it is without being told otherwise."""

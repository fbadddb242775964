"""What can be chosen about a recording. Times are seconds."""

from dataclasses import dataclass

from playhead.history.kalshi import Backoff, Hosts, Patience

_RECONNECT = Backoff(first_seconds=0.5, longest_seconds=30.0)
_PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """How to record one exchange.

    Attributes:
        markets_per_connection: Books on one connection; more markets take more connections.
        most_connections: Markets that would need more stay out, and ``status`` counts them.
        batch: Markets in one command.
        commands_in_flight: Commands of one connection that may wait for their answers.
        tickers: Whether one connection also carries every market's top of book.
        open_early_seconds: How long before its opening a market is subscribed.
        settled_grace_seconds: How long a determined market stays; longer than REST is stale.
        closed_linger_seconds: The same for a closed one whose end nobody announces.
        ping_seconds: Between pings; each pong becomes a sign of life in the capture.
        stall_seconds: Without a frame and without a pong, a connection is dead.
        probe_seconds: Without a book frame, the subscription is asked for a snapshot.
        command_seconds: Without an answer to a command, the subscription is dead.
        healthy_seconds: A connection that lived so long starts the waits anew.
        new_markets_seconds: Between looks at the newest markets.
        all_markets_seconds: Between looks at all open markets.
        frames_waiting: Frames that may wait to be looked at; beyond it they are only captured, and
            the numbers that were skipped show up as a gap, which heals itself.
    """

    hosts: Hosts
    markets_per_connection: int = 2_000
    most_connections: int = 100
    batch: int = 200
    commands_in_flight: int = 4
    tickers: bool = False
    open_early_seconds: float = 15.0
    settled_grace_seconds: float = 60.0
    closed_linger_seconds: float = 3_600.0
    ping_seconds: float = 1.0
    stall_seconds: float = 15.0
    probe_seconds: float = 60.0
    command_seconds: float = 15.0
    healthy_seconds: float = 30.0
    new_markets_seconds: float = 60.0
    all_markets_seconds: float = 3_600.0
    frames_waiting: int = 100_000
    compression: bool = False
    reconnect: Backoff = _RECONNECT
    patience: Patience = _PATIENCE

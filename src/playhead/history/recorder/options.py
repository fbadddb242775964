"""What can be chosen about a recording. Times are seconds."""

from dataclasses import dataclass

from playhead.history.kalshi import Backoff, Hosts, Patience, RetryPolicy

_RECONNECT = Backoff(first_seconds=0.5, longest_seconds=30.0)
_PAUSE = Backoff(first_seconds=0.5, longest_seconds=30.0)
_DOUBT = Backoff(first_seconds=0.5, longest_seconds=30.0)
_RETRY = Backoff(first_seconds=1.0, longest_seconds=60.0)
_PATIENCE = Patience()
_ASKING = RetryPolicy()


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """How to record one exchange.

    A frozen subscription is found after ``command_seconds``, a dead connection after
    ``dead_seconds``. Where the first is shorter, a connection that died can pass for a subscription
    that froze.

    Attributes:
        markets_per_connection: Books on one connection; more markets take more connections.
        most_connections: Markets that would need more stay out, and ``status`` counts them.
        batch: Markets in one command.
        commands_in_flight: Commands of one connection that may wait for their answers.
        tickers: Whether one connection also carries every market's top of book.
        open_early_seconds: How long before its opening a market is subscribed.
        settled_grace_seconds: How long a determined market stays; longer than REST is stale.
        closed_linger_seconds: The same for a closed one whose end nobody announces.
        audit_seconds: Between snapshots asked for on each subscription, in turn for all its
            markets: each is a numbered message, which vouches for the books up to then.
        audits_per_second: Markets so asked for over the whole recorder, shared evenly; but on each
            subscription at least one in ``audit_seconds``.
        silent_market_seconds: A market that did not answer is left alone for so long.
        heal_again_seconds: Before a book that somebody else misses is asked for again.
        feed_quiet_seconds: A feed that said nothing for so long is subscribed once more, which the
            exchange answers, so that a frozen one is found.
        rest_audit_seconds: Between REST requests for 100 books, in turn for all; 0: none.
        status_seconds: Between looks at whether the exchange is open.
        status_keep_seconds: An unchanged state of the exchange is captured again after so long.
        schedule_seconds: Between looks at the exchange's announced maintenance.
        ping_seconds: Between pings; each pong becomes a sign of life in the capture.
        dead_seconds: Without a frame and without a pong, a connection is dead.
        late_seconds: A frame that took so much longer than its connection's quickest is late.
        lag_seconds: A connection whose frames have been late for so long is given up: we never
            catch up with it, or our clock has been set forward.
        command_seconds: Without an answer to a command, a subscription is stalled.
        healthy_seconds: A connection that lived so long starts the waits anew.
        new_markets_seconds: Between looks at the newest markets.
        all_markets_seconds: Between looks at all open markets.
        tick_seconds: How late a command may be sent while nothing is received; less where
            ``audit_seconds`` or ``command_seconds`` are short.
        turn_seconds: How late a market may be subscribed or let go.
        keep_again_seconds: Between tries to capture the end of a connection.
        frames_waiting: Frames that may wait to be looked at; beyond it they are only captured, and
            the numbers that were skipped show up as a gap, which heals itself.
        reconnect: Waits after connections that ended or were not made.
        pause: Waits after commands that were refused for haste, and after ends of subscriptions.
        doubt: Waits between healings because of frames that nobody can read.
        retry: Waits after lists, REST audits and states that could not be had.
        patience: With the WebSocket.
        asking: With REST.
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
    audit_seconds: float = 1.0
    audits_per_second: float = 5.0
    silent_market_seconds: float = 60.0
    heal_again_seconds: float = 2.0
    feed_quiet_seconds: float = 60.0
    rest_audit_seconds: float = 20.0
    status_seconds: float = 5.0
    status_keep_seconds: float = 60.0
    schedule_seconds: float = 3_600.0
    ping_seconds: float = 1.0
    dead_seconds: float = 10.0
    late_seconds: float = 5.0
    lag_seconds: float = 60.0
    command_seconds: float = 15.0
    healthy_seconds: float = 30.0
    new_markets_seconds: float = 60.0
    all_markets_seconds: float = 3_600.0
    tick_seconds: float = 0.2
    turn_seconds: float = 0.1
    keep_again_seconds: float = 0.5
    frames_waiting: int = 100_000
    compression: bool = False
    reconnect: Backoff = _RECONNECT
    pause: Backoff = _PAUSE
    doubt: Backoff = _DOUBT
    retry: Backoff = _RETRY
    patience: Patience = _PATIENCE
    asking: RetryPolicy = _ASKING

    @property
    def longest_tick(self) -> float:
        """Seconds after which a connection is looked after even if nothing is received."""
        return min(self.tick_seconds, self.audit_seconds / 4, self.command_seconds / 8)

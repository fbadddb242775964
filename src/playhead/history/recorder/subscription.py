"""The books of one connection: what is heard of them, what to say next. Pure.

Markets enter by ``subscribe`` and ``add_markets`` and leave by ``delete_markets``, in batches; the
subscription as a whole is never ended, because that would tear a hole into all other markets. After
a loss every held market is asked for a fresh snapshot, while the stream goes on; in quiet times too
some are asked for, in turn (see ``audits``).

A market that does not answer is one thing (the exchange accepts unknown markets silently, and
settled ones answer nothing); a subscription that does not is another. Where nothing was answered
since a snapshot was asked for, a market that is held is added once more: the exchange confirms
that whatever the market's state.
"""

from collections.abc import Callable, Collection, Iterable
from random import Random

from playhead.history.kalshi import (
    Acknowledged,
    BookSnapshot,
    ErrorReply,
    Message,
    Subscribed,
    Unsubscribed,
    commands,
)
from playhead.history.recorder.audits import Audits
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.inflight import Command, InFlight, Purpose
from playhead.history.recorder.missed import MissedBooks
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.refusals import Refusal, refusal_of
from playhead.history.recorder.roster import Roster, cut
from playhead.history.recorder.tallies import Tally

Compose = Callable[[int, int, list[str]], str]
_MOST_LOST_ANSWERS = 3


class BookSubscription:
    """The state of the book channel on one connection.

    Attributes:
        sid: Its number, once the exchange has given one.
        overflow: Markets that did not fit; whoever takes them elsewhere empties it.
        fault: Why the connection has to be given up; None while it need not.
    """

    def __init__(
        self,
        options: RecorderOptions,
        random: Random,
        tally: Tally,
        next_id: Callable[[], int],
        share: Callable[[], int],
    ) -> None:
        self._options = options
        self._tally = tally
        self._random = random
        self._next_id = next_id
        self._inflight = InFlight(options.command_seconds)
        self._roster = Roster(self._inflight)
        self._audits = Audits(options, share)
        self._missed = MissedBooks(options.heal_again_seconds)
        self._batch = options.batch
        self._open_heals = 0
        self._not_before = 0.0
        self._failures = 0
        self._lost_answers = 0
        self.sid: int | None = None
        self.overflow: list[str] = []
        self.fault: End | None = None

    @property
    def held(self) -> Collection[str]:
        """The markets that the exchange has confirmed."""
        return self._roster.held.keys()

    def want(self, tickers: Iterable[str]) -> None:
        """Ask for these markets too."""
        self._roster.want(tickers)

    def unwant(self, tickers: Iterable[str]) -> None:
        """Let these markets go."""
        gone = list(tickers)
        self._roster.unwant(gone)
        self._audits.forget(gone)

    def heal_all(self) -> None:
        """Take in that messages are missing: no held book can be trusted any more."""
        self._tally.heals += 1
        self._open_heals += 1
        self._roster.heal_all()
        self._inflight.doubt()

    def heal(self, tickers: Iterable[str], now: float) -> None:
        """Take in that somebody misses these books.

        Those that are not held, do not answer, or were asked for lately, are left alone.
        """
        occupied = self._roster.occupied()
        held = [t for t in tickers if t in self.held and not self._audits.is_silent(t, now)]
        ask, renew = self._missed.take(held, occupied, now)
        self._roster.heal(ask)
        self._roster.replace(renew)
        self._tally.missed_books += len(ask) + len(renew)

    def doubt(self, now: float) -> None:
        """Take in that a message came which may have been ours: the next number tells."""
        self._audits.hurry(now)

    def hear(self, message: Message, now: float) -> None:
        """Take in one message of the connection, whatever it is about; changes say nothing here."""
        if isinstance(message, BookSnapshot):
            self._snapshot_came(message, now)
        elif isinstance(message, Subscribed | Acknowledged):
            self._confirmed(message, now)
        elif isinstance(message, ErrorReply):
            self._refused(message, now)
        elif isinstance(message, Unsubscribed) and message.sid == self.sid:
            self._ended(now)

    def check(self, now: float) -> None:
        """Look for commands that are late. Everything that came must have been heard."""
        for command in self._inflight.bereft():
            self._restore(command)
        for command in self._inflight.late(now):
            lives = command.is_confirmed or self._inflight.answered_at > command.sent_at
            if not lives or self._lost_answers >= _MOST_LOST_ANSWERS:
                self.fault = End(Cause.STALL, f"no answer to {command.purpose.name.lower()}")
            elif command.purpose.asks or command.is_confirmed:
                self._silent(command.waiting, now)
            else:
                self._lost_answers += 1
                self._restore(command)

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        said: list[str] = []
        while now >= self._not_before and self._inflight.slots < self._options.commands_in_flight:
            text = self._next(now)
            if text is None:
                break
            said.append(text)
        if now >= self._not_before and self.sid is not None:
            said += self._audit(now) + self._probe(now)
        self._settle()
        return said

    def _next(self, now: float) -> str | None:
        roster, batch = self._roster, self._batch
        if self.sid is None:
            return self._subscribe(now)
        if out := cut(roster.to_delete, batch):
            return self._send(Purpose.DELETE, commands.delete_markets, out, now)
        if doubted := cut(roster.to_heal, batch):
            return self._send(Purpose.SNAPSHOT, commands.get_snapshot, doubted, now)
        if new := cut(roster.to_add, batch):
            return self._send(Purpose.ADD, commands.add_markets, new, now)
        return None

    def _subscribe(self, now: float) -> str | None:
        if not self._roster.to_add or self._inflight.slots:
            return None
        tickers = cut(self._roster.to_add, self._batch)
        command_id = self._next_id()
        self._inflight.put(command_id, Purpose.SUBSCRIBE, tickers, now)
        return commands.subscribe(command_id, commands.BOOKS, tickers)

    def _send(self, purpose: Purpose, compose: Compose, tickers: list[str], now: float) -> str:
        assert self.sid is not None
        command_id = self._next_id()
        self._inflight.put(command_id, purpose, tickers, now)
        if purpose.asks:
            self._missed.asked(tickers, now)
        return compose(command_id, self.sid, tickers)

    def _audit(self, now: float) -> list[str]:
        if self._roster.to_heal or not self._audits.is_due(now):
            return []
        tickers = self._audits.take(self._roster.held, self._roster.occupied(), now)
        if not tickers:
            return []
        if not self._audits.is_on:  # what is confirmed is a message in sequence too
            return [self._send(Purpose.PROBE, commands.add_markets, tickers[:1], now)]
        self._tally.audits += len(tickers)
        return [self._send(Purpose.AUDIT, commands.get_snapshot, tickers, now)]

    def _probe(self, now: float) -> list[str]:
        """Ask, half-way to a verdict, what is answered whether or not the markets are silent."""
        since = self._inflight.unheard_since()
        if since is None or now - since < self._options.command_seconds / 2:
            return []
        ticker = self._roster.steady()
        if ticker is None or self._inflight.holds(Purpose.PROBE):
            return []
        return [self._send(Purpose.PROBE, commands.add_markets, [ticker], now)]

    def _snapshot_came(self, message: BookSnapshot, now: float) -> None:
        if self.sid is None:
            self.sid = message.sid
        self._audits.hear(message.market_ticker)
        self._inflight.snapshot_came(message.market_ticker, message.id, now)

    def _confirmed(self, message: Subscribed | Acknowledged, now: float) -> None:
        command = self._inflight.acknowledge(message.id, now)
        if command is None:
            return
        self._failures = self._lost_answers = 0
        self._batch = min(self._options.batch, self._batch * 2)
        if command.purpose is Purpose.DELETE:
            self._roster.let_go(command.tickers)
            return
        if self.sid is None:
            self.sid = message.sid
        if command.purpose.adds:
            self._roster.confirm(command.tickers)
            if command.is_doubted:
                self._roster.heal(t for t in command.tickers if t not in command.waiting)

    def _refused(self, message: ErrorReply, now: float) -> None:
        if message.ends_subscription and message.sid == self.sid:
            self._ended(now)
            return
        command = self._inflight.refuse(message.id, now)
        if command is None:
            return
        refusal = refusal_of(message.code)
        if refusal is Refusal.SLOWER:
            self._roster.requeue(command, command.tickers)
            self._pause(now)
        elif refusal is Refusal.GONE:
            self._roster.requeue(command, command.tickers)
            self._ended(now)
        elif command.purpose is Purpose.AUDIT:
            self._not_audited(command, refusal, now)
        elif command.purpose is not Purpose.PROBE:
            self._not_done(command, refusal, message)

    def _not_audited(self, command: Command, refusal: Refusal, now: float) -> None:
        """Do without: nothing is lost by it but a comparison."""
        if refusal in (Refusal.ACTION, Refusal.BROKEN):
            self._audits.is_on = False
        else:
            self._audits.silence(command.tickers, now)

    def _not_done(self, command: Command, refusal: Refusal, message: ErrorReply) -> None:
        match refusal:
            case Refusal.FULL if self._roster.held and command.purpose is Purpose.ADD:
                self.overflow += command.tickers
            case Refusal.MARKET | Refusal.FULL:
                self._leave_out(command, message.market_ticker)
            case Refusal.ACTION if command.purpose is Purpose.SNAPSHOT:
                self._roster.replace(command.tickers)
            case _:
                said = f"the exchange refused a command: {message.code} {message.text}"
                self.fault = End(Cause.ERROR, said)

    def _restore(self, command: Command) -> None:
        """Make up for an answer or for snapshots that were lost on the way."""
        if command.is_confirmed:
            self._roster.replace(sorted(command.waiting))
        else:
            self._roster.repeat(command)

    def _silent(self, tickers: Iterable[str], now: float) -> None:
        """Put markets in anew: they may have fallen out, or their snapshots may be lost."""
        silent = [t for t in sorted(tickers) if not self._audits.is_silent(t, now)]
        replaced = self._roster.replace(silent)
        self._audits.silence(replaced, now)
        self._tally.silent += len(replaced)

    def _ended(self, now: float) -> None:
        """The exchange sends nothing more: everything that was wanted is to be asked for again."""
        self._roster.start_over(self._inflight.clear())
        self.sid = None
        self._pause(now)

    def _leave_out(self, command: Command, market_ticker: str | None) -> None:
        """Go on without the market at fault; where it is not named, halve until it stands alone."""
        rest = [ticker for ticker in command.tickers if ticker != market_ticker]
        if len(command.tickers) == 1:
            rest = []
        elif len(rest) == len(command.tickers):
            self._batch = max(1, len(rest) // 2)
        out = set(command.tickers).difference(rest)
        self._roster.let_go(out)
        self._tally.refused += len(out)
        self._roster.requeue(command, rest)

    def _pause(self, now: float) -> None:
        self._failures += 1
        self._not_before = now + self._options.pause.seconds(self._failures, self._random)

    def _settle(self) -> None:
        waits = self._roster.to_heal or self._inflight.holds(Purpose.SNAPSHOT, Purpose.SUBSCRIBE)
        if self._open_heals and self.sid is not None and not waits:
            self._tally.healed += self._open_heals
            self._open_heals = 0

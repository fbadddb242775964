"""An exchange, a recorder and an ingest in one thread, without sockets: time passes when told to.

Everything between them can go wrong. What the exchange's books really were is kept beside.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random

import msgspec

from playhead.base.time import Micros, Nanos
from playhead.history.capture import Kind, Record
from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.simulated import BookChanged, Simulation
from playhead.history.ingest import Ingest, Limits, MarketRegistry
from playhead.history.ingest.batch import Batch
from playhead.history.kalshi import DEMO, Backoff, MarketLifecycle, parse
from playhead.history.recorder import RecorderOptions
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.tallies import Tally

START = Micros(1_795_262_400_000_000)
MARKETS = 6
ON_THE_WAY = 5_000
TICK = 20_000
SOON = Backoff(first_seconds=0.01, longest_seconds=0.05)
OPTIONS = RecorderOptions(
    hosts=DEMO,
    audit_seconds=0.1,
    audits_per_second=40.0,
    command_seconds=1.0,
    heal_again_seconds=0.1,
    silent_market_seconds=1.0,
    reconnect=SOON,
    pause=SOON,
    doubt=SOON,
)
LIMITS = Limits(lag=2_000_000, crossed=300_000, crossed_changes=20, rest_tolerance=500_000)
Levels = dict[int, int]
Steps = list[tuple[int, Levels]]


@dataclass
class Wire:
    """Frames on their way; ``is_full`` is what the exchange asks."""

    frames: list[str] = field(default_factory=list)
    is_full: bool = False

    def put(self, frame: str) -> None:
        self.frames.append(frame)

    def take(self) -> list[str]:
        taken, self.frames = self.frames, []
        return taken


class Deaf:
    """Nobody listens to what happens to markets: all of them are wanted from the start."""

    def heard(self, lifecycle: MarketLifecycle) -> None: ...

    def missed(self) -> None: ...

    def ended(self) -> None: ...


class Forgotten:
    """The ingest never restarts here."""

    def levels_at_head(self, market_id: int, from_position: int) -> Levels:
        raise AssertionError("the ingest asked for a book that it should have")


class World:
    """One connection at a time, from the exchange to the tape."""

    def __init__(self, seed: int) -> None:
        self.simulation = Simulation(seed=seed, start=START, markets=MARKETS, rate=60.0)
        self.hub = Hub(self.simulation)
        self.truth: dict[str, Steps] = {}
        for ticker, market in self.simulation.venue.markets.items():
            book = market.book()
            yes = {price * 2: int(size) for price, size in book.yes.items()}
            no = {price * 2 + 1: int(size) for price, size in book.no.items()}
            self.truth[ticker] = [(START, yes | no)]
        self.tickers = list(self.truth)
        self.ingest = Ingest(1, Forgotten(), MarketRegistry({}), limits=LIMITS)
        self.clock_error = 0
        self.latency = ON_THE_WAY
        self.is_frozen = False
        self._delayed: list[str] = []
        self.harm: dict[str, int] = {}
        self._random = Random(seed)
        self._number = 0
        self._tape(Kind.STARTED, b"{}", connection=0)
        self.connect()

    # -- the way from the exchange to the capture -----------------------------------------------

    def connect(self) -> None:
        """Open a new connection; what is left of the former one is gone."""
        self._number += 1
        self._delayed, self.is_frozen, self.harm = [], False, {}
        self.wire = Wire()
        self.session = Session(self.simulation, self.hub, self.wire, ExchangeOptions())
        self._dialogue = Dialogue(self.simulation, self.hub, self.session)
        tally, share = Tally(), 4
        self.conversation = Conversation(
            OPTIONS, (), Deaf(), self._random, tally, share=lambda: share
        )
        self.conversation.books.want(self.tickers)
        self._tape(Kind.OPENED, b"{}")

    def hang_up(self, cause: str | None) -> None:
        """End the connection; without a cause the recorder died and says so when it starts."""
        self.session.close()
        if cause is None:
            self._tape(Kind.STARTED, b"{}", connection=0)
        else:
            self._tape(Kind.CLOSED, msgspec.json.encode({"cause": cause}))
        self.connect()

    def run(self, micros: int) -> None:
        """Let exchange time pass."""
        until = self.simulation.now + micros
        while self.simulation.now < until:
            happened = self.simulation.advance(Micros(min(until, self.simulation.now + TICK)))
            for each in happened:
                if isinstance(each, BookChanged):
                    self._remember(each)
            self.hub.publish(happened)
            self._deliver()
            self._converse()

    def run_until_audited(self) -> None:
        """Let time pass until every book has been held against the exchange's own."""
        self.run(3_000_000)

    def _remember(self, change: BookChanged) -> None:
        steps = self.truth.setdefault(change.ticker, [(START, {})])
        levels = dict(steps[-1][1])
        code = change.price * 2 + change.side
        levels[code] = levels.get(code, 0) + change.size
        if not levels[code]:
            del levels[code]
        steps.append((change.at, levels))

    def _deliver(self) -> None:
        frames = self.wire.take()
        if self.is_frozen:
            return
        if self.latency > ON_THE_WAY:
            self._delayed += frames
            return
        frames, self._delayed = self._delayed + frames, []
        for frame in self._harmed(frames):
            self._tape(Kind.FRAME, frame.encode())
            self.conversation.hear(parse(frame), self._seconds)

    def _converse(self) -> None:
        self.conversation.check(self._seconds)
        if self.conversation.fault:
            self.hang_up(self.conversation.fault.cause)
            return
        for command in self.conversation.say(self._seconds):
            self._tape(Kind.SENT, command.encode())
            for _ in self._dialogue.receive(command):
                pass

    @property
    def _seconds(self) -> float:
        return (self.simulation.now - START) / 1e6

    def _tape(self, kind: Kind, payload: bytes, *, connection: int | None = None) -> None:
        at = Nanos((self.simulation.now + ON_THE_WAY + self.clock_error) * 1000)
        number = self._number if connection is None else connection
        self.ingest.feed([Record(0, 0, kind, at, number, payload)])

    def _harmed(self, frames: list[str]) -> list[str]:
        """Do to the next frames what was asked for; each harm needs one that it can be done to."""
        if not self.harm:
            return frames
        out: list[str] = []
        for frame in frames:
            out += self._harm_one(frame)
        if "swap" in self.harm and len(out) > 1:
            del self.harm["swap"]
            out[0], out[1] = out[1], out[0]
        return out

    def _harm_one(self, frame: str) -> list[str]:
        is_change = '"type":"orderbook_delta"' in frame
        if self.harm.get("drop"):
            self.harm["drop"] -= 1
            return []
        if self.harm.pop("duplicate", 0):
            return [frame, frame]
        if self.harm.pop("cut", 0):
            return [frame[: len(frame) // 3]]
        if is_change and (by := self.harm.pop("alter", 0)):
            body = msgspec.json.decode(frame)
            size = float(body["msg"]["delta_fp"]) + by
            body["msg"]["delta_fp"] = f"{size or by:.2f}"
            return [msgspec.json.encode(body).decode()]
        return [frame]

    # -- what was claimed, and what was so ------------------------------------------------------

    def finish(self) -> Batch:
        """End the recording and return all that it adds to the tape."""
        self._tape(Kind.FINISHED, b"{}", connection=0)
        return self.ingest.take_batch()

    def wrong_books(self, batch: Batch) -> list[tuple[str, int]]:
        """Every instant of the exchange at which a claim is not what its book was."""
        tickers = {number: ticker for ticker, number in batch.new_markets.items()}
        events = defaultdict(list)
        rows = zip(*(column.tolist() for column in batch.events.columns()), strict=True)
        for position, market, _, at, code, change in rows:
            events[market].append((position, at, code, change))
        ends = {(c.market_id, c.from_position): c for c in batch.closed}
        wrong = []
        for opened in batch.opened:
            key = (opened.market_id, opened.from_position)
            since = batch.exchange_from.get(key, opened.exchange_from)
            until = ends[key].exchange_to
            if since is None or until is None:
                continue
            steps: Steps = [(since, dict(opened.levels))]
            for position, at, code, change in events[opened.market_id]:
                if opened.from_position < position <= ends[key].to_position:
                    levels = dict(steps[-1][1])
                    levels[code] = levels.get(code, 0) + change
                    kept = {code: size for code, size in levels.items() if size}
                    steps.append((max(at, steps[-1][0]), kept))
            ticker = tickers[opened.market_id]
            wrong += [
                (ticker, at)
                for at in self._instants(ticker, since, until)
                if at_instant(steps, at) != at_instant(self.truth[ticker], at)
            ]
        return wrong

    def _instants(self, ticker: str, since: int, until: int) -> set[int]:
        """Both ends, every change in between, and the instants beside each."""
        changes = {at + aside for at, _ in self.truth[ticker] for aside in (-1, 0)}
        return {at for at in changes | {since, until} if since <= at <= until}


def at_instant(steps: Steps, at: int) -> Levels:
    """The book after everything that happened up to an instant."""
    return steps[max(0, bisect_right(steps, at, key=itemgetter(0)) - 1)][1]

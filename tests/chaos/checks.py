"""Holds what a stage has recorded against the plain replay and against the exchange's own books."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from playhead.base.time import Micros
from playhead.entrypoints.rebuild import check_recording
from playhead.entrypoints.supervisor.backoff import FIRST_SECONDS
from playhead.history.capture import CaptureReader, verify
from playhead.history.ingest import POSITION_BITS
from playhead.history.markets.errors import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock, Rewind
from playhead.storage.postgres import Database, Session
from tests.chaos import tape
from tests.chaos.plain import Levels, PlainReplay, Stretch
from tests.chaos.stage import Stage

EDGE = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Findings:
    """How much was compared."""

    frames: int
    events: int
    intervals: int
    causes: Counter[str]
    segments: int
    rebuilt_rows: int
    proven: int
    unknown: int
    true_books: int
    dead_instants: int


def check_everything(stage: Stage, random: Random) -> Findings:
    """Fail unless nothing is lost, nothing doubled, and every answer is honest."""
    (capture,) = stage.store.captures()
    report = verify(capture)
    assert report.is_sound, report
    with CaptureReader(capture.folder) as reader:
        plain = PlainReplay(capture.number << POSITION_BITS).take_all(reader.records())
    assert plain.open_lines == 0
    assert plain.frames == report.frames
    check_tape(stage, plain)
    answers = asyncio.run(Answers(stage, plain, random).check())
    rebuilt = check_recording(stage.settings)
    assert rebuilt.is_whole, rebuilt.comparison.differences[:10]
    assert rebuilt.frames == plain.frames
    return Findings(
        frames=plain.frames,
        events=rebuilt.events,
        intervals=len(plain.stretches),
        causes=Counter(str(each.cause) for each in plain.stretches),
        segments=rebuilt.comparison.segments,
        rebuilt_rows=rebuilt.comparison.rows,
        proven=answers["proven"],
        unknown=answers["unknown"],
        true_books=answers["true"],
        dead_instants=answers["dead"],
    )


def check_tape(stage: Stage, plain: PlainReplay) -> None:
    """Hold every event and every interval of the tape against the plain replay."""
    with Session.open(stage.url) as session:
        rows, sealed = tape.unsealed_changes(session), tape.sealed_changes(session)
        intervals = tape.intervals(session)
        (counted,) = session.fetch_all(
            "SELECT frames, last_position, (SELECT sum(events) FROM markets) AS events"
            " FROM captures"
        )
    expected = [
        tape.Change(step.position, ticker, step.ours, step.theirs, step.level, step.change)
        for ticker, step in plain.steps()
    ]
    expected.sort()
    assert len({each.position for each in rows}) == len(rows)
    assert len({each.position for each in sealed}) == len(sealed)
    assert sorted({*rows, *sealed}) == expected
    differing = [
        pair
        for pair in zip(intervals, map(known_of, plain.stretches), strict=True)
        if pair[0] != pair[1]
    ]
    assert not differing, differing[:3]
    positions = sorted([each.position for each in expected] + [each.position for each in intervals])
    assert positions == list(range(positions[0], counted.last_position + 1))
    assert (counted.frames, counted.events) == (plain.frames, len(expected))


def known_of(stretch: Stretch) -> tape.Known:
    began, ended = stretch.began, stretch.ended
    assert ended is not None
    return tape.Known(
        stretch.position,
        stretch.ticker,
        (began.ours, ended.ours),
        (began.theirs, ended.theirs),
        str(stretch.cause),
    )


class Answers:
    """Asks the library what was known, at instants of all kinds."""

    def __init__(self, stage: Stage, plain: PlainReplay, random: Random) -> None:
        self._stage = stage
        self._plain = plain
        self._random = random
        self._stretches: dict[str, list[Stretch]] = {}
        for stretch in plain.stretches:
            self._stretches.setdefault(stretch.ticker, []).append(stretch)
        self._seen: Counter[str] = Counter()

    async def check(self) -> Counter[str]:
        """Return how many answers of each kind were right; fail at a wrong one."""
        async with Database.open(self._stage.url, connections=1) as database:
            rewind = Rewind(database)
            for ticker in self._stretches:
                for clock in Clock:
                    for at in self._instants(ticker, clock):
                        await self._check_replay(rewind, ticker, at, clock)
            await self._check_truth(rewind)
            await self._check_dead(rewind)
        return self._seen

    def _instants(self, ticker: str, clock: Clock) -> set[int]:
        """Anywhere, beside both ends of stretches, and at changes."""
        exchange = clock is Clock.EXCHANGE
        since, until = self._stage.seconds
        chosen = {self._random.randint(since, until) for _ in range(8)}
        stretches = self._stretches[ticker]
        for stretch in self._random.sample(stretches, min(4, len(stretches))):
            assert stretch.ended is not None
            ends = [stretch.began, stretch.ended]
            changes = [each.clocks for each in stretch.steps] or ends
            for clocks in [*ends, self._random.choice(changes)]:
                at = clocks.by(exchange)
                chosen.update(at + aside for aside in EDGE if at is not None)
        return {at for at in chosen if at <= until}

    async def _check_replay(self, rewind: Rewind, ticker: str, at: int, clock: Clock) -> None:
        known = self._plain.book_at(ticker, at, exchange=clock is Clock.EXCHANGE)
        answer = await self._ask(rewind, ticker, at, clock)
        assert (answer.found and levels_in(answer)) == known, (ticker, at, clock, answer)
        self._seen["unknown" if known is None else "proven"] += 1

    async def _check_truth(self, rewind: Rewind) -> None:
        """What is proven at an instant of the exchange is what the exchange itself held then."""
        for glimpse in self._stage.glimpses:
            for ticker, book in glimpse.books.items():
                try:
                    answer = await self._ask(rewind, ticker, glimpse.at, Clock.EXCHANGE)
                except MarketNotFound:
                    continue
                if answer.found is not None:
                    assert levels_in(answer) == book, (ticker, glimpse.at, answer)
                    self._seen["true"] += 1

    async def _check_dead(self, rewind: Rewind) -> None:
        """Nothing is known of the time in which the recorder was surely dead."""
        shortest = int(FIRST_SECONDS * 1_000_000)
        for kill in self._stage.kills:
            if kill.name != "recorder":
                continue
            for ticker in self._stretches:
                at = kill.at + self._random.randint(1, shortest)
                answer = await self._ask(rewind, ticker, at, Clock.RECEIVED)
                assert answer.found is None, (ticker, at, answer)
                self._seen["dead"] += 1

    async def _ask(self, rewind: Rewind, ticker: str, at: int, clock: Clock) -> BookAnswer:
        until = Micros(self._stage.seconds[1])
        return await rewind.book(ticker, at=Micros(at), clock=clock, now=until)


def levels_in(answer: BookAnswer) -> Levels:
    """The book that was found, as the plain replay writes books."""
    assert answer.found is not None
    book = answer.found.book
    sides = (("yes", book.yes), ("no", book.no))
    return {(side, int(price)): int(size) for side, sizes in sides for price, size in sizes.items()}

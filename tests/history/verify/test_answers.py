"""Answers of the library, as they are given, against the captures that its tape was made from.

One capture of the simulated exchange, with losses, snapshots that are asked for all along, and a
clock of ours that errs; and the recordings of the real one where the machine has them.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos
from playhead.history.capture import CaptureStore, Kind, Record, import_recording
from playhead.history.rewind import Clock, Rewind
from playhead.history.rewind.schemas import View, book_view
from playhead.history.verify import Finding, NothingToVerify, Trails, Verdict, Verifier
from playhead.history.verify.schemas import SentAnswer
from playhead.storage.postgres import Database, Session
from playhead.web.wire import encode
from tests.history.exchange.builders import START, Desk, Frame
from tests.history.ingest.frames import mark
from tests.history.rewind.answers import LATER
from tests.history.rewind.test_recordings import recording
from tests.history.taping import Taping, capture_store, write_capture

MARKETS = 8
BOOKS = 1  # the only subscription
SECONDS = 30
BURSTS = 10  # a second
LOSSES = (53, 150, 151, 220)
QUESTIONS = 150
RECORDED = ["kxbtcmaxy-2025-11", "inxd-2023-08-31", "kxbtc-2026-04-18"]
T = TypeVar("T")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CaptureStore:
    made = capture_store(tmp_path_factory.mktemp("simulated"))
    write_capture(made, captured())
    return made


@pytest.fixture(scope="module")
def url(module_database_url: str, store: CaptureStore) -> str:
    taping = Taping(module_database_url, store)
    taping.ingest()
    taping.seal()
    return module_database_url


def captured() -> Iterator[Record]:
    """Bursts of frames; one market a burst is asked for its snapshot, and all after a loss."""
    random = Random(5)
    desk = Desk(seed=3, markets=40, rate=250)
    tickers = desk.tickers[:MARKETS]
    yield mark(Kind.OPENED, use_yes_price=False)
    yield from received(desk.subscribe("orderbook_delta", market_tickers=tickers), desk, random)
    for burst in range(SECONDS * BURSTS):
        if burst in LOSSES:
            desk.lose_next(BOOKS)
        yield from received(desk.pass_time(1 / BURSTS), desk, random)
        asked = tickers if burst - 3 in LOSSES else [tickers[burst % MARKETS]]
        told = desk.update(BOOKS, "get_snapshot", market_tickers=asked)
        yield from received(told, desk, random)
    yield mark(Kind.FINISHED, SECONDS * MICROS_PER_SECOND, cause="end_of_recording")


def received(frames: list[Frame], desk: Desk, random: Random) -> Iterator[Record]:
    """The frames of one burst; now and then the clock steps back a little."""
    at = desk.simulation.now + random.randint(-2_000, 20_000)
    for frame in frames:
        at += random.choice([0, 0, 0, 1, 40])
        payload = json.dumps(frame).encode()
        yield Record(0, 0, Kind.FRAME, Nanos(at * 1000), 1, payload)


def with_both(url: str, store: CaptureStore, ask: Callable[[Rewind, Verifier], Awaitable[T]]) -> T:
    async def go() -> T:
        async with Database.open(url, connections=1) as database:
            return await ask(Rewind(database), Verifier(Trails(database), store))

    return asyncio.run(go())


async def answer_of(
    rewind: Rewind, ticker: str, at: int, clock: Clock, **shown: Any
) -> dict[str, Any]:
    answer = await rewind.book(ticker, at=Micros(at), clock=clock, now=LATER)
    told: dict[str, Any] = json.loads(encode(book_view(answer, **shown)))
    return told


async def verified(verifier: Verifier, answer: dict[str, Any]) -> Finding:
    return await verifier.verify(SentAnswer.model_validate(answer).claim())


def edges(url: str) -> dict[tuple[str, Clock], list[int]]:
    """Times of changes and ends of intervals on the tape, by market and clock."""
    found: dict[tuple[str, Clock], list[int]] = {}
    with Session.open(url) as session:
        for clock in Clock:
            rows = session.fetch_all(EDGES.replace("{clock}", clock.value))
            for row in rows:
                found.setdefault((row.ticker, clock), []).append(row.at)
    return found


EDGES = """
    SELECT ticker, {clock}_from AS at FROM proven JOIN markets USING (market_id)
    UNION ALL SELECT ticker, {clock}_to FROM proven JOIN markets USING (market_id)
    UNION ALL SELECT ticker, {clock}_at FROM audits JOIN markets USING (market_id)
    UNION ALL SELECT ticker, {clock}_first FROM segments JOIN markets USING (market_id)
    UNION ALL SELECT ticker, {clock}_last FROM segments JOIN markets USING (market_id)
    ORDER BY 1, 2
"""


def questions(url: str, count: int) -> list[tuple[str, int, Clock]]:
    """Instants at and beside all that happens on the tape, and anywhere between."""
    random = Random(1)
    asked = []
    for (ticker, clock), times in edges(url).items():
        known = [at for at in times if at is not None]
        if known:
            near = [random.choice(known) + random.randint(-1, 1) for _ in range(count)]
            far = [random.randint(known[0], known[-1]) for _ in range(count)]
            asked += [(ticker, at, clock) for at in near + far]
    return random.sample(asked, min(2 * count, len(asked)))


async def wrong(
    rewind: Rewind, verifier: Verifier, asked: list[tuple[str, int, Clock]]
) -> list[object]:
    """Ask and verify; return every proven answer that was not found to be the same."""
    found: list[object] = []
    proven = 0
    for ticker, at, clock in asked:
        answer = await answer_of(rewind, ticker, at, clock)
        if answer["certificate"] is None:
            with pytest.raises(NothingToVerify):
                await verified(verifier, answer)
            continue
        proven += 1
        finding = await verified(verifier, answer)
        if finding.verdict is not Verdict.SAME:
            found.append((ticker, at, clock, finding.verdict, finding.reason))
    assert proven > len(asked) // 4
    return found


def test_every_proven_answer_is_the_same_from_the_raw_capture(
    url: str, store: CaptureStore
) -> None:
    asked = questions(url, QUESTIONS)

    assert with_both(url, store, lambda rewind, verifier: wrong(rewind, verifier, asked)) == []


@pytest.mark.parametrize("name", RECORDED)
def test_every_proven_answer_of_a_recording_is_the_same_from_the_raw_capture(
    name: str, database_url: str, tmp_path: Path
) -> None:
    store = capture_store(tmp_path)
    import_recording(store, recording(name))
    Taping(database_url, store).ingest()
    asked = questions(database_url, 15)

    assert (
        with_both(database_url, store, lambda rewind, verifier: wrong(rewind, verifier, asked))
        == []
    )


def test_the_reading_starts_at_the_newest_snapshot_that_agreed(
    url: str, store: CaptureStore
) -> None:
    at = START + 14 * MICROS_PER_SECOND

    async def ask(rewind: Rewind, verifier: Verifier) -> tuple[Finding, ...]:
        ticker = next(ticker for ticker, _ in edges(url))
        answers = [await answer_of(rewind, ticker, at, clock) for clock in Clock]
        first, second = [await verified(verifier, answer) for answer in answers]
        return first, second

    for finding in with_both(url, store, ask):
        assert finding.trail is not None
        assert finding.derivation is not None
        started, opened = finding.trail.offsets
        assert finding.derivation.from_offset == started > opened


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("depth", [1, 3, None])
def test_an_answer_is_the_same_however_it_is_shown_and_whoever_cut_its_certificate(
    view: View, depth: int | None, url: str, store: CaptureStore
) -> None:
    async def ask(rewind: Rewind, verifier: Verifier) -> list[Verdict]:
        ticker, at = next(ticker for ticker, _ in edges(url)), START + 7 * MICROS_PER_SECOND
        answer = await answer_of(rewind, ticker, at, Clock.RECEIVED, view=view, depth=depth)
        bare = {**answer, "certificate": {"digest": answer["certificate"]["digest"]}}
        return [(await verified(verifier, each)).verdict for each in (answer, bare)]

    assert with_both(url, store, ask) == [Verdict.SAME, Verdict.SAME]


def test_no_digit_of_an_answer_can_be_altered_unnoticed(url: str, store: CaptureStore) -> None:
    async def ask(rewind: Rewind, verifier: Verifier) -> list[Verdict]:
        ticker, at = next(ticker for ticker, _ in edges(url)), START + 7 * MICROS_PER_SECOND
        answer = await answer_of(rewind, ticker, at, Clock.EXCHANGE)
        return [(await verified(verifier, each)).verdict for each in altered(answer)]

    verdicts = with_both(url, store, ask)

    assert len(verdicts) > 40
    assert set(verdicts) == {Verdict.DIFFERENT}


def altered(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The answer with one digit of a level or of the digest altered, or a level left out.

    Not the worst one: without it, an answer may be what it is when cut to a depth.
    """
    for side in ("yes", "no"):
        levels = answer[side]
        for index, level in enumerate(levels):
            if index:
                yield {**answer, side: levels[:index] + levels[index + 1 :]}
            for part in (0, 1):
                texts = list(level)
                texts[part] = level[part][:-1] + ("7" if level[part][-1] != "7" else "8")
                yield {**answer, side: [*levels[:index], texts, *levels[index + 1 :]]}
    digest = answer["certificate"]["digest"]
    for place in range(len("sha256:"), len(digest), 9):
        digit = "0" if digest[place] != "0" else "1"
        other = digest[:place] + digit + digest[place + 1 :]
        yield {**answer, "certificate": {**answer["certificate"], "digest": other}}

"""Which evidence is looked for, and what is said where there is none."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.base.time import Micros
from playhead.history.capture import CaptureStore, Kind, Record
from playhead.history.rewind import Clock
from playhead.history.verify import (
    Claim,
    Finding,
    TooManyVerifications,
    Trail,
    Trails,
    Verdict,
    Verifier,
)
from playhead.storage.postgres import Database
from tests.history.ingest.frames import START, delta, mark, snapshot
from tests.history.taping import Taping, capture_store, write_capture

SECOND = 1_000_000
FIVE = {"0.4200": "5.00"}
OPENED = mark(Kind.OPENED, use_yes_price=False)
CLAIM = Claim("A", Micros(START + 5), Clock.RECEIVED, "sha256:")
Ask = Callable[[Claim], Finding]


def taped(records: list[Record], url: str, folder: Path, name: str = "made") -> CaptureStore:
    store = capture_store(folder)
    write_capture(store, records, name)
    Taping(url, store).ingest()
    return store


def found(url: str, claim: Claim) -> Trail | None:
    async def go() -> Trail | None:
        async with Database.open(url, connections=1) as database:
            return await Trails(database).find(claim)

    return asyncio.run(go())


def verdict(url: str, store: CaptureStore, claim: Claim) -> tuple[Verdict, str | None]:
    async def go() -> Finding:
        async with Database.open(url, connections=1) as database:
            return await Verifier(Trails(database), store).verify(claim)

    finding = asyncio.run(go())
    return finding.verdict, finding.reason


def at(micros: int, clock: Clock = Clock.RECEIVED, **others: object) -> Claim:
    return Claim("A", Micros(START + micros), clock, "sha256:", **others)  # type: ignore[arg-type]


@pytest.fixture
def audited(database_url: str, tmp_path: Path) -> str:
    """A book that was opened and then confirmed twice, all a second and more apart."""
    taped(
        [
            OPENED,
            snapshot(1),
            delta(2, at=SECOND, exchange_ms=1000),
            snapshot(3, id=4, yes=FIVE, at=2 * SECOND),
            delta(4, at=5 * SECOND, exchange_ms=5000),
            snapshot(5, id=5, yes={"0.4200": "10.00"}, at=6 * SECOND),
            delta(6, at=9 * SECOND, exchange_ms=9000),
            snapshot(7, id=6, yes={"0.4200": "15.00"}, at=80 * SECOND),
            delta(8, at=99 * SECOND, exchange_ms=99_000),
        ],
        database_url,
        tmp_path,
    )
    return database_url


@pytest.mark.parametrize(
    ("claim", "known"),
    [
        (at(SECOND), 1),
        (at(3 * SECOND - 1), 1),
        (at(3 * SECOND), 2),
        (at(7 * SECOND), 2),
        (at(2 * SECOND, Clock.EXCHANGE), 1),
        (at(4 * SECOND, Clock.EXCHANGE), 2),
        (at(8 * SECOND, Clock.EXCHANGE), 2),
        (at(90 * SECOND), 3),
    ],
)
def test_the_newest_agreeing_snapshot_from_surely_before_the_instant_comes_first(
    audited: str, claim: Claim, known: int
) -> None:
    trail = found(audited, claim)

    assert trail is not None
    assert len(trail.offsets) == known
    assert list(trail.offsets) == sorted(trail.offsets, reverse=True)


def test_a_later_snapshot_is_not_taken_for_an_earlier_instant(audited: str) -> None:
    middle, late = (found(audited, at(micros)) for micros in (4 * SECOND, 8 * SECOND))

    assert middle is not None
    assert late is not None
    assert middle.offsets[1] == late.offsets[1] < middle.offsets[0] < late.offsets[0]


def test_a_market_or_an_interval_that_is_not_here_cannot_be_verified(
    database_url: str, tmp_path: Path
) -> None:
    store = taped([OPENED, snapshot(1), delta(2, at=9)], database_url, tmp_path)
    nobody = Claim("NOBODY", CLAIM.at, CLAIM.clock, "sha256:")

    for claim in (nobody, at(5, from_position=7), at(9_000)):
        said, reason = verdict(database_url, store, claim)
        assert said is Verdict.UNVERIFIABLE
        assert reason is not None
        assert "has no such interval" in reason


def test_an_instant_that_is_withdrawn_by_now_cannot_be_verified(
    database_url: str, tmp_path: Path
) -> None:
    contradiction = snapshot(3, id=4, yes={"0.4200": "6.00"}, at=20)
    records = [OPENED, snapshot(1), delta(2, at=9), contradiction, delta(4, at=30)]
    store = taped(records, database_url, tmp_path)
    claim = at(5, from_position=(1 << 36) + 1)

    assert verdict(database_url, store, claim) == (
        Verdict.UNVERIFIABLE,
        "the interval proves nothing at 2026-11-21T12:00:00.000005Z, or no longer"
        " (it was ended by snapshot_mismatch)",
    )


def test_an_instant_of_ours_that_came_twice_cannot_be_verified(
    database_url: str, tmp_path: Path
) -> None:
    back = [delta(2, at=5 * SECOND), delta(3, at=2 * SECOND), delta(4, at=9 * SECOND)]
    store = taped([OPENED, snapshot(1), *back], database_url, tmp_path)
    said, reason = verdict(database_url, store, at(4 * SECOND, from_position=(1 << 36) + 1))

    assert said is Verdict.UNVERIFIABLE
    assert reason is not None
    assert reason.endswith("clock_step")


def test_a_capture_that_is_not_on_this_machine_says_so(database_url: str, tmp_path: Path) -> None:
    store = taped([OPENED, snapshot(1), delta(2, at=9)], database_url, tmp_path)
    other = at(5, capture="elsewhere")
    assert verdict(database_url, store, other)[1] == (
        "the capture elsewhere of the certificate is not the one that is here"
    )

    shutil.rmtree(store.captures()[0].folder)
    assert verdict(database_url, store, CLAIM) == (
        Verdict.UNVERIFIABLE,
        "the capture 000001-made is not on this machine",
    )


def test_of_two_recorders_the_evidence_is_that_of_the_one_that_is_told_or_named(
    database_url: str, tmp_path: Path
) -> None:
    records = [OPENED, snapshot(1), delta(2, at=9)]
    taped(records, database_url, tmp_path, "one")
    taped(records, database_url, tmp_path, "two")
    told, named = (
        found(database_url, CLAIM),
        found(database_url, at(5, from_position=(2 << 36) + 1)),
    )

    assert told is not None
    assert named is not None
    assert (told.folder_name, named.folder_name) == ("000001-one", "000002-two")


class Slow:
    """Finds a trail, and a capture folder that is read only when it may be."""

    def __init__(self) -> None:
        self.may_read = threading.Event()
        self.reading = threading.Semaphore(0)

    async def find(self, claim: Claim) -> Trail:
        return Trail(1, "made", 1, 1, (0,), Micros(0), Micros(2**60), None)

    def captures(self) -> list[object]:
        self.reading.release()
        assert self.may_read.wait(20)
        return []


def test_only_so_many_run_at_once_and_one_that_is_left_alone_still_counts() -> None:
    slow = Slow()
    verifier = Verifier(slow, slow, at_once=2)  # type: ignore[arg-type]

    async def go() -> None:
        first, second = (asyncio.create_task(verifier.verify(CLAIM)) for _ in range(2))
        for _ in range(2):
            await asyncio.to_thread(slow.reading.acquire)
        first.cancel()
        with pytest.raises(TooManyVerifications):
            await verifier.verify(CLAIM)
        slow.may_read.set()
        assert (await second).verdict is Verdict.UNVERIFIABLE
        assert (await verifier.verify(CLAIM)).verdict is Verdict.UNVERIFIABLE

    asyncio.run(go())

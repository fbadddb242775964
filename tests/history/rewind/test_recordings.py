"""Recordings of the real exchange: every book in them comes back, at every message, by both clocks.

The expected books come from a plain dict replay of the raw frames.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from playhead.history.capture import import_recording
from playhead.history.rewind import Clock, Rewind
from playhead.storage.postgres import Database
from tests.history.rewind.answers import expected_books, wrong_answers
from tests.history.rewind.replay import replay
from tests.history.taping import Taping, capture_store, now_micros

RECORDINGS = Path(__file__).resolve().parents[3].parent / "shared" / "data"
CONTINUOUS = [
    "demo-quiet-2026-06-11",
    "demo-quiet-use-yes-price-2026-06-11",
    "inxd-2023-08-31",
    "kxbtc-2026-04-18",
    "kxbtcmaxy-2025-11",
]
SAMPLES = ["one-frame-of-each-type-2026-05-20", "ticker-2026-02-12", "trade-2026-02-12"]


def recording(name: str) -> Path:
    path = RECORDINGS / f"{name}.frames.jsonl.zst"
    if not path.exists():
        pytest.skip(f"the recording {name} is not on this machine")
    return path


def lines(path: Path) -> Iterator[dict[str, Any]]:
    text = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    return (json.loads(line) for line in text.splitlines())


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "rows"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_book_of_a_recording_comes_back(
    name: str, sealed: bool, database_url: str, tmp_path: Path
) -> None:
    path = recording(name)
    import_recording(capture_store(tmp_path), path)
    taping = Taping(database_url, capture_store(tmp_path))
    taping.ingest()
    if sealed:
        taping.seal()
    steps = list(replay(lines(path)))

    for clock in Clock:
        books = expected_books(steps, clock)
        if not sealed:
            books = dict(list(books.items())[::9])  # the same questions again: a part will do
        assert asyncio.run(wrong_answers(database_url, books, clock)) == []


def test_the_receive_times_that_a_recording_lacks_are_not_invented(
    database_url: str, tmp_path: Path
) -> None:
    import_recording(capture_store(tmp_path), recording("demo-quiet-2026-06-11"))
    Taping(database_url, capture_store(tmp_path)).ingest()

    async def ask() -> str | None:
        async with Database.open(database_url) as database:
            ticker = "KXWTACHALLENGERMATCH-26JUN11JIMLEP-LEP"
            now = now_micros()
            answer = await Rewind(database).book(ticker, at=now, clock=Clock.RECEIVED, now=now)
            return answer.coverage.cause

    assert asyncio.run(ask()) == "before_recording"


@pytest.mark.parametrize("name", SAMPLES)
def test_frames_that_are_no_continuous_recording_do_no_harm(
    name: str, database_url: str, tmp_path: Path
) -> None:
    import_recording(capture_store(tmp_path), recording(name))
    taping = Taping(database_url, capture_store(tmp_path))

    assert taping.ingest() > 0
    assert taping.fingerprint().segments == {}


def test_a_recording_imported_twice_is_on_the_tape_once(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    once, twice = (Taping(new_database(), capture_store(tmp_path)) for _ in range(2))
    import_recording(capture_store(tmp_path), recording("kxbtc-2026-04-18"))
    once.ingest()
    import_recording(capture_store(tmp_path), recording("kxbtc-2026-04-18"))
    twice.ingest()

    assert twice.fingerprint() == once.fingerprint()

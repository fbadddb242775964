"""Recordings of the real exchange, harmed in every way: each harm is named, nothing else is."""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from random import Random

import pytest

from playhead.base.time import Nanos
from playhead.history.capture import Kind, Record
from playhead.history.ingest import Ingest
from playhead.history.ingest.batch import Batch
from playhead.history.kalshi import BookDelta, parse
from tests.history.ingest.frames import new_ingest
from tests.history.kalshi.recordings import recorded

RECORDINGS = ("inxd-2023-08-31", "kxbtcmaxy-2025-11", "kxbtc-2026-04-18")
EVERY = (*RECORDINGS, "demo-quiet-2026-06-11", "demo-quiet-use-yes-price-2026-06-11")
MOST = 3000
HARMS_A_RECORDING = 8
FOLLOWED = 9
MINUTE = 60 * 10**9
Lines = list["Line"]
Steps = list[tuple[int, dict[int, int]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A frame as it was received."""

    at: int | None
    connection: int
    text: str

    def record(self) -> Record:
        at = None if self.at is None else Nanos(self.at)
        return Record(0, 0, Kind.FRAME, at, self.connection, self.text.encode())


@cache
def lines_of(name: str) -> tuple[Line, ...]:
    lines = [Line(each.received_at_ns, each.connection, each.frame) for each in recorded(name)]
    return tuple(lines[:MOST])


def read(lines: Iterable[Line | Record]) -> tuple[Batch, Ingest]:
    """What a finished capture of these lines adds to the tape."""
    ingest = new_ingest()
    ingest.feed(each if isinstance(each, Record) else each.record() for each in lines)
    ingest.feed([Record(0, 0, Kind.FINISHED, None, 0, b"{}")])
    return ingest.take_batch(), ingest


def causes(batch: Batch) -> Counter[str]:
    return Counter(closed.ending.cause for closed in batch.closed)


def spots(name: str) -> Iterator[tuple[Lines, int, Random]]:
    """A fresh copy of a recording and a change in it that others follow, several times."""
    random, lines = Random(name), lines_of(name)
    changes = [index for index in range(len(lines) - FOLLOWED) if is_amid_changes(lines, index)]
    for index in random.sample(changes, min(HARMS_A_RECORDING, len(changes))):
        yield list(lines), index, random


def is_amid_changes(lines: tuple[Line, ...], index: int) -> bool:
    """Whether nothing but changes on one connection comes here."""
    around = lines[index : index + FOLLOWED]
    same = {line.connection for line in around} == {lines[index].connection}
    return same and all(isinstance(parse(line.text), BookDelta) for line in around)


def wrong_claims(name: str, batch: Batch) -> int:
    """How many books that a batch proves were not the book then; the recording itself is right."""
    claimed = claims_of(batch)
    return sum(
        any(claim != levels for claim in claimed(ticker, instant))
        for instant, ticker, levels in truth_of(name)
    )


@cache
def truth_of(name: str) -> list[tuple[int, str, dict[int, int]]]:
    whole, _ = read(lines_of(name))
    return list(books_of(whole))


def books_of(batch: Batch) -> Iterator[tuple[int, str, dict[int, int]]]:
    """Every book of a batch with the instant from which it held: the last of each instant."""
    for ticker, _, _, steps in intervals_of(batch):
        for (at, levels), (after, _) in zip(steps, [*steps[1:], (-1, {})], strict=True):
            if at != after:
                yield at, ticker, levels


def claims_of(batch: Batch) -> Callable[[str, int], list[dict[int, int]]]:
    known = list(intervals_of(batch))

    def claimed(ticker: str, instant: int) -> list[dict[int, int]]:
        found = []
        for name, since, until, steps in known:
            if name == ticker and since <= instant <= until:
                found.append(steps[bisect_right(steps, instant, key=itemgetter(0)) - 1][1])
        return found

    return claimed


def intervals_of(batch: Batch) -> Iterator[tuple[str, int, int, Steps]]:
    """Ticker, first and last instant received, and every book on the way."""
    tickers = {number: ticker for ticker, number in batch.new_markets.items()}
    columns = batch.events.columns()
    events = defaultdict(list)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for position, market, at, _, code, change in rows:
        events[market].append((position, at, code, change))
    ends = {(c.market_id, c.from_position): c for c in batch.closed}
    for opened in batch.opened:
        closed = ends[opened.market_id, opened.from_position]
        if opened.received_from is None or closed.received_to is None:
            continue
        levels, latest = dict(opened.levels), opened.received_from
        steps: Steps = [(latest, dict(levels))]
        for position, at, code, change in events[opened.market_id]:
            if opened.from_position < position <= closed.to_position:
                levels[code] = levels.get(code, 0) + change
                latest = max(latest, at)
                steps.append((latest, {code: size for code, size in levels.items() if size}))
        yield tickers[opened.market_id], opened.received_from, closed.received_to, steps


# -- no false gap ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_an_unharmed_recording_has_no_gap_and_no_fault(name: str) -> None:
    batch, _ = read(lines_of(name))

    assert set(causes(batch)) <= {"end_of_recording", "superseded"}
    assert batch.incidents == []
    assert batch.clock_faults == {}
    assert [audit for audit in batch.audits if not audit.matches] == []


# -- every harm by its name -----------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 2, 7])
@pytest.mark.parametrize("name", RECORDINGS)
def test_lost_frames_are_a_gap_in_every_market_of_the_sid(name: str, lost: int) -> None:
    for lines, index, _ in spots(name):
        batch, _ = read([*lines[:index], *lines[index + lost :]])

        assert [i.cause for i in batch.incidents] == ["gap"]
        assert batch.incidents[0].markets == causes(batch)["gap"] == books_before(lines, index)
        assert wrong_claims(name, batch) == 0


def books_before(lines: Lines, index: int) -> int:
    """How many books the connection of a line keeps just before it."""
    ingest = new_ingest()
    ingest.feed(line.record() for line in lines[:index])
    connection = lines[index].connection
    return sum(live.stream_key[0] == connection for live in ingest.draft.owners.values())


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_doubled_frame_is_counted_and_harms_nothing(name: str) -> None:
    for lines, index, _ in spots(name):
        batch, _ = read([*lines[: index + 1], *lines[index:]])

        assert batch.counters["duplicate"] == 1
        assert batch.incidents == []
        assert wrong_claims(name, batch) == 0


@pytest.mark.parametrize("name", RECORDINGS)
def test_neighbours_that_change_places_are_a_gap_and_a_step_back(name: str) -> None:
    for lines, index, _ in spots(name):
        first, second = lines[index], lines[index + 1]
        lines[index] = replace(second, at=first.at)
        lines[index + 1] = replace(first, at=second.at)
        batch, _ = read(lines)

        assert batch.incidents[0].cause == "gap"
        assert batch.counters["sequence_back"] == 1
        assert wrong_claims(name, batch) == 0


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_frame_that_was_cut_is_unreadable(name: str) -> None:
    for lines, index, random in spots(name):
        text = lines[index].text.rstrip()
        lines[index] = replace(lines[index], text=text[: random.randrange(1, len(text))])
        batch, _ = read(lines)

        assert [i.cause for i in batch.incidents] == ["unreadable"]
        assert batch.counters["Unparsable"] == 1
        assert wrong_claims(name, batch) == 0


def renumbered(lines: Iterable[Line], connection: int) -> Iterator[Line]:
    """The same frames as if their numbers began at 1 on another connection."""
    for number, line in enumerate(lines, start=1):
        body = json.loads(line.text)
        told = json.dumps({**body, "seq": number}) if "seq" in body else line.text
        yield replace(line, text=told, connection=connection)


@pytest.mark.parametrize("name", RECORDINGS)
def test_numbers_that_begin_anew_on_the_same_connection_have_gone_back(name: str) -> None:
    for lines, index, _ in spots(name):
        same = lines[index].connection
        after = [line for line in lines[index:] if line.connection == same]
        if json.loads(lines[index].text)["seq"] > 2:
            batch, _ = read([*lines[:index], *renumbered(after, same)])

            assert batch.incidents[0].cause == "sequence_back"
            assert wrong_claims(name, batch) == 0


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unannounced"])
@pytest.mark.parametrize("name", RECORDINGS)
def test_nothing_is_stitched_to_a_new_connection(name: str, announced: bool) -> None:
    for lines, index, _ in spots(name):
        same, at = lines[index].connection, lines[index].at
        after = [line for line in lines[index:] if line.connection == same]
        received = None if at is None else Nanos(at)
        end = Record(0, 0, Kind.CLOSED, received, same, b'{"cause":"disconnect"}')
        ends = [end] if announced else []
        batch, _ = read([*lines[:index], *ends, *renumbered(after, same + 1000)])

        found = causes(batch)["disconnect"]
        assert found == (books_before(lines, index) if announced else 0)
        assert wrong_claims(name, batch) == 0


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_clock_that_is_set_back_is_a_clock_step(name: str) -> None:
    for lines, index, _ in spots(name):
        assert lines[index].at is not None
        moved = [replace(line, at=(line.at or 0) - MINUTE) for line in lines[index:]]
        batch, _ = read([*lines[:index], *moved])

        faults = list(batch.clock_faults.values())
        assert {fault.cause for fault in faults} == {"clock_step"}
        assert min(f.received_from for f in faults) == (moved[0].at or 0) // 1000
        assert batch.incidents == []

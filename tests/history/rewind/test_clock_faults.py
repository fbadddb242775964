"""Where a recorder's clock tells nothing, nothing is claimed by it; the other clock goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.history.capture import Kind, Record
from playhead.history.rewind import Clock, State
from tests.history.ingest.frames import START, delta, mark, ok, snapshot
from tests.history.rewind.asking import Asker, run_sql, stretch, stretches, tape_of


def told(since: int, until: int, sending: int) -> list[Record]:
    """A book with a change every ten microseconds, known from its snapshot on."""
    changes = range(since + 10, until, 10)
    return [
        mark(Kind.OPENED, at=since),
        snapshot(1, at=since, yes={"0.1000": "1.00"}, sending_ts_ms=START // 1000 + sending),
        *(delta(n + 2, at=at, size="1.00", exchange_ms=at) for n, at in enumerate(changes)),
        ok(len(changes) + 2, at=until),
        mark(Kind.CLOSED, at=until + 1, cause="disconnect"),
    ]


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Known by one recorder 10..299 and by another 100..199, whose clock is right throughout."""
    made = new_database()
    captures = {"main": told(10, 300, 0), "second": told(100, 200, 90)}
    tape_of(made, tmp_path_factory.mktemp("faults"), captures)
    run_sql(
        made,
        "INSERT INTO clock_faults (capture_id, connection, received_from, received_to, cause)"
        " VALUES (1, 1, @50, @70, 'lag'), (1, 1, @60, @65, 'lag'), (1, -1, @120, @140,"
        " 'clock_step'), (1, 2, @80, @90, 'lag'), (1, 1, @250, NULL, 'lag')",
    )
    return made


@pytest.fixture(scope="module")
def asker(url: str) -> Asker:
    return Asker(url)


def test_inside_a_fault_the_book_is_unknown_and_the_fault_is_the_cause(asker: Asker) -> None:
    answer = asker.book(60)

    assert stretch(answer) == ("lag", 50, 71)
    assert (answer.coverage.recorder, answer.certificate) == ("main", None)


def test_the_nearest_known_books_are_those_beside_the_fault(asker: Asker) -> None:
    answer = asker.book(60)

    assert answer.last_known == asker.book(49).found
    assert answer.next_known == asker.book(71).found


def test_a_proven_book_is_proven_from_fault_to_fault(asker: Asker) -> None:
    assert stretch(asker.book(49)) == (None, 10, 50)
    assert stretch(asker.book(71)) == (None, 71, 120)
    assert stretch(asker.book(249)) == (None, 141, 250)


def test_a_fault_of_every_connection_leaves_the_word_to_another_recorder(asker: Asker) -> None:
    recorders = [asker.book(at).coverage.recorder for at in (119, 120, 140, 141)]

    assert recorders == ["main", "second", "second", "main"]


def test_a_fault_of_another_connection_changes_nothing(asker: Asker) -> None:
    assert asker.book(85).coverage.state is State.PROVEN


def test_the_newest_proven_book_is_the_one_before_the_fault_that_goes_on(asker: Asker) -> None:
    newest = asker.book(None)

    assert newest.at == START + 249
    assert newest.found == asker.book(249).found


def test_what_follows_a_fault_without_end_is_told_by_what_ended_the_recording(
    asker: Asker,
) -> None:
    assert stretch(asker.book(299)) == ("lag", 250, 300)
    assert stretch(asker.book(350)) == ("disconnect", 300, None)
    assert asker.book(350).last_known == asker.book(249).found


def test_runs_and_books_agree_at_every_instant(asker: Asker) -> None:
    found, answers = asker.runs(0, 340), asker.books(range(340))

    assert [run.until for run in found[:-1]] == [run.since for run in found[1:]]
    for at, answer in answers.items():
        (run,) = (run for run in found if run.since <= START + (at or 0) < run.until)
        assert (at, run.coverage) == (at, answer.coverage)


def test_a_run_after_a_fault_starts_with_the_book_that_the_fault_has_left(asker: Asker) -> None:
    run = next(run for run in asker.runs(0, 340) if run.since == START + 71)
    before = asker.book(71).found

    assert run.start is not None
    assert before is not None
    assert sum(run.start.book.yes.values()) == sum(before.book.yes.values()) == 700


def test_the_runs_of_all_of_it_name_recorders_and_causes(asker: Asker) -> None:
    assert stretches(asker.runs(0, 340)) == [
        ("before_recording", 0, 10),
        (None, 10, 50),
        ("lag", 50, 71),
        (None, 71, 120),
        (None, 120, 141),
        (None, 141, 250),
        ("lag", 250, 300),
        ("disconnect", 300, 340),
    ]


def test_the_exchanges_clock_knows_no_such_faults(url: str) -> None:
    asker = Asker(url, Clock.EXCHANGE)
    instants = [1000 * at for at in (50, 60, 130, 250, 289)]

    assert {answer.coverage.cause for answer in asker.books(instants).values()} == {None}
    assert len({answer.coverage.since for answer in asker.books(instants).values()}) == 1


def test_a_book_that_nothing_vouches_for_yet_is_not_given(
    database_url: str, tmp_path: Path
) -> None:
    records = [mark(Kind.OPENED), snapshot(None, at=10)]
    tape_of(database_url, tmp_path, {"main": records})

    assert stretch(Asker(database_url).book(None))[0] == "not_yet_recorded"
    assert stretch(Asker(database_url).book(10))[0] == "not_yet_recorded"

"""Why a book is not known: each cause where it belongs, by both clocks, in books and in runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.history.capture import Kind
from playhead.history.rewind import Clock, State
from tests.history.ingest.frames import delta, mark, snapshot
from tests.history.rewind.asking import Asker, Told, run_sql, stretch, stretches, tape_of

RECORDS = [
    mark(Kind.OPENED),
    snapshot(1, at=100),
    delta(2, at=110, exchange_ms=110),
    delta(3, at=201, exchange_ms=201),
    mark(Kind.CLOSED, at=205, cause="disconnect"),
    mark(Kind.OPENED, at=400, connection=2),
    snapshot(1, at=450, connection=2),
    delta(2, at=460, exchange_ms=460, connection=2),
    delta(3, at=501, exchange_ms=501, connection=2),
]
"""Known 100..200 and 450..500 by our microseconds; a thousand times later by the exchange's."""

AS_IT_WAS = (
    "UPDATE markets SET open_at = NULL, close_at = NULL, exchange_index = NULL",
    "DELETE FROM exchange_states",
    "DELETE FROM maintenance",
    "UPDATE coverage SET closed_by = 'disconnect', detected_at = @205,"
    " detected_exchange_at = @205000 WHERE to_position IS NOT NULL",
)
STATE = "INSERT INTO exchange_states (capture_id, exchange_index, at, is_active) VALUES "
PAUSE = STATE + "(1, 0, @10, true), (1, 0, @210, false), (1, 0, @430, true)"
MAINTENANCE = "INSERT INTO maintenance (start_at, end_at) VALUES (@210, @430)"


@pytest.fixture(scope="module")
def recorded(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    made = new_database()
    tape_of(made, tmp_path_factory.mktemp("causes"), {"main": RECORDS})
    return made


@pytest.fixture
def url(recorded: str) -> str:
    """The tape as it was recorded, whatever the test before did to it."""
    run_sql(recorded, *AS_IT_WAS)
    return recorded


CASES: dict[str, tuple[list[str], int, Told]] = {
    "nobody recorded yet": ([], 50, ("before_recording", None, 100)),
    "the connection was lost": ([], 300, ("disconnect", 201, 450)),
    "the end of what is recorded": ([], 600, ("not_yet_recorded", 501, None)),
    "before the opening": (
        ["UPDATE markets SET open_at = @20"],
        10,
        ("not_yet_open", None, 20),
    ),
    "recording, and the first book came late": (
        ["UPDATE markets SET open_at = @20"],
        50,
        ("missed_opening", 20, 100),
    ),
    "open long before the recording began": (
        ["UPDATE markets SET open_at = @0 - 20"],
        50,
        ("before_recording", -20, 100),
    ),
    "lost before the opening": (
        ["UPDATE markets SET open_at = @220"],
        210,
        ("not_yet_open", 201, 220),
    ),
    "lost, and then closed": (
        ["UPDATE markets SET close_at = @300"],
        250,
        ("disconnect", 201, 300),
    ),
    "closed": (["UPDATE markets SET close_at = @600"], 700, ("market_closed", 600, None)),
    "closed, and a book is proven all the same": (
        ["UPDATE markets SET close_at = @120"],
        130,
        (None, 100, 201),
    ),
    "before a pause": ([PAUSE], 205, ("disconnect", 201, 210)),
    "inside a pause": ([PAUSE], 220, ("exchange_closed", 210, 430)),
    "after a pause": ([PAUSE], 440, ("disconnect", 430, 450)),
    "a pause of its own engine": (
        [PAUSE.replace(", 0,", ", 2,"), "UPDATE markets SET exchange_index = 2"],
        220,
        ("exchange_closed", 210, 430),
    ),
    "a pause of another engine": (
        [PAUSE, "UPDATE markets SET exchange_index = 2"],
        220,
        ("disconnect", 201, 450),
    ),
    "a pause of one engine of two, and nobody knows of which the market is": (
        [PAUSE, STATE + "(1, 1, @10, true)"],
        220,
        ("disconnect", 201, 450),
    ),
    "inside maintenance": ([MAINTENANCE], 220, ("exchange_closed", 210, 430)),
    "a pause in which the book stayed": (
        [MAINTENANCE.replace("@210", "@120").replace("@430", "@150")],
        130,
        (None, 100, 201),
    ),
    "wrong already": (
        ["UPDATE coverage SET closed_by = 'crossed_book', detected_at = @300 WHERE connection = 1"],
        250,
        ("suspect", 201, 301),
    ),
    "known to have been wrong": (
        ["UPDATE coverage SET closed_by = 'crossed_book', detected_at = @300 WHERE connection = 1"],
        350,
        ("crossed_book", 301, 450),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_instant_that_is_not_known_has_its_cause(case: str, url: str) -> None:
    changes, at, told = CASES[case]
    run_sql(url, *changes)

    answer = Asker(url).book(at)

    assert stretch(answer) == told
    assert (
        (answer.found is None) == (answer.coverage.state is State.UNKNOWN) == (told[0] is not None)
    )


def test_an_unknown_stretch_comes_in_a_run_for_each_cause(url: str) -> None:
    run_sql(url, PAUSE, "UPDATE markets SET open_at = @20, close_at = @600")

    assert stretches(Asker(url).runs(5, 700)) == [
        ("not_yet_open", 5, 20),
        ("missed_opening", 20, 100),
        (None, 100, 201),
        ("disconnect", 201, 210),
        ("exchange_closed", 210, 430),
        ("disconnect", 430, 450),
        (None, 450, 501),
        ("not_yet_recorded", 501, 600),
        ("market_closed", 600, 700),
    ]


def test_runs_of_a_part_tell_the_causes_of_that_part_with_their_whole_bounds(url: str) -> None:
    run_sql(url, PAUSE)
    (run,) = Asker(url).runs(300, 310)

    assert stretches([run]) == [("exchange_closed", 300, 310)]
    assert (run.coverage.since, run.coverage.until) == (
        Asker(url).book(300).coverage.since,
        Asker(url).book(300).coverage.until,
    )


def test_by_the_exchanges_clock_a_detection_has_its_own_instant(url: str) -> None:
    run_sql(
        url,
        "UPDATE coverage SET closed_by = 'rest_mismatch', detected_at = @300,"
        " detected_exchange_at = @290000 WHERE connection = 1",
    )

    told = stretches(Asker(url, Clock.EXCHANGE).runs(105_000, 465_000))

    assert told == [
        ("before_recording", 105_000, 110_000),
        (None, 110_000, 201_000),
        ("suspect", 201_000, 290_001),
        ("rest_mismatch", 290_001, 460_000),
        (None, 460_000, 465_000),
    ]


def test_an_empty_book_is_known_and_what_was_not_recorded_is_not(
    database_url: str, tmp_path: Path
) -> None:
    tape_of(database_url, tmp_path, {"main": [snapshot(1, at=10), snapshot(2, "B", at=30)]})
    answers = Asker(database_url).books([5, 20])

    assert [answers[at].coverage.cause for at in (5, 20)] == ["before_recording", None]
    assert answers[5].found is None
    assert answers[20].found is not None
    assert (dict(answers[20].found.book.yes), dict(answers[20].found.book.no)) == ({}, {})

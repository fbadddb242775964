"""What the ingest says of the books that it misses."""

from pathlib import Path

import pytest

from playhead.entrypoints.missed_books import MOST, MissedBooks
from playhead.entrypoints.status_file import write_status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def missed(home: Path) -> MissedBooks:
    return MissedBooks(home, "000001-main")


def test_the_markets_of_the_own_capture_are_named(home: Path, missed: MissedBooks) -> None:
    write_status(home, "ingest", {"lapsed": {"000001-main": ["A", "B"], "000002-main-2": ["C"]}})

    assert missed.look() == ["A", "B"]


def test_what_was_said_is_heard_once(home: Path, missed: MissedBooks) -> None:
    write_status(home, "ingest", {"lapsed": {"000001-main": ["A"]}})
    missed.look()

    assert missed.look() == []


def test_what_is_said_again_is_heard_again(home: Path, missed: MissedBooks) -> None:
    for _ in range(2):
        write_status(home, "ingest", {"lapsed": {"000001-main": ["A"]}})

        assert missed.look() == ["A"]


def test_where_no_ingest_runs_nothing_is_missed(missed: MissedBooks) -> None:
    assert missed.look() == []


@pytest.mark.parametrize(
    "lapsed", [None, [], {}, {"000001-main": "A"}, {"000001-main": None}, {"000002-main-2": ["A"]}]
)
def test_what_names_nothing_of_this_capture_is_nothing(
    home: Path, missed: MissedBooks, lapsed: object
) -> None:
    write_status(home, "ingest", {"lapsed": lapsed})

    assert missed.look() == []


def test_a_status_that_is_no_json_is_nothing(home: Path, missed: MissedBooks) -> None:
    (home / "run" / "ingest.json").write_text("{")

    assert missed.look() == []


def test_what_is_no_ticker_is_left_out_and_the_rest_is_bounded(
    home: Path, missed: MissedBooks
) -> None:
    many = [f"T{number}" for number in range(MOST)]
    write_status(home, "ingest", {"lapsed": {"000001-main": [7, *many]}})

    found = missed.look()

    assert found == many[: MOST - 1]

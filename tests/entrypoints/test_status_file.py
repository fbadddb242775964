"""What processes say about themselves."""

import os
from pathlib import Path

import pytest

from playhead.base.time import parse_instant
from playhead.entrypoints.status_file import forget_statuses, read_statuses, write_status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


def test_what_was_written_is_read_by_name(home: Path) -> None:
    write_status(home, "ingest", {"events": 7})
    write_status(home, "recorder", {"state": "connecting"})

    statuses = read_statuses(home)

    assert statuses["ingest"]["events"] == 7
    assert statuses["recorder"]["state"] == "connecting"


def test_every_status_says_who_and_when(home: Path) -> None:
    write_status(home, "ingest", {})

    status = read_statuses(home)["ingest"]

    assert (status["name"], status["pid"], status["state"]) == ("ingest", os.getpid(), "running")
    started_at, updated_at = str(status["started_at"]), str(status["updated_at"])
    assert parse_instant(started_at) <= parse_instant(updated_at)


def test_newer_status_replaces_the_older(home: Path) -> None:
    write_status(home, "ingest", {"events": 7, "lag": 1})
    write_status(home, "ingest", {"events": 8})

    assert read_statuses(home)["ingest"]["events"] == 8
    assert "lag" not in read_statuses(home)["ingest"]


def test_statuses_can_be_forgotten(home: Path) -> None:
    write_status(home, "ingest", {})

    forget_statuses(home)

    assert read_statuses(home) == {}


def test_folder_that_was_never_used_has_none(tmp_path: Path) -> None:
    assert read_statuses(tmp_path) == {}

"""What `playhead status` makes of what processes say."""

import json
from pathlib import Path

import pytest
import typer

from playhead.base.time import Micros, format_instant
from playhead.entrypoints.cli.status import find_problems, print_status, span_text
from playhead.entrypoints.status_file import Status, write_status
from playhead.entrypoints.supervisor.home import locked_home

NOW = Micros(1_800_000_000_000_000)


def said(name: str, *, seconds_ago: int = 0, **fields: object) -> Status:
    return {"name": name, "updated_at": format_instant(Micros(NOW - seconds_ago * 1_000_000))} | (
        fields
    )


def part(name: str, state: str = "running") -> Status:
    return {
        "name": name,
        "state": state,
        "pid": 7,
        "started_at": None,
        "restarts": 0,
        "last_exit": None,
    }


def test_all_is_well_when_every_part_runs() -> None:
    statuses = {"supervisor": said("supervisor", parts=[part("api")]), "api": said("api")}

    assert find_problems(statuses, NOW) == []


def test_part_that_waits_to_be_started_again_is_a_problem() -> None:
    statuses = {"supervisor": said("supervisor", parts=[part("api"), part("ingest", "waiting")])}

    assert find_problems(statuses, NOW) == ["ingest is waiting"]


def test_silent_process_is_a_problem() -> None:
    statuses = {
        "supervisor": said("supervisor", parts=[part("api")]),
        "api": said("api", seconds_ago=75),
    }

    assert find_problems(statuses, NOW) == ["api gave no sign for 1m 15s"]


def test_before_the_supervisor_said_anything_it_is_starting() -> None:
    assert find_problems({}, NOW) == ["Playhead is starting"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0s"), (0, "0s"), (59, "59s"), (3_660, "1h 1m"), (90_000, "1d 1h")]
)
def test_spans_are_told_in_two_units(seconds: int, text: str) -> None:
    assert span_text(seconds * 1_000_000) == text


def test_folder_where_nothing_runs_ends_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYHEAD_HOME", str(tmp_path))

    with pytest.raises(typer.Exit) as end:
        print_status()

    assert end.value.exit_code == 1
    assert "Playhead does not run" in capsys.readouterr().out


def test_json_holds_everything_that_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYHEAD_HOME", str(tmp_path))
    with locked_home(tmp_path, least_free=0):
        write_status(tmp_path, "supervisor", {"parts": [part("api")]})
        write_status(tmp_path, "ingest", {"events": 7})
        with pytest.raises(typer.Exit) as end:
            print_status(as_json=True)

    report = json.loads(capsys.readouterr().out)
    assert end.value.exit_code == 0
    assert report["problems"] == []
    assert report["statuses"]["ingest"]["events"] == 7

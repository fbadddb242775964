"""``playhead capture`` from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from playhead.entrypoints.cli.capture import app
from playhead.history.capture import CaptureNotFound, DamagedCaptures

LINE = '{"received_at_ns":1762112340046100000,"connection":0,"frame":"{}"}\n'
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*arguments: str | Path) -> Result:
        environment = {"PLAYHEAD_HOME": str(tmp_path / "home")}
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "day.frames.jsonl"
    path.write_text(LINE)
    return path


def test_import_says_what_became_of_each_file(run: Run, file: Path) -> None:
    result = run("import", file, file)

    assert result.stdout.splitlines() == [
        "day.frames.jsonl: now the capture 000001-day",
        "day.frames.jsonl: nothing to do, its content is the capture 000001-day already",
    ]


def test_cat_prints_the_lines_again(run: Run, file: Path) -> None:
    run("import", "--name", "mine", file)

    assert run("cat", "mine").stdout == LINE


def test_cat_prints_records_of_one_kind_in_full(run: Run, file: Path) -> None:
    run("import", "--use-yes-price", file)
    (line,) = run("cat", "1", "--kind", "opened").stdout.splitlines()

    assert json.loads(json.loads(line)["payload"])["use_yes_price"] is True


def test_cat_prints_every_record_from_an_offset_on(run: Run, file: Path) -> None:
    run("import", file)
    lines = [json.loads(line) for line in run("cat", "1", "--all").stdout.splitlines()]
    later = run("cat", "1", "--all", "--from", str(lines[2]["offset"])).stdout.splitlines()

    assert [line["kind"] for line in lines] == ["opened", "frame", "closed", "finished"]
    assert [json.loads(line) for line in later] == lines[2:]


def test_a_kind_that_is_none_is_a_usage_error(run: Run) -> None:
    assert run("cat", "1", "--kind", "foo").exit_code == 2


def test_an_unknown_capture_is_an_error(run: Run) -> None:
    assert isinstance(run("cat", "nothing").exception, CaptureNotFound)


def test_verify_tells_what_a_sound_capture_holds(run: Run, file: Path) -> None:
    run("import", file)

    assert run("verify").stdout.startswith(
        "000001-day  OK  4 records, 1 frame, 1 connection, 216 bytes ("
    )


def test_verify_tells_the_exact_fault_and_fails(run: Run, file: Path, tmp_path: Path) -> None:
    run("import", file)
    next((tmp_path / "home" / "captures" / "000001-day").glob("*.zst")).unlink()
    result = run("verify")

    assert "DAMAGED  0 records" in result.stdout
    assert isinstance(result.exception, DamagedCaptures)


def test_list_tells_state_size_and_source(run: Run, file: Path) -> None:
    run("import", file)

    assert run("list").stdout.startswith("000001-day  finished  ")
    assert run("list").stdout.endswith("  day.frames.jsonl\n")

"""``playhead doctor`` as it is printed, and how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from playhead.entrypoints.cli.doctor import summary
from playhead.entrypoints.cli.main import app_with
from playhead.entrypoints.doctor.findings import Finding, ok, problem, unchecked, warning
from tests.entrypoints.supervisor.playheads import free_port

WELL = ok("disk", "there is room")
WRONG = problem("clock", "it is wrong", "set it")
SOON = warning("disk", "it fills", "make room")
AWAY = unchecked("api", "it does not run")


def run(home: Path, *words: str, **more: str) -> Result:
    ports = {"PLAYHEAD_PORT": str(free_port()), "PLAYHEAD_EXCHANGE_PORT": str(free_port())}
    environment = {"PLAYHEAD_HOME": str(home), **ports, **more}
    return CliRunner().invoke(app_with(["doctor"]), ["doctor", *words], env=environment)


def test_a_home_where_nothing_runs_has_no_problem(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert result.exit_code == 0
    assert f"Playhead does not run in {tmp_path}" in result.stdout
    assert result.stdout.endswith("no problem was found; 5 checks could not be made\n")


def test_a_problem_ends_it_with_one_and_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(b"k" * 32)
    file.chmod(0o644)
    result = run(tmp_path)

    assert result.exit_code == 1
    assert f"problem      secrets        others on this machine may reach {file}" in result.stdout
    assert f"{'':28}chmod 600 {file}" in result.stdout


def test_programs_get_the_same_as_json(tmp_path: Path) -> None:
    result = run(tmp_path, "--json")
    (disk,) = [each for each in json.loads(result.stdout)["findings"] if each["check"] == "disk"]

    assert disk["level"] in ("ok", "warning")
    assert set(disk) == {"check", "level", "says", "remedy"}


def test_settings_that_cannot_be_read_are_the_one_finding(tmp_path: Path) -> None:
    result = run(tmp_path, PLAYHEAD_PORT="many")

    assert result.exit_code == 1
    assert "problem      settings       PLAYHEAD_PORT is not valid" in result.stdout


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([WELL], "all is well"),
        ([WELL, SOON], "1 warning"),
        ([WRONG, WRONG, SOON], "2 problems, 1 warning"),
        ([WRONG, AWAY], "1 problem; 1 check could not be made"),
        ([WELL, AWAY, AWAY], "no problem was found; 2 checks could not be made"),
    ],
)
def test_the_last_line_counts(found: list[Finding], text: str) -> None:
    assert summary(found) == text

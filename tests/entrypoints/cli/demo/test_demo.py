"""The demo as people run it: a process of its own, everything in it for real."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playhead.entrypoints.status_file import read_statuses
from tests.entrypoints.supervisor.playheads import all_gone, free_port

PLAYHEAD = str(Path(sys.executable).with_name("playhead"))
SUGGESTION = re.compile(r"^  ((?:.*playhead|curl) .*)$")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "PLAYHEAD_HOME": str(tmp_path / "home"),
        "PLAYHEAD_PORT": str(free_port()),
        "PLAYHEAD_EXCHANGE_PORT": str(free_port()),
    }


@pytest.fixture
def demo(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [PLAYHEAD, "demo", "--markets", "30"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, text=True) as process:
        yield process
        process.terminate()


def suggestions_of(process: subprocess.Popen[str]) -> list[str]:
    found: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        if match := SUGGESTION.match(line):
            found.append(match.group(1))
        if len(found) == 5:
            break
    return found


def test_suggested_commands_work_when_pasted(demo: subprocess.Popen[str]) -> None:
    suggested = suggestions_of(demo)

    bare = {"PATH": os.environ["PATH"]}
    results = [
        subprocess.run(["bash", "-c", command], env=bare, capture_output=True, text=True)
        for command in suggested
    ]

    assert [result.returncode for result in results] == [0, 0, 0, 0, 0]
    assert "10 of" in results[0].stdout
    assert "Proven" in results[1].stdout
    assert "same" in results[2].stdout
    assert '"state":"proven"' in results[3].stdout
    assert "Is it worth that?" in results[4].stdout


def test_ctrl_c_ends_it_well_and_leaves_nothing(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert demo.stdout is not None
    while "first proven book" not in demo.stdout.readline():
        assert demo.poll() is None
    parts = read_statuses(tmp_path / "home")["supervisor"]["parts"]
    assert isinstance(parts, list)

    demo.send_signal(signal.SIGINT)
    demo.communicate()

    assert demo.returncode == 0
    assert len(parts) == 8
    assert all_gone([part["pid"] for part in parts])


def test_demo_that_ends_by_itself_proves_what_it_recorded(environment: dict[str, str]) -> None:
    command = [PLAYHEAD, "demo", "--for", "20s", "--markets", "30"]

    result = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert result.returncode == 0
    assert "read back: " in result.stdout
    assert "all the same" in result.stdout

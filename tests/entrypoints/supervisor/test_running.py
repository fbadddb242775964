"""A whole Playhead: its servers for real, small scripts in place of its own processes."""

import os
import signal
from pathlib import Path

import pytest

from playhead.entrypoints.embedded.processes import wait_until
from tests.entrypoints.supervisor.playheads import (
    CRASHES,
    DEAF,
    SECONDS,
    SLEEPS,
    all_gone,
    started,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_crashed_process_is_started_again_and_shown(home: Path) -> None:
    with started(home, broken=CRASHES, sound=SLEEPS) as playhead:
        assert wait_until(lambda: playhead.part("broken")["restarts"] == 2, SECONDS)
        assert playhead.part("broken")["last_exit"] == "exit status 3"
        assert playhead.part("sound")["restarts"] == 0


def test_killed_process_is_started_again(home: Path) -> None:
    with started(home, sound=SLEEPS) as playhead:
        first = playhead.part("sound")["pid"]
        assert isinstance(first, int)
        os.kill(first, signal.SIGKILL)

        assert wait_until(lambda: playhead.part("sound")["restarts"] == 1, SECONDS)
        assert playhead.part("sound")["last_exit"] == "killed by SIGKILL"
        assert playhead.part("sound")["pid"] != first


def test_killed_postgresql_comes_back_with_its_data(home: Path) -> None:
    with started(home) as playhead:
        playhead.query("CREATE TABLE kept AS SELECT 7 AS n")
        first = playhead.part("postgres")["pid"]
        assert isinstance(first, int)
        os.kill(first, signal.SIGKILL)

        assert wait_until(lambda: playhead.part("postgres")["pid"] not in (first, None), SECONDS)
        assert wait_until(lambda: playhead.part("postgres")["state"] == "running", SECONDS)
        assert playhead.query("SELECT n FROM kept") == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_everything(home: Path, number: signal.Signals) -> None:
    with started(home, sound=SLEEPS) as playhead:
        pids = playhead.pids()
        playhead.process.send_signal(number)

        assert playhead.process.wait(SECONDS) == 0
        assert len(pids) == 3
        assert all_gone(pids)


def test_process_that_does_not_listen_is_killed(home: Path) -> None:
    with started(home, deaf=DEAF) as playhead:
        assert wait_until(lambda: "deaf" in (home / "logs/deaf.log").read_text(), SECONDS)
        pids = playhead.pids()
        playhead.process.terminate()

        assert playhead.process.wait(SECONDS) == 0
        assert all_gone(pids)


def test_killed_supervisor_takes_everything_with_it(home: Path) -> None:
    with started(home, sound=SLEEPS) as playhead:
        pids = playhead.pids()
        playhead.process.kill()

        assert all_gone(pids)


def test_next_start_ends_what_a_killed_supervisor_left(home: Path) -> None:
    with started(home, deaf=DEAF) as playhead:
        assert wait_until(lambda: "deaf" in (home / "logs/deaf.log").read_text(), SECONDS)
        left = playhead.part("deaf")["pid"]
        assert isinstance(left, int)
        playhead.process.kill()

    with started(home):
        assert all_gone([left])


def test_data_is_there_after_a_restart(home: Path) -> None:
    with started(home) as playhead:
        playhead.query("CREATE TABLE kept AS SELECT 7 AS n")

    with started(home) as playhead:
        assert playhead.query("SELECT n FROM kept") == 7


def test_schema_is_there(home: Path) -> None:
    with started(home) as playhead:
        assert isinstance(playhead.query("SELECT max(version_num) FROM alembic_version"), str)


def test_each_part_has_its_log(home: Path) -> None:
    with started(home, talker="print('hello', flush=True); import time; time.sleep(600)"):
        assert wait_until(lambda: (home / "logs/talker.log").read_text() == "hello\n", SECONDS)
        assert "ready to accept connections" in (home / "logs/postgres.log").read_text()

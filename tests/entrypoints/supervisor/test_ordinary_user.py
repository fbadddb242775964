"""A Playhead of an ordinary user. Root's own tests start one as somebody else."""

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import playhead
from playhead.entrypoints.embedded.accounts import give, is_reachable_by_others, named_account
from tests.entrypoints.supervisor.playheads import SLEEPS, Starter, all_gone, launched, started
from tests.entrypoints.supervisor.playheads import outcome as outcome_of


@pytest.fixture
def starter() -> Starter:
    if os.geteuid() != 0:
        return Starter()
    packages, source = Path(sysconfig.get_path("purelib")), Path(playhead.__file__).parents[1]
    python = reachable_python()
    if python is None or not all(map(is_reachable_by_others, (packages, source))):
        pytest.skip("no other user can reach this Python, its packages and the source")
    paths = os.pathsep.join(map(str, (source, packages)))
    return Starter(python, named_account(), {"PYTHONPATH": paths, "HOME": "/"})


@pytest.fixture
def home(starter: Starter) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="playhead-test-", dir="/tmp"))
    give(folder, starter.account)
    yield folder / "home"
    shutil.rmtree(folder)


def reachable_python() -> str | None:
    """This Python, or one of the same version that belongs to the machine."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (
        sys.executable,
        f"/usr/bin/python{version}",
        f"/usr/local/bin/python{version}",
    ):
        if Path(candidate).exists() and is_reachable_by_others(Path(candidate).resolve()):
            return candidate
    return None


def test_everything_runs_and_stops(starter: Starter, home: Path) -> None:
    with started(home, starter, sound=SLEEPS) as playhead:
        assert playhead.query("SELECT current_user") == "playhead"
        owner = Path(f"/proc/{playhead.part('postgres')['pid']}").stat().st_uid
        pids = playhead.pids()
        playhead.process.terminate()

        assert owner == home.stat().st_uid != 0
        assert playhead.process.wait(60) == 0
        assert all_gone(pids)


def test_folder_of_somebody_else_is_a_sentence(starter: Starter, home: Path) -> None:
    home.mkdir()
    home.chmod(0o500)

    with launched(home, starter=starter) as process:
        status, words = outcome_of(process)

    assert status == 8
    assert words == f"playhead: cannot write in {home}: Permission denied\n"

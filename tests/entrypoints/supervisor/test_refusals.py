"""What keeps a Playhead from starting: one sentence each, nothing left behind."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from playhead.entrypoints.supervisor.errors import DiskFull, HomeUnusable
from playhead.entrypoints.supervisor.home import is_running, locked_home
from tests.entrypoints.supervisor.playheads import launched, outcome, started


def test_second_start_names_the_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home) as first, launched(home) as second:
        status, words = outcome(second)

        assert status == 5
        assert words.count("\n") == 1
        assert f"already runs in {home} (process {first.process.pid})" in words


def test_busy_port_is_named_with_its_variable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with launched(tmp_path / "home", port=port) as process:
            status, words = outcome(process)

    assert status == 5
    assert words.count("\n") == 1
    assert f"port {port} of 127.0.0.1 is already in use; set PLAYHEAD_PORT" in words


def test_file_in_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with launched(tmp_path / "home") as process:
        status, words = outcome(process)

    assert status == 8
    assert words.count("\n") == 1
    assert f"cannot write in {tmp_path / 'home'}: " in words


def test_folder_that_cannot_be_written_is_a_sentence() -> None:
    place = Path("/sys/playhead")  # nobody may make folders there, root neither

    with pytest.raises(HomeUnusable, match="cannot write in /sys/playhead"), locked_home(place):
        pass


def test_too_little_room_is_a_sentence(tmp_path: Path) -> None:
    room = shutil.disk_usage(tmp_path).free // 1_000_000

    with (
        pytest.raises(DiskFull, match=r"only \d+ MB are free"),
        locked_home(tmp_path, least_free=2 * room),
    ):
        pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk, and not in every container")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_full_disk_is_a_sentence(small_disk: Path) -> None:
    with launched(small_disk / "home") as process:
        status, words = outcome(process)

    assert status == 6
    assert words.count("\n") == 1
    assert "MB are free on the disk" in words


def test_lock_ends_with_its_holder(tmp_path: Path) -> None:
    with locked_home(tmp_path):
        assert is_running(tmp_path)

    assert not is_running(tmp_path)


def test_folder_without_a_playhead_is_not_running(tmp_path: Path) -> None:
    assert not is_running(tmp_path)

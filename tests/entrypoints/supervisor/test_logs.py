"""Logs that stay small."""

import os
from pathlib import Path

from playhead.entrypoints.supervisor.logs import bound_log, open_log


def test_large_log_is_moved_aside_while_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "part.log"
    writer = open_log(file)
    os.write(writer, b"old " * 100)

    bound_log(file, largest=100)
    os.write(writer, b"new")
    os.close(writer)

    assert file.read_bytes() == b"new"
    assert (tmp_path / "part.log.1").read_bytes() == b"old " * 100


def test_small_log_stays(tmp_path: Path) -> None:
    file = tmp_path / "part.log"
    file.write_bytes(b"short")

    bound_log(file, largest=100)

    assert file.read_bytes() == b"short"
    assert not (tmp_path / "part.log.1").exists()


def test_log_that_is_not_there_yet_is_no_error(tmp_path: Path) -> None:
    bound_log(tmp_path / "part.log")

    assert list(tmp_path.iterdir()) == []

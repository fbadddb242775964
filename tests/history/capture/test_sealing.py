"""Compressing full files."""

from pathlib import Path

import pytest
import structlog

from playhead.history.capture import CaptureWriter, sealing
from playhead.history.capture.files import LogFile, open_log
from tests.history.capture.builders import (
    append,
    eventually,
    frame,
    logs,
    read,
    suffixes,
    write,
)


def test_a_sealed_file_holds_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, [frame("x" * 1000)] * 9)
    raw = logs(tmp_path)[0].read_bytes()
    sealing.seal(tmp_path, 0)

    with open_log(LogFile(0, True, logs(tmp_path)[0])) as stream:
        assert stream.read() == raw
    assert suffixes(tmp_path) == [".zst"]


def test_a_sealed_file_that_does_not_read_back_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [frame()])
    monkeypatch.setattr(sealing, "_compress", lambda source, target, should_stop: None)

    with pytest.raises(OSError, match="instead of"):
        sealing.seal(tmp_path, 0)
    assert suffixes(tmp_path) == [".log"]
    assert read(tmp_path) == [frame()]


def test_what_could_not_be_sealed_is_tried_again_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compress = sealing._compress
    with monkeypatch.context() as full_disk, CaptureWriter(tmp_path, max_file_bytes=1) as writer:
        full_disk.setattr(sealing, "_compress", _refuse)
        with structlog.testing.capture_logs() as told:
            for _ in range(2):
                append(writer, frame())
                writer.flush()
            eventually(lambda: bool(told))
        full_disk.setattr(sealing, "_compress", compress)
        append(writer, frame())
        writer.flush()
        eventually(lambda: suffixes(tmp_path) == [".zst", ".zst", ".log"])

    assert told[0]["event"] == "capture.not_sealed"


def _refuse(*_: object) -> None:
    raise OSError("No space left on device")

"""Compressing full files."""

from pathlib import Path

import pytest

from playhead.history.capture import sealing
from playhead.history.capture.files import LogFile, open_log
from tests.history.capture.builders import frame, logs, read, suffixes, write


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

"""Whole processes: killed at any moment, refused by the disk."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from playhead.history.capture import CaptureWriter
from tests.history.capture.builders import append, frame, read

ROOT = Path(__file__).resolve().parents[3]


def child(what: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.history.capture.children", what, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledged: int) -> None:
    with child("append", tmp_path) as process:
        assert process.stdout is not None
        for _ in range(acknowledged):
            last = int(process.stdout.readline())
        process.kill()
    with CaptureWriter(tmp_path) as writer:
        append(writer, frame("after"))
    payloads = [entry.payload for entry in read(tmp_path)]

    assert payloads.pop() == b"after"
    assert payloads == [b"%d" % number for number in range(1, len(payloads) + 1)]
    assert len(payloads) >= last


def test_a_disk_that_refuses_is_one_clear_error_and_costs_nothing(tmp_path: Path) -> None:
    with child("fill", tmp_path) as process:
        told = json.loads(process.communicate(timeout=60)[0])

    assert len(told["refusals"]) == 2
    assert told["refusals"][0].startswith(f"cannot write the capture {tmp_path.name}: File too")
    assert [entry.payload for entry in read(tmp_path)] == [b"first", b"x" * 2000, b"last"]

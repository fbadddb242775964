"""Whole processes: killed at any moment, refused by the disk."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from playhead.history.capture import CaptureWriter
from tests.history.capture.builders import read

ROOT = Path(__file__).resolve().parents[3]


def child(what: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.history.capture.children", what, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def kill_after(acknowledgements: int, folder: Path) -> int:
    """Return the count that a writer said was durable last before it was killed."""
    with child("append", folder) as process:
        assert process.stdout is not None
        last = [int(process.stdout.readline()) for _ in range(acknowledgements)][-1]
        process.kill()
    return last


def counts(folder: Path) -> list[int]:
    return [int(entry.payload) for entry in read(folder)]


@pytest.mark.parametrize("acknowledgements", [1, 40])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledgements: int) -> None:
    last = kill_after(acknowledgements, tmp_path)
    CaptureWriter(tmp_path).close()
    found = counts(tmp_path)

    assert found == list(range(1, len(found) + 1))
    assert len(found) >= last


@pytest.mark.soak
def test_nothing_is_lost_or_doubled_over_many_kills(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(30):
        last = kill_after(chance.randint(1, 60), tmp_path)
        CaptureWriter(tmp_path).close()
        found = counts(tmp_path)

        assert found == list(range(1, len(found) + 1))
        assert len(found) >= last


def test_a_disk_that_refuses_is_one_clear_error_and_costs_nothing(tmp_path: Path) -> None:
    with child("fill", tmp_path) as process:
        told = json.loads(process.communicate(timeout=60)[0])

    assert len(told["refusals"]) == 2
    assert told["refusals"][0].startswith(f"cannot write the capture {tmp_path.name}: File too")
    assert [entry.payload for entry in read(tmp_path)] == [b"first", b"x" * 2000, b"last"]

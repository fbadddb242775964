"""``playhead chaos`` from the command line."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.cli.main import COMMANDS, app_with

SMALL = ("--markets", "30", "--connections", "10", "--seed", "1")


def chaos(*words: object) -> tuple[int, str]:
    """Run the command and return its exit code and what it printed."""
    output = io.StringIO()
    arguments = ["chaos", *map(str, words)]
    with redirect_stdout(output), redirect_stderr(output):
        code = run_to_end(lambda: app_with(COMMANDS)(arguments))
    return code, output.getvalue()


def test_a_run_prints_its_table_and_keeps_what_it_is_told_to_keep(tmp_path: Path) -> None:
    kept, file = tmp_path / "kept", tmp_path / "report.json"
    words = ("--faults", 4, "--only", "drop,reset", "--keep", kept, "--json", file)
    code, output = chaos(*words, *SMALL)

    assert code == 0, output
    assert "wrong books served outside declared gaps: 0" in output
    assert "--faults 4 --seed 1 --recorders 1 --markets 30 --connections 10" in output
    report = json.loads(file.read_text())
    assert (report["sound"], report["total"]["injected"]) == (True, 4)
    assert {line["kind"] for line in report["kinds"]} <= {"drop", "reset", "(no fault)"}
    assert {path.name for path in kept.iterdir()} == {"captures", "postgres"}


def test_a_run_that_does_not_hold_says_so_and_exits_3(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = sys.modules["playhead.entrypoints.chaos.judging"].EXPECTED
    wanted = {**expected, "drop": expected["reset"]}
    monkeypatch.setattr("playhead.entrypoints.chaos.judging.EXPECTED", wanted)
    code, output = chaos("--faults", 2, "--only", "drop", *SMALL)

    assert code == 3
    assert "is misnamed: told is gap" in output
    assert "the tape did not hold" in output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--only", "earthquake"), "there is no fault 'earthquake'"),
        (("--recorders", "0"), "recorders must be between 1 and 9"),
        (("--keep", "."), "is not empty"),
    ],
)
def test_what_cannot_be_is_refused_at_once(words: tuple[str, ...], sentence: str) -> None:
    code, output = chaos(*words)

    assert code == 2
    assert sentence in " ".join(output.split())

"""``playhead verify`` over a real tape and its capture, as it is typed."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.cli.main import COMMANDS, app_with
from tests.history.rewind.builders import TICKER
from tests.history.rewind.tape import delta, ingest_frames, snapshot

FRAMES = [
    snapshot(1, 1, yes={"0.4200": "10.00"}, no={"0.5500": "5.00"}),
    delta(2, 2, "0.4200", "-4.00"),
    delta(3, 3, "0.4300", "1.00"),
    delta(10, 5, "0.4300", "1.00"),  # number 4 is missing
]
AT = "2026-11-21T12:00:02.500000Z"
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("home")
    ingest_frames(FRAMES, database_url=module_database_url, folder=folder)
    return folder


@pytest.fixture
def typed(
    home: Path,
    module_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Type:
    def run(*words: str | Path, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setenv("PLAYHEAD_HOME", str(home))
        monkeypatch.setenv("PLAYHEAD_DATABASE_URL", module_database_url)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run_to_end(lambda: app_with(COMMANDS)([str(word) for word in words]))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def answer(typed: Type) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(typed("book", TICKER, "--at", AT, "--json")[1])
    return told


def test_the_same_book_is_said_in_words_with_the_evidence(typed: Type, answer: Any) -> None:
    code, out, err = typed("verify", "-", stdin=json.dumps(answer).encode())

    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        f"SAME  {TICKER} at {AT} (received): the raw capture gives the same book"
    )
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        "found",
        "capture",
        "read",
        "numbers",
        "book",
        "confirmed",
    ]
    assert "000001-small, connection 2, subscription 1" in out
    assert "numbers   1 to 3, unbroken" in out
    assert "by the numbered message of 2026-11-21T12:00:03.000000Z" in out


def test_a_file_with_an_altered_answer_ends_with_1(
    typed: Type, answer: Any, tmp_path: Path
) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps({**answer, "yes": [["0.4200", "6.01"]]}))
    code, out, _ = typed("verify", file)

    assert code == 1
    assert out.startswith("DIFFERENT  ")
    assert "because   the levels shown are not those of the book that the digest names" in out


def test_an_answer_that_cannot_be_verified_ends_with_2(typed: Type, answer: Any) -> None:
    moved = {**answer, "at": "2026-11-21T12:00:07Z"}
    code, out, _ = typed("verify", "-", stdin=json.dumps(moved).encode())

    assert code == 2
    assert "because   the interval proves nothing at 2026-11-21T12:00:07.000000Z" in out


@pytest.mark.parametrize("words", [["--at", AT], ["--at", AT, "--clock", "exchange"]])
def test_with_a_ticker_the_answer_is_asked_for_first(typed: Type, words: list[str]) -> None:
    code, out, _ = typed("verify", TICKER, *words)

    assert (code, out.split()[0]) == (0, "SAME")


def test_without_an_instant_it_is_the_newest_book(typed: Type) -> None:
    assert typed("verify", TICKER)[0] == 0


def test_json_is_what_the_api_answers(typed: Type) -> None:
    code, out, _ = typed("verify", TICKER, "--at", AT, "--json")

    assert (code, json.loads(out)["verdict"]) == (0, "same")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "Invalid JSON"),
        (b"{}", "ticker: Field required"),
        (b'{"ticker":"A","at":"2026-11-21T12:00:00Z","clock":"received"}', "no certificate"),
    ],
)
def test_what_is_no_answer_is_refused_in_one_sentence(typed: Type, body: bytes, told: str) -> None:
    code, out, err = typed("verify", "-", stdin=body)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert told in err


def test_a_file_that_is_not_there_is_named(typed: Type) -> None:
    code, _, err = typed("verify", "nowhere/answer.json")

    assert code == 2
    assert "there is no file nowhere/answer.json" in err


def test_an_instant_that_is_unknown_has_nothing_to_verify(typed: Type) -> None:
    code, _, err = typed("verify", TICKER, "--at", "2026-11-21T12:00:07Z")

    assert code == 2
    assert "there is nothing to verify" in err


def test_damage_to_the_capture_is_unverifiable(typed: Type, home: Path) -> None:
    (log,) = (home / "captures" / "000001-small").glob("*.log*")
    whole = log.read_bytes()
    try:
        log.write_bytes(whole[: len(whole) // 2] + b"!" + whole[len(whole) // 2 + 1 :])
        code, out, _ = typed("verify", TICKER, "--at", AT)
    finally:
        log.write_bytes(whole)

    assert code == 2
    assert "damaged" in out

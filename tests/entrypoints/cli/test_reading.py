"""``playhead book`` and ``playhead markets`` over a real tape, as they are typed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.cli.main import COMMANDS, app_with
from tests.history.rewind.builders import TICKER
from tests.history.rewind.tape import delta, ingest_frames, snapshot

FRAMES = [
    snapshot(1, 1, yes={"0.4200": "10.00"}, no={"0.5500": "5.00"}),
    delta(2, 2, "0.4200", "-4.00"),
    delta(3, 3, "0.4400", "1.00"),  # vouches for what came before it, and nothing does for it
    delta(10, 5, "0.4300", "1.00"),  # number 4 is missing
    snapshot(20, 6, yes={"0.4100": "7.00"}, no={}),
    delta(21, 7, "0.4100", "1.00"),
]
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def tape_url(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("tape")
    ingest_frames(FRAMES, database_url=module_database_url, folder=folder)
    return module_database_url


@pytest.fixture
def typed(
    tape_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Type:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("PLAYHEAD_DATABASE_URL", tape_url)
        code = run_to_end(lambda: app_with(COMMANDS)(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_book_at_an_instant_is_a_ladder(typed: Type) -> None:
    code, out, _ = typed("book", TICKER, "--at", "2026-11-21T12:00:02Z")

    assert code == 0
    assert out.splitlines()[2:7] == [
        "",
        "  YES price          size         total",
        "        45¢             5             5  ask",
        "  spread 3¢, middle 43.5¢",
        "        42¢             6             6  bid",
    ]


def test_without_an_instant_it_is_the_newest_book(typed: Type) -> None:
    code, out, _ = typed("book", TICKER)

    assert code == 0
    assert "41¢             8             8  bid" in out


def test_in_a_gap_it_is_a_sentence_and_exit_code_3(typed: Type) -> None:
    code, out, _ = typed("book", TICKER, "--at", "2026-11-21T12:00:15Z")

    assert code == 3
    assert "Messages missing." in out
    assert "next known  2026-11-21T12:00:20.000000Z  (00:00:05 later)" in out


def test_before_the_recording_it_is_a_sentence_and_exit_code_3(typed: Type) -> None:
    code, out, _ = typed("book", TICKER, "--at", "2026-11-21T11:00:00Z")

    assert code == 3
    assert out.startswith(f"{TICKER} was not recorded yet at 2026-11-21T11:00:00.000000Z")


def test_the_future_is_refused_with_exit_code_2(typed: Type) -> None:
    code, _, err = typed("book", TICKER, "--at", "2999-01-01T00:00:00Z")

    assert code == 2
    assert "2999-01-01T00:00:00.000000Z is in the future" in err


def test_an_unknown_market_names_a_near_one_with_exit_code_4(typed: Type) -> None:
    code, _, err = typed("book", "KXBTC-26DEC31-T20000")

    assert code == 4
    assert f"did you mean {TICKER}?" in err


def test_a_wrong_instant_is_refused_with_exit_code_2(typed: Type) -> None:
    code, _, err = typed("book", TICKER, "--at", "yesterday")

    assert code == 2
    assert "'yesterday' is not an RFC 3339 time" in err


def test_markets_are_listed(typed: Type) -> None:
    code, out, _ = typed("markets")

    assert code == 0
    assert out.splitlines()[1].startswith(TICKER)


def test_nothing_running_says_how_to_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYHEAD_HOME", str(tmp_path))
    code = run_to_end(lambda: app_with(COMMANDS)(["markets"]))

    assert code == 7
    assert f"nothing is running in {tmp_path}" in capsys.readouterr().err

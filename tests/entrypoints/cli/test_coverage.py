"""``playhead coverage`` over a real tape, as it is typed."""

import json
from collections.abc import Callable

import pytest

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.cli.main import COMMANDS, app_with
from tests.history.coverage.rows import Rows
from tests.history.rewind.builders import TICKER

INTERVAL = ("--from", "2026-11-21T12:00:00Z", "--to", "2026-11-21T12:00:40Z")
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def tape_url(module_database_url: str) -> str:
    with Rows(module_database_url) as rows:
        rows.capture(1)
        rows.capture(2)
        market = rows.market(TICKER, opens=5)
        rows.interval(market, 5, 19.999999, "gap")
        rows.interval(market, 15, 24.999999, "disconnect", capture=2)
        rows.interval(market, 30, 39.999999, "gap")
        rows.market("UNSEEN")
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


def test_stretches_are_a_table_with_their_share(typed: Type) -> None:
    code, out, _ = typed("coverage", TICKER, *INTERVAL)

    assert code == 0
    lines = [line.replace("2026-11-21 ", "").replace(".000000Z", "") for line in out.splitlines()]
    assert [line.split() for line in lines] == [
        ["from", "until", "for", "recorder"],
        ["12:00:00", "12:00:05", "5.0", "s", "unknown", "Not", "open", "yet"],
        ["12:00:05", "12:00:20", "15", "s", "proven", "recorder-1"],
        ["12:00:20", "12:00:25", "5.0", "s", "proven", "recorder-2"],
        ["12:00:25", "12:00:30", "5.0", "s", "missing", "recorder-2", "Disconnected"],
        ["12:00:30", "12:00:40", "10", "s", "proven", "recorder-1"],
        [],
        ["85.71", "%", "of", "what", "should", "be", "known", "is", "proven."],
    ]


def test_json_is_one_stretch_a_line(typed: Type) -> None:
    _, out, _ = typed("coverage", TICKER, *INTERVAL, "--json")

    assert [json.loads(line)["cause"] for line in out.splitlines()] == [
        "not_yet_open",
        None,
        None,
        "disconnect",
        None,
    ]


def test_a_market_of_which_nothing_is_known_has_no_share(typed: Type) -> None:
    _, out, _ = typed("coverage", "UNSEEN", *INTERVAL)

    assert out.splitlines()[-1] == "Nothing should have been known."


def test_an_unknown_market_ends_it_with_a_sentence(typed: Type) -> None:
    code, _, err = typed("coverage", "NOBODY")

    assert code == 4
    assert "NOBODY" in err


def test_an_interval_that_ends_before_it_begins_is_refused(typed: Type) -> None:
    code, _, err = typed("coverage", TICKER, "--from", "-5m", "--to", "-6m")

    assert code == 2
    assert "--to must be later than --from" in err

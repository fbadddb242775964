"""``playhead book`` over answers in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import typer
from typer.testing import CliRunner

from playhead.entrypoints.cli import book as command
from playhead.entrypoints.cli.book import Asked, find_answer
from playhead.entrypoints.cli.readers import NothingRuns, Readers, database_url
from playhead.entrypoints.settings import Settings
from playhead.history.markets import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock, InstantInFuture
from tests.history.markets.fakes import FakeMarkets, market
from tests.history.rewind.builders import TICKER, proven_answer, second, unknown_answer
from tests.history.rewind.fakes import FakeRewind

MARKETS = FakeMarkets([market(TICKER), market("KXETH-26DEC31-T9000"), market("KXRAIN-1")])
NOW = second(1000)


def run(monkeypatch: pytest.MonkeyPatch, answer: BookAnswer, *words: str) -> tuple[int, str]:
    @asynccontextmanager
    async def readers(_: Settings) -> AsyncIterator[Readers]:
        yield Readers(FakeRewind(answer), MARKETS)

    monkeypatch.setattr(command, "open_readers", readers)
    app = typer.Typer()
    app.command()(command.print_book)
    result = CliRunner().invoke(app, [TICKER, *words], catch_exceptions=False)
    return result.exit_code, result.output


def find(ticker: str, at: int | None = None) -> BookAnswer:
    asked = Asked(ticker, None if at is None else second(at), Clock.RECEIVED, NOW)
    return asyncio.run(find_answer(Readers(FakeRewind(proven_answer()), MARKETS), asked))


def test_a_known_book_is_printed_and_the_exit_code_is_0(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, proven_answer(), "--depth", "1")

    assert code == 0
    assert output.startswith(f"{TICKER}  Title of {TICKER}\n")
    assert "45¢        100.00        100.00  ask" in output
    assert "1 more bid\n" in output


def test_an_unknown_book_is_a_sentence_and_the_exit_code_is_3(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, output = run(monkeypatch, unknown_answer("disconnect"), "--at", "-10s")

    assert code == 3
    assert "is unknown from" in output
    assert "¢" not in output


@pytest.mark.parametrize(("answer", "code"), [(proven_answer(), 0), (unknown_answer(), 3)])
def test_json_is_what_the_api_answers(
    monkeypatch: pytest.MonkeyPatch, answer: BookAnswer, code: int
) -> None:
    ended, output = run(monkeypatch, answer, "--json")

    assert ended == code
    assert json.loads(output)["coverage"]["state"] == answer.coverage.state


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("KXBTC-26DEC31-T20000", TICKER),
        ("kxbtc-26dec31-t200000", TICKER),
        ("KXETC-26DEC31-T9000", "KXETH-26DEC31-T9000"),
    ],
)
def test_an_unknown_market_names_those_that_may_be_meant(typed: str, meant: str) -> None:
    with pytest.raises(MarketNotFound) as refused:
        find(typed)

    assert f"did you mean {meant}" in refused.value.message


def test_an_unknown_market_that_resembles_none_names_none() -> None:
    with pytest.raises(MarketNotFound) as refused:
        find("ZZZZZZZZ")

    assert "did you mean" not in refused.value.message


def test_the_future_is_refused() -> None:
    with pytest.raises(InstantInFuture, match="is in the future"):
        find(TICKER, at=1001)


def test_a_home_where_nothing_runs_says_how_to_start_it(tmp_path: object) -> None:
    with pytest.raises(NothingRuns, match="start it with `playhead demo`"):
        database_url(Settings(home=tmp_path))  # type: ignore[arg-type]


def test_a_database_of_ones_own_is_used_as_it_is() -> None:
    url = "postgresql://db.example/playhead"

    assert database_url(Settings(database_url=url)) == url

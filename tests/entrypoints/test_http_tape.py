"""The endpoints over the real readers and a real tape."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path

import httpx2
import pytest

from playhead.base.time import Nanos
from playhead.entrypoints.http_app import History, build_app
from playhead.history.capture import CaptureStore
from playhead.history.verify import Trails, Verifier
from playhead.storage.postgres import Database
from tests.history.rewind.builders import TICKER, second
from tests.history.rewind.tape import delta, ingest_frames, snapshot
from tests.web.client import KEY, OpenDoor, fault

FRAMES = [
    snapshot(1, 1, yes={"0.4200": "10.00"}, no={"0.5500": "5.00"}),
    delta(2, 2, "0.4200", "-4.00"),
    delta(3, 3, "0.4300", "1.00"),
    delta(4, 4, "0.4400", "1.00"),  # vouches for what came before it, and nothing does for it
    delta(10, 6, "0.4300", "1.00"),  # number 5 is missing
    snapshot(20, 7, yes={"0.4100": "7.00"}, no={}),
    delta(21, 8, "0.5000", "2.00", side="no"),
    delta(22, 9, "0.5000", "1.00", side="no"),
]
BOOK = f"/api/v1/markets/{TICKER}/book"
CHANGES = f"/api/v1/markets/{TICKER}/changes"
INTERVAL = {"from": "2026-11-21T12:00:00Z", "to": "2026-11-21T12:00:30Z"}
Get = Callable[..., httpx2.Response]


@pytest.fixture(scope="module")
def tape_url(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("tape")
    ingest_frames(FRAMES, database_url=module_database_url, folder=folder)
    return module_database_url


@pytest.fixture
def get(tape_url: str) -> Get:
    def ask(path: str, accept: str = "*/*", **params: str) -> httpx2.Response:
        async def over(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.get(path, params=params, headers={"Accept": accept})

        return asyncio.run(served(tape_url, over))

    return ask


async def served(
    url: str, ask: Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]
) -> httpx2.Response:
    async with Database.open(url, connections=2) as database:
        verifier = Verifier(Trails(database), CaptureStore(Path(), lambda: Nanos(0)))
        app = build_app(
            [History.on(database, verifier)],
            OpenDoor(),
            checks={},
            now=lambda: second(100),
            cursor_key=KEY,
        )
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await ask(client)


@pytest.mark.parametrize(
    ("at", "yes", "no"),
    [
        ("12:00:01Z", [["0.4200", "10.00"]], [["0.5500", "5.00"]]),
        ("12:00:01.999999Z", [["0.4200", "10.00"]], [["0.5500", "5.00"]]),
        ("12:00:02Z", [["0.4200", "6.00"]], [["0.5500", "5.00"]]),
        ("12:00:03Z", [["0.4200", "6.00"], ["0.4300", "1.00"]], [["0.5500", "5.00"]]),
        ("12:00:20Z", [["0.4100", "7.00"]], []),
        ("12:00:21Z", [["0.4100", "7.00"]], [["0.5000", "2.00"]]),
    ],
)
def test_the_book_at_each_instant_is_what_the_frames_say(
    get: Get, at: str, yes: list[list[str]], no: list[list[str]]
) -> None:
    body = get(BOOK, at=f"2026-11-21T{at}").json()

    assert (body["coverage"]["state"], body["yes"], body["no"]) == ("proven", yes, no)


def test_in_the_gap_nothing_is_claimed_and_the_nearest_books_are_named(get: Get) -> None:
    body = get(BOOK, at="2026-11-21T12:00:15Z", strict="false").json()

    assert (body["yes"], body["coverage"]["cause"]) == (None, "gap")
    assert body["last_known"]["book"]["yes"] == [["0.4200", "6.00"], ["0.4300", "1.00"]]
    assert body["next_known"]["received_at"] == "2026-11-21T12:00:20.000000Z"


def test_before_the_recording_only_the_first_book_is_named(get: Get) -> None:
    body = get(BOOK, at="2026-11-21T12:00:00Z").json()

    assert (body["yes"], body["coverage"]["cause"]) == (None, "before_recording")
    assert body["last_known"] is None
    assert body["next_known"]["received_at"] == "2026-11-21T12:00:01.000000Z"


def test_the_changes_tell_the_gap_between_two_stretches_of_data(get: Get) -> None:
    runs = get(CHANGES, **INTERVAL).json()["data"]

    stretches = groupby(runs, key=lambda run: (run["kind"], run["coverage"]["cause"]))
    assert [stretch for stretch, _ in stretches] == [
        ("absent", "before_recording"),
        ("data", None),
        ("absent", "gap"),
        ("data", None),
        ("absent", "end_of_recording"),
    ]


def test_runs_join_each_other_and_fill_the_interval(get: Get) -> None:
    runs = get(CHANGES, **INTERVAL).json()["data"]

    assert runs[0]["since"] == "2026-11-21T12:00:00.000000Z"
    assert runs[-1]["until"] == "2026-11-21T12:00:30.000000Z"
    assert [run["until"] for run in runs[:-1]] == [run["since"] for run in runs[1:]]


@pytest.mark.parametrize("limit", ["1", "2", "3"])
def test_pages_of_any_size_tell_what_the_stream_tells(get: Get, limit: str) -> None:
    stream = get(CHANGES, "application/x-ndjson", **INTERVAL).text.splitlines()
    lines = [json.loads(line) for line in stream]
    told: list[int] = []
    page = get(CHANGES, **INTERVAL, limit=limit).json()
    while True:
        told += [each["position"] for run in page["data"] for each in run.get("changes", ())]
        if page["next_cursor"] is None:
            break
        page = get(CHANGES, **INTERVAL, limit=limit, cursor=page["next_cursor"]).json()

    assert told == [line["position"] for line in lines if line["kind"] == "change"]
    assert lines[-1]["kind"] == "end"


def test_the_market_is_listed_with_its_coverage(get: Get) -> None:
    (market,) = get("/api/v1/markets", include="total").json()["data"]

    assert market["ticker"] == TICKER
    assert market["coverage"]["since"] == "2026-11-21T12:00:01.000000Z"
    assert market["coverage"]["recording"] is False


@pytest.mark.parametrize("path", [BOOK, CHANGES])
def test_an_unknown_market_is_a_404(get: Get, path: str) -> None:
    params = INTERVAL if path is CHANGES else {}
    answer = get(path.replace(TICKER, "NOBODY"), **params)

    assert fault(answer) == (404, "market.not_found", None)


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE markets; --", "\\", "100%"])
def test_search_looks_for_the_text_itself(get: Get, text: str) -> None:
    assert get("/api/v1/markets", search=text).json()["data"] == []

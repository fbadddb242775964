"""An answer of the API handed back to it: the real tape, the real captures."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
    snapshot(1, 1, yes={"0.4200": "10.00", "0.4100": "1.00"}, no={"0.5500": "5.00"}),
    delta(2, 2, "0.4200", "-4.00"),
    delta(3, 3, "0.4300", "1.00"),
    delta(10, 5, "0.4300", "1.00"),  # number 4 is missing
]
BOOK = f"/api/v1/markets/{TICKER}/book"
VERIFY = "/api/v1/verify"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tape")


@pytest.fixture(scope="module")
def tape_url(module_database_url: str, folder: Path) -> str:
    ingest_frames(FRAMES, database_url=module_database_url, folder=folder)
    return module_database_url


@contextmanager
def client(url: str, folder: Path, most_bytes: int | None = None) -> Iterator["Client"]:
    with asyncio.Runner() as runner:
        yield Client(runner, url, folder, most_bytes)


class Client:
    """Asks an API over one database and one folder of captures."""

    def __init__(
        self, runner: asyncio.Runner, url: str, folder: Path, most_bytes: int | None
    ) -> None:
        self._runner = runner
        self._url = url
        self._captures = CaptureStore(folder / "captures", lambda: Nanos(0))
        self._most_bytes = most_bytes

    def get(self, at: str, **params: str) -> Any:
        """The book at a second of the tape's minute."""
        return self._runner.run(
            self._ask("GET", BOOK, params={"at": f"2026-11-21T12:00:{at}Z", **params})
        ).json()

    def verify(self, answer: object) -> httpx2.Response:
        """The verdict on an answer."""
        return self._runner.run(self._ask("POST", VERIFY, json=answer))

    async def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        async with Database.open(self._url, connections=2) as database:
            verifier = Verifier(Trails(database), self._captures, most_bytes=self._most_bytes)
            app = build_app(
                [History.on(database, verifier)],
                OpenDoor(),
                checks={},
                now=lambda: second(100),
                cursor_key=KEY,
            )
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
                return await http.request(method, path, **request)


@pytest.mark.parametrize("clock", ["received", "exchange"])
@pytest.mark.parametrize("shown", [{}, {"view": "yes"}, {"depth": "1"}])
def test_an_answer_that_is_handed_back_is_the_same(
    clock: str, shown: dict[str, str], tape_url: str, folder: Path
) -> None:
    with client(tape_url, folder) as ask:
        answer = ask.get("02.5", clock=clock, **shown)
        found = ask.verify(answer).json()

    assert (found["verdict"], found["digest"]) == ("same", answer["certificate"]["digest"])
    assert found["yes"] == [["0.4100", "1.00"], ["0.4200", "6.00"]]
    assert found["checks"] == {
        "checksums": True,
        "sequence_unbroken": True,
        "snapshot_found": True,
        "confirmed_at": "2026-11-21T12:00:03.000000Z"
        if clock == "received"
        else "2026-11-21T12:00:02.998500Z",
    }
    assert (found["first_number"], found["last_number"], found["changes"]) == (1, 3, 1)


def test_an_answer_that_was_altered_is_different(tape_url: str, folder: Path) -> None:
    with client(tape_url, folder) as ask:
        answer = ask.get("02.5")
        found = ask.verify({**answer, "yes": [["0.4100", "1.00"], ["0.4200", "6.01"]]}).json()
        later = ask.verify({**answer, "at": "2026-11-21T12:00:01.500000Z"}).json()

    assert (found["verdict"], found["digest"]) == ("different", found["given_digest"])
    assert (later["verdict"], later["reason"]) == ("different", "the capture gives another book")


def test_an_answer_moved_into_a_gap_is_unverifiable(tape_url: str, folder: Path) -> None:
    with client(tape_url, folder) as ask:
        answer = ask.get("02.5")
        found = ask.verify({**answer, "at": "2026-11-21T12:00:07.000000Z"}).json()

    assert (found["verdict"], found["yes"], found["checks"]["snapshot_found"]) == (
        "unverifiable",
        None,
        False,
    )


def test_an_answer_that_says_unknown_has_nothing_to_verify(tape_url: str, folder: Path) -> None:
    with client(tape_url, folder) as ask:
        told = ask.verify(ask.get("07"))

    assert fault(told) == (422, "verify.nothing_to_verify", "certificate")


def test_without_the_captures_nothing_is_said_of_an_answer(tape_url: str, tmp_path: Path) -> None:
    with client(tape_url, tmp_path) as ask:
        found = ask.verify(ask.get("02.5")).json()

    assert (found["verdict"], found["reason"]) == (
        "unverifiable",
        "the capture 000001-small is not on this machine",
    )


def test_more_than_may_be_read_is_refused_with_the_command_that_may(
    tape_url: str, folder: Path
) -> None:
    with client(tape_url, folder, most_bytes=100) as ask:
        told = ask.verify(ask.get("02.5"))

    assert fault(told) == (422, "verify.too_far", None)
    assert "`playhead verify`" in told.json()["error"]["message"]

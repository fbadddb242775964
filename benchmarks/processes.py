"""Playhead as a person starts it: all its processes, in a folder and on ports of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import msgspec

from playhead.base.errors import PlayheadError
from playhead.entrypoints.administration import (
    Administration,
    create_key,
    find_organisation,
)
from playhead.entrypoints.settings import load_settings
from playhead.kernel.api_keys import KeySettings
from playhead.kernel.identity import Scope

RATE = 500  # changes of books a second, over 200 markets
START_SECONDS = 120.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
ORGANISATION = "Demo"  # the demo makes it, under the plan that hardly limits
NOT_YET = (  # it is still coming up
    OSError,
    HTTPException,
    KeyError,
    PlayheadError,
    msgspec.DecodeError,
)
PREFIXES = ("PLAYHEAD_", "KALSHI_")


@dataclass(slots=True)
class Started:
    """A running Playhead: where its API is, and when it was started."""

    home: Path
    port: int
    began: float
    process: subprocess.Popen[bytes]
    _key: str | None = field(default=None, repr=False)

    def ask(self, connection: HTTPConnection, path: str) -> dict[str, Any]:
        """Return the body of an answer, decoded."""
        connection.request("GET", f"/api/v1{path}", headers=self.headers())
        return dict(msgspec.json.decode(connection.getresponse().read()))

    def headers(self) -> dict[str, str]:
        """Return what says who asks: an API key, made when it is first needed."""
        if self._key is None:
            self._key = asyncio.run(_new_key(self.home))
        return {"Authorization": f"Bearer {self._key}"}

    def connect(self) -> HTTPConnection:
        """Return a connection to the API that is kept alive."""
        return HTTPConnection("127.0.0.1", self.port, timeout=10)

    def seconds_to_first_book(self) -> float:
        """Wait for the first book that is proven; return the seconds since the start."""
        deadline = self.began + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "Playhead ended"
            if self._has_book():
                return time.monotonic() - self.began
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"no proven book after {START_SECONDS:.0f} s")

    def _has_book(self) -> bool:
        with closing(self.connect()) as connection, suppress(*NOT_YET):
            markets = self.ask(connection, "/markets?limit=5")["data"]
            found = [m["ticker"] for m in markets if m["coverage"]["recording"]]
            books = (self.ask(connection, f"/markets/{ticker}/book") for ticker in found)
            return any(book["coverage"]["state"] == "proven" for book in books)
        return False


@contextmanager
def started(home: Path) -> Iterator[Started]:
    """Run ``playhead demo`` in ``home`` and stop it afterwards."""
    api, exchange = free_ports(2)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)} | {
        "PLAYHEAD_HOME": str(home),
        "PLAYHEAD_PORT": str(api),
        "PLAYHEAD_EXCHANGE_PORT": str(exchange),
    }
    program = Path(sys.executable).with_name("playhead")
    home.mkdir(parents=True)
    began = time.monotonic()
    with (home / "bench.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "demo", "--rate", str(RATE)], env=environment, stdout=log, stderr=log
        )
        try:
            yield Started(home, api, began, process)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


async def _new_key(home: Path) -> str:
    async with Administration.open(load_settings(home=home)) as desk:
        org = await find_organisation(desk, ORGANISATION)
        settings = KeySettings("Benchmark", frozenset({Scope.HISTORY_READ}))
        return (await create_key(desk, org.org_id, settings)).text


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports

"""The API's process, over a real database and a real socket."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from playhead.entrypoints.administration import demo_key
from playhead.entrypoints.settings import Settings

COMMAND = (sys.executable, "-m", "playhead.entrypoints.cli.run", "api")
START_SECONDS = 30
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@contextmanager
def serving(home: Path, database_url: str) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    (home / "run").mkdir(exist_ok=True)
    port = free_port()
    process = subprocess.Popen(
        COMMAND,
        env={
            "PLAYHEAD_HOME": str(home),
            "PLAYHEAD_PORT": str(port),
            "PLAYHEAD_DATABASE_URL": database_url,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            wait_until_alive(process, client)
            yield process, client
    finally:
        process.kill()
        process.wait()
        output_of(process)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def new_key(home: Path, database_url: str) -> str:
    return demo_key(Settings(home=home, database_url=database_url))


def wait_until_alive(process: subprocess.Popen[str], client: httpx2.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/health").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    raise AssertionError(output_of(process))


def output_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    if process.stdout.closed:
        return ""
    with process.stdout as output:
        return output.read()


def test_the_process_answers_from_the_database_and_says_that_it_is_for_this_machine_only(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url) as (process, client):
        asking = {"Authorization": f"Bearer {new_key(tmp_path, database_url)}"}
        assert client.get("/health/ready").json() == {"status": "ready", "parts": ["database"]}
        assert client.get("/api/v1/markets", headers=asking).json()["data"] == []
        missing = client.get("/api/v1/markets/NOBODY/book", headers=asking).json()
        assert missing["error"]["code"] == "market.not_found"
        process.terminate()
        assert output_of(process).startswith(f"API on {client.base_url}, for this machine")


def test_without_its_database_it_is_alive_and_says_what_is_down(tmp_path: Path) -> None:
    with serving(tmp_path, NOWHERE) as (_, client):
        ready = client.get("/health/ready")

        assert ready.status_code == 503
        assert ready.json()["error"]["details"] == {"down": ["database"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_within_three_seconds(
    tmp_path: Path, database_url: str, number: signal.Signals
) -> None:
    with serving(tmp_path, database_url) as (process, client):
        client.get("/health/ready")
        started = time.monotonic()
        process.send_signal(number)

        assert process.wait(timeout=20) == 0
        assert time.monotonic() - started < 3


def test_it_tells_how_it_is_once_a_second(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as (process, client):
        deadline = time.monotonic() + 5
        told: dict[str, object] = {"requests": 0}
        while not told["requests"] and time.monotonic() < deadline:
            time.sleep(0.2)
            told = json.loads((tmp_path / "run" / "api.json").read_text())

        assert told["pid"] == process.pid
        assert told["address"] == str(client.base_url)
        assert told["requests"]

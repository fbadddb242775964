"""The process that serves the simulated exchange."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

SCRIPT = """
from playhead.entrypoints.exchange import serve
from playhead.history.exchange import ExchangeOptions

serve(ExchangeOptions(markets=20), lambda running: print(running.port, flush=True))
"""
FROM_SETTINGS = """
from playhead.entrypoints.exchange import main
from playhead.entrypoints.settings import Settings

main(Settings())
"""
HEADERS = {
    "KALSHI-ACCESS-KEY": "somebody",
    "KALSHI-ACCESS-TIMESTAMP": "1",
    "KALSHI-ACCESS-SIGNATURE": "c2lnbmVk",
}


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def port_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_it_says_where_it_listens_and_answers_there(process: subprocess.Popen[str]) -> None:
    url = f"http://127.0.0.1:{port_of(process)}/trade-api/v2/markets?limit=1000"

    with urllib.request.urlopen(url) as answer:
        markets = json.load(answer)["markets"]

    assert len(markets) == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_soon_while_a_client_listens(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    url = f"ws://127.0.0.1:{port_of(process)}/trade-api/ws/v2"
    with connect(url, additional_headers=HEADERS) as client:
        client.send('{"id":1,"cmd":"subscribe","params":{"channels":["ticker"]}}')
        client.recv()

        process.send_signal(number)

        assert process.wait(timeout=5) == 0


def test_its_settings_come_from_the_environment_and_its_status_goes_to_its_home(
    tmp_path: Path, free_port: int
) -> None:
    (tmp_path / "run").mkdir()
    given = {"HOME": str(tmp_path), "SIMULATED_MARKETS": "30", "EXCHANGE_PORT": str(free_port)}
    environment = os.environ | {f"PLAYHEAD_{name}": value for name, value in given.items()}
    command = [sys.executable, "-c", FROM_SETTINGS]

    with subprocess.Popen(command, env=environment) as running:
        status = status_of(tmp_path / "run" / "exchange.json")
        running.terminate()

    assert (status["pid"], status["port"]) == (running.pid, free_port)
    assert (status["state"], status["markets"]) == ("running", 30)
    assert running.returncode == 0


def status_of(file: Path) -> dict[str, object]:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline, "no status was written"
        time.sleep(0.05)
    status: dict[str, object] = json.loads(file.read_text())
    return status


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

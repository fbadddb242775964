"""The process that serves the simulated exchange."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

SCRIPT = """
from playhead.entrypoints.exchange import serve
from playhead.history.exchange import ExchangeOptions

serve(ExchangeOptions(markets=20), lambda running: print(running.port, flush=True))
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
    with connect(url, additional_headers=HEADERS) as socket:
        socket.send('{"id":1,"cmd":"subscribe","params":{"channels":["ticker"]}}')
        socket.recv()

        process.send_signal(number)

        assert process.wait(timeout=5) == 0

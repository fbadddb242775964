"""The process that records an exchange."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from playhead.entrypoints.recorder import hosts_of, signer_of
from playhead.entrypoints.settings import Exchange, Settings
from playhead.history.capture import CaptureReader, Kind
from playhead.history.kalshi import DEMO, PRODUCTION, Hosts, InvalidKey

EXCHANGE = """
from playhead.entrypoints.exchange import serve
from playhead.history.exchange import ExchangeOptions

serve(ExchangeOptions(markets=20), lambda running: print(running.port, flush=True))
"""
RECORDER = [sys.executable, "-m", "playhead.entrypoints.cli.run", "recorder"]


@pytest.fixture
def exchange_port() -> Iterator[str]:
    command = [sys.executable, "-c", EXCHANGE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as exchange:
        assert exchange.stdout is not None
        yield exchange.stdout.readline().strip()
        exchange.kill()


@contextmanager
def recorder(home: Path, port: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a recorder that has all open markets, and kill it if nobody else did."""
    (home / "run").mkdir(exist_ok=True)
    (home / "run" / "recorder.json").unlink(missing_ok=True)
    settings = {"PLAYHEAD_HOME": str(home), "PLAYHEAD_EXCHANGE_PORT": port}
    with subprocess.Popen(RECORDER, env={**os.environ, **settings}) as process:
        try:
            wait_for_markets(home, process)
            yield process
        finally:
            process.kill()


def wait_for_markets(home: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while not status_of(home).get("markets_subscribed"):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status_of(home: Path) -> dict[str, Any]:
    path = home / "run" / "recorder.json"
    return json.loads(path.read_text()) if path.exists() else {}


def kinds_in(home: Path) -> list[Kind]:
    (folder,) = (home / "captures").glob("0*")
    with CaptureReader(folder) as reader:
        return [record.kind for record in reader.records() if record.kind is not Kind.ALIVE]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_soon(
    tmp_path: Path, exchange_port: str, number: signal.Signals
) -> None:
    with recorder(tmp_path, exchange_port) as process:
        process.send_signal(number)

        assert process.wait(timeout=5) == 0
    kinds = kinds_in(tmp_path)
    assert kinds[0] is Kind.STARTED
    assert kinds[-1] is Kind.CLOSED


def test_its_status_names_the_capture(tmp_path: Path, exchange_port: str) -> None:
    with recorder(tmp_path, exchange_port):
        status = status_of(tmp_path)

    assert (status["name"], status["state"], status["capture"]) == (
        "recorder",
        "recording",
        "000001-main",
    )


def test_after_a_kill_it_goes_on_in_the_same_capture(tmp_path: Path, exchange_port: str) -> None:
    with recorder(tmp_path, exchange_port) as process:
        process.kill()
        process.wait()

    with recorder(tmp_path, exchange_port) as process:
        process.terminate()
        process.wait()

    assert kinds_in(tmp_path).count(Kind.STARTED) == 2
    assert kinds_in(tmp_path).count(Kind.OPENED) == 2


@pytest.mark.parametrize(
    ("exchange", "hosts"), [(Exchange.PRODUCTION, PRODUCTION), (Exchange.DEMO, DEMO)]
)
def test_the_real_exchange_is_at_its_own_hosts(exchange: Exchange, hosts: Hosts) -> None:
    key_file = Path("key.pem")
    settings = Settings(exchange=exchange, kalshi_key_id="key-1", kalshi_private_key_file=key_file)

    assert hosts_of(settings) == hosts


def test_a_private_key_file_that_is_not_there_is_named() -> None:
    settings = Settings(kalshi_key_id="key-1", kalshi_private_key_file=Path("absent.pem"))

    with pytest.raises(InvalidKey, match=r"absent\.pem"):
        signer_of(settings)

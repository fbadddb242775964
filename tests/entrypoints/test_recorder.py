"""The process that records an exchange."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from playhead.entrypoints.recorder import hosts_of, signer_of
from playhead.entrypoints.settings import Exchange, Settings
from playhead.entrypoints.status_file import write_status
from playhead.history.capture import CaptureReader, CaptureStore, Kind
from playhead.history.kalshi import DEMO, PRODUCTION, Hosts, InvalidKey

EXCHANGE = """
from playhead.entrypoints.exchange import serve
from playhead.history.exchange import ExchangeOptions

serve(ExchangeOptions(markets=100), lambda running: print(running.port, flush=True))
"""
RUN = [sys.executable, "-m", "playhead.entrypoints.cli.run"]


@pytest.fixture
def exchange_port() -> Iterator[str]:
    command = [sys.executable, "-c", EXCHANGE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as exchange:
        assert exchange.stdout is not None
        yield exchange.stdout.readline().strip()
        exchange.kill()


@contextmanager
def recorder(
    home: Path, port: str, name: str = "recorder", **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a recorder that has all open markets, and kill it if nobody else did."""
    (home / "run").mkdir(exist_ok=True)
    (home / "run" / f"{name}.json").unlink(missing_ok=True)
    settings |= {"PLAYHEAD_HOME": str(home), "PLAYHEAD_EXCHANGE_PORT": port}
    with subprocess.Popen([*RUN, name], env={**os.environ, **settings}) as process:
        try:
            wait_until(process, lambda: has_all_markets(status_of(home, name)))
            yield process
        finally:
            process.kill()


def has_all_markets(status: dict[str, Any]) -> bool:
    wanted, held = status.get("markets_wanted"), status.get("markets_subscribed")
    return bool(held) and held == wanted and status["discovery"] == "complete"


def wait_until(process: subprocess.Popen[bytes], holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status_of(home: Path, name: str = "recorder") -> dict[str, Any]:
    path = home / "run" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def kinds_in(home: Path) -> list[Kind]:
    (folder,) = (home / "captures").glob("0*")
    with CaptureReader(folder) as reader:
        return [record.kind for record in reader.records() if record.kind is not Kind.ALIVE]


def asked_in(folder: Path, action: bytes) -> set[str]:
    """The markets for which something was asked."""
    with CaptureReader(folder) as reader:
        sent = [record.payload for record in reader.records() if record.kind is Kind.SENT]
    commands = [json.loads(payload) for payload in sent if action in payload]
    return {ticker for each in commands for ticker in each["params"].get("market_tickers", ())}


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


def test_a_book_that_the_ingest_misses_is_asked_for(tmp_path: Path, exchange_port: str) -> None:
    with recorder(tmp_path, exchange_port) as process:
        folder = tmp_path / "captures" / "000001-main"
        (ticker, *_) = asked_in(folder, b'"subscribe"')

        def is_asked_for() -> bool:
            write_status(tmp_path, "ingest", {"lapsed": {"000001-main": [ticker]}})
            return int(status_of(tmp_path)["missed_books"]) > 0

        wait_until(process, is_asked_for)


def test_recorders_share_the_markets_and_each_has_a_capture_of_its_own(
    tmp_path: Path, exchange_port: str
) -> None:
    both = {"PLAYHEAD_RECORDERS": "2", "PLAYHEAD_RECORDER_SHARDS": "2"}
    with (
        recorder(tmp_path, exchange_port, **both),
        recorder(tmp_path, exchange_port, "recorder-2", **both),
    ):
        second = status_of(tmp_path, "recorder-2")

    assert (second["name"], second["capture"]) == ("recorder-2", "000002-main-2")
    folders = sorted((tmp_path / "captures").glob("0*"))
    first, other = (asked_in(folder, b'"orderbook_delta"') for folder in folders)
    assert (bool(first), bool(other), first & other) == (True, True, set())
    assert CaptureStore(tmp_path / "captures", time.time_ns).find("2").meta.recorder == "main-2"  # type: ignore[arg-type]


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

"""Clients written by others keep the same books as the simulation, message by message."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange
from tests.peers.environments import python_of
from tests.peers.truth import Truth

START = Micros(1_795_262_400 * MICROS_PER_SECOND)
UNTIL = Micros(START + 61 * MICROS_PER_SECOND)
SPEED = 6
PATIENCE_SECONDS = 120.0
CLIENTS = Path(__file__).parent / "clients"
PEERS = {"kalshi-sdk": "with_kalshi_sdk.py", "pykalshi": "with_pykalshi.py"}


class Conductor:
    """An exchange clock that stands at the start until told to play, and stands at the end."""

    def __init__(self) -> None:
        self._began: float | None = None

    def play(self) -> None:
        self._began = monotonic()

    def __call__(self) -> Micros:
        if self._began is None:
            return START
        elapsed = int((monotonic() - self._began) * SPEED * MICROS_PER_SECOND)
        return Micros(min(START + elapsed, UNTIL))


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def options(key: RSAPrivateKey) -> ExchangeOptions:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return ExchangeOptions(
        markets=120,
        rate=250.0,
        seed=11,
        start=START,
        open_mode=False,
        public_keys={"peer": public.decode()},
        control_replies_take_seq=False,
    )


@pytest.fixture(scope="module")
def truth(options: ExchangeOptions) -> Truth:
    return Truth(options, UNTIL)


@pytest.fixture
def key_file(key: RSAPrivateKey, tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@contextmanager
def client(peer: str, port: int, key_file: Path, tickers: list[str]) -> Iterator[Path]:
    """Run a peer's script and give the file in which it notes its books."""
    journal, log = key_file.with_name("journal"), key_file.with_name("log")
    paths = map(str, (python_of(peer), CLIENTS / PEERS[peer], port, key_file, journal))
    command = [*paths, *tickers]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as run:
        try:
            yield journal
        finally:
            died = run.poll()
            run.kill()
    assert died is None, log.read_text()


async def wait_until_subscribed(running: RunningExchange) -> None:
    sessions = running.exchange.connections.values
    await wait_for(lambda: any(one.session.subscriptions for one in sessions()))


async def wait_for_lines(journal: Path, count: int) -> None:
    await wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= count)


async def wait_for(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not holds() and monotonic() < deadline:
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("peer", PEERS)
def test_books_of_a_foreign_client_equal_the_simulation_after_every_message(
    peer: str, options: ExchangeOptions, truth: Truth, key_file: Path
) -> None:
    python_of(peer)
    tickers = truth.busiest(20)
    expected = truth.lines(tickers)

    journal = asyncio.run(journal_of(peer, options, key_file, tickers, len(expected)))

    assert len(expected) > 5_000
    assert journal == expected


async def journal_of(
    peer: str, options: ExchangeOptions, key_file: Path, tickers: list[str], lines: int
) -> list[str]:
    """Let a peer follow a minute of the exchange and return what it noted."""
    clock = Conductor()
    async with running_exchange(options, clock) as running:
        with client(peer, running.port, key_file, tickers) as journal:
            await wait_until_subscribed(running)
            clock.play()
            await wait_for_lines(journal, lines)
        return journal.read_text().splitlines(keepends=True)

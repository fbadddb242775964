"""Load on a server, by a process of its own, and what the server's process spends on it."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from benchmarks.kernel.load import Load, Outcome
from benchmarks.processor import seconds_of_process

TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Run:
    """One load, and what came of it.

    Attributes:
        processor_seconds: What the server's process has spent meanwhile.
    """

    outcome: Outcome
    processor_seconds: float

    @property
    def nanos(self) -> list[int]:
        """The latencies of all answers."""
        return [each for nanos in self.outcome.nanos.values() for each in nanos]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.nanos) / self.outcome.seconds

    @property
    def micros_each(self) -> float:
        """Microseconds of a processor that the server's process spends on a request."""
        return self.processor_seconds * 1_000_000 / len(self.nanos)


def run(load: Load, process_id: int) -> Run:
    """Put ``load`` on the server whose process it is, and wait until it is over."""
    before = seconds_of_process(process_id)
    with asking(load) as client:
        outcome = finish(client)
    return Run(outcome, seconds_of_process(process_id) - before)


@contextmanager
def asking(load: Load) -> Iterator[subprocess.Popen[bytes]]:
    """Start a client with ``load``; it is ended at the end."""
    client = subprocess.Popen(
        (sys.executable, "-m", "benchmarks.kernel.client"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert client.stdin is not None
        client.stdin.write(msgspec.json.encode(load))
        client.stdin.close()
        client.stdin = None
        yield client
    finally:
        client.kill()
        client.wait()


def finish(client: subprocess.Popen[bytes]) -> Outcome:
    """Wait for a client and return what came of its load."""
    told, _ = client.communicate(timeout=TIMEOUT_SECONDS)
    assert client.returncode == 0, "the load failed: see above"
    return msgspec.json.decode(told, type=Outcome)


def get(path: str, headers: Mapping[str, str]) -> str:
    """Return a GET as it is sent."""
    return _request("GET", path, headers, "")


def post(path: str, headers: Mapping[str, str], body: str) -> str:
    """Return a POST of JSON as it is sent."""
    kind = {"Content-Type": "application/json", "Content-Length": str(len(body.encode()))}
    return _request("POST", path, {**headers, **kind}, body)


def _request(method: str, path: str, headers: Mapping[str, str], body: str) -> str:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", body])

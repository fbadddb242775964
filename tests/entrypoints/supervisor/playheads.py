"""Starts Playheads of dummies as processes of their own, and looks at what they left."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from playhead.entrypoints.embedded import postgres_url
from playhead.entrypoints.embedded.accounts import Account
from playhead.entrypoints.embedded.processes import birth_of, wait_until
from playhead.entrypoints.status_file import Status, read_statuses

SECONDS = 60.0
MODULE = "tests.entrypoints.supervisor.dummies"
SLEEPS = "import time; time.sleep(600)"
CRASHES = "raise SystemExit(3)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(600)"
)


@dataclass(frozen=True, slots=True)
class Playhead:
    """One that was started; ``process`` is its supervisor."""

    home: Path
    process: subprocess.Popen[str]

    def part(self, name: str) -> Status:
        """What the supervisor last said of a part."""
        parts = read_statuses(self.home)["supervisor"]["parts"]
        assert isinstance(parts, list)
        return next(part for part in parts if part["name"] == name)

    def pids(self) -> list[int]:
        """The processes of all parts that run."""
        parts = read_statuses(self.home)["supervisor"]["parts"]
        assert isinstance(parts, list)
        return [part["pid"] for part in parts if part["pid"]]

    def query(self, text: str) -> object:
        """The first value that its PostgreSQL answers."""
        with psycopg.connect(postgres_url(self.home / "postgres"), autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Starter:
    """Who starts a Playhead: the account of this process, unless told otherwise."""

    python: str = sys.executable
    account: Account | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        """A process of this account."""
        uid, gid = self.account or (None, None)
        return subprocess.Popen(
            [self.python, *arguments],
            env={**environment, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=uid,
            group=gid,
            extra_groups=None if self.account is None else [],
        )


@contextmanager
def started(home: Path, starter: Starter | None = None, **scripts: str) -> Iterator[Playhead]:
    """A Playhead that has started, with a process for each script."""
    with launched(home, scripts=scripts, starter=starter or Starter()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        yield Playhead(home, process)


@contextmanager
def launched(
    home: Path,
    *,
    port: int | None = None,
    scripts: Mapping[str, str] | None = None,
    starter: Starter | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """The process of a Playhead, started or not."""
    folder = home.with_name(f"{home.name}-scripts")
    folder.mkdir(exist_ok=True)
    for name, script in (scripts or {}).items():
        (folder / f"{name}.py").write_text(script)
    environment = os.environ | {
        "PLAYHEAD_HOME": str(home),
        "PLAYHEAD_PORT": str(port or free_port()),
        "PLAYHEAD_EXCHANGE_PORT": str(free_port()),
    }
    process = (starter or Starter()).start(("-m", MODULE, str(folder)), environment)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def outcome(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and last words."""
    _, words = process.communicate(timeout=SECONDS)
    return process.returncode, words


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def all_gone(pids: list[int]) -> bool:
    """Whether none of the processes lives, after a while."""
    return wait_until(lambda: all(birth_of(pid) is None for pid in pids), SECONDS)

"""PostgreSQL 18 from a wheel: started, watched and stopped without its Python wrapper.

PostgreSQL refuses to run as root. Root therefore lends it an account of its own, and the folders by
open descriptor: it need not be able to walk down to them, for root's home folder is closed to it.
Clients come through a socket in a private folder; no network port is opened, and whoever may enter
the folder is trusted.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playhead.entrypoints.embedded import processes
from playhead.entrypoints.embedded.accounts import account_for
from playhead.entrypoints.embedded.binaries import postgres_programs
from playhead.entrypoints.embedded.data_folder import (
    DATABASE,
    ENVIRONMENT,
    make_data_folder,
)
from playhead.entrypoints.embedded.errors import ServerFailed
from playhead.entrypoints.embedded.lending import lent
from playhead.entrypoints.embedded.reasons import reason_in
from playhead.entrypoints.embedded.sockets import find_socket_folder, make_socket_folder

START_SECONDS = 60.0
STOP_SECONDS = 10.0
QUIT_SECONDS = 3.0
LEFTOVER_SECONDS = 10.0
SOCKET = ".s.PGSQL.5432"
STATUS_LINE = 7  # of postmaster.pid
DEFAULTS = {
    "listen_addresses": "",
    "port": "5432",  # only names the socket
    "cluster_name": DATABASE,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
}


class EmbeddedPostgres:
    """A PostgreSQL whose whole state is one folder. Only one process at a time may drive it."""

    name = "postgres"

    def __init__(self, folder: Path, options: Mapping[str, str] | None = None) -> None:
        """``folder`` holds data and socket; ``options`` are server settings over `DEFAULTS`."""
        self._folder = folder.absolute()
        self._data = self._folder / "data"
        self._sockets = self._folder / "socket"
        self._options = DEFAULTS | dict(options or {})

    @property
    def url(self) -> str:
        """The libpq address of its database; known once the server was started."""
        return postgres_url(self._folder)

    def start(self, output: processes.Output) -> subprocess.Popen[bytes]:
        """Start the server and do not wait, but make its data folder first where there is none.

        What an earlier server left behind, alive or dead, is cleared away before.

        Raises:
            ServerFailed: The data folder cannot be made, or an earlier server keeps it.
        """
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        account = account_for(self._data)
        programs = postgres_programs(for_another_account=account is not None)
        if not self._data.exists():
            sync = self._options["fsync"] == "on"
            make_data_folder(self._data, programs, account, sync=sync)
        self._clear_leftovers()
        sockets = make_socket_folder(self._sockets, SOCKET, account)
        with lent(account, self._data, sockets) as loan:
            data, place = loan.paths
            options = self._options | {"unix_socket_directories": place}
            words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
            command: list[str | Path] = [programs / "postgres", "-D", data, *words]
            return processes.start(
                processes.leashed(command, farewell=signal.SIGINT, account=account),
                output=output,
                environment=ENVIRONMENT,
                keep=loan.descriptors,
            )

    def is_ready(self) -> bool:
        """Return whether the server takes connections."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def stop(self, process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
        """Stop the server cleanly; after ``seconds`` less so, which it recovers from by itself."""
        processes.stop(process, (signal.SIGINT, seconds), (signal.SIGQUIT, QUIT_SECONDS))

    def _clear_leftovers(self) -> None:
        processes.end_all(
            lambda: processes.processes_in(self._data, "postgres"), signal.SIGQUIT, LEFTOVER_SECONDS
        )
        if sys.platform != "linux":
            return  # it cannot be known that nobody is there: PostgreSQL judges by its own means
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for file in (SOCKET, f"{SOCKET}.lock"):
            (find_socket_folder(self._sockets) / file).unlink(missing_ok=True)


def postgres_url(folder: Path) -> str:
    """Return the libpq address of the embedded server whose state is ``folder``."""
    host = quote(str(find_socket_folder(folder.absolute() / "socket")), safe="")
    return f"postgresql://{DATABASE}@/{DATABASE}?host={host}"


@contextmanager
def running_postgres(folder: Path, options: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run an embedded PostgreSQL, give its address, and stop it at the end.

    Raises:
        ServerFailed: It did not start; the message quotes its log.
    """
    server = EmbeddedPostgres(folder, options)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "postgres.log"
    with log.open("wb") as output:
        process = server.start(output)
    try:
        processes.wait_until(lambda: server.is_ready() or process.poll() is not None, START_SECONDS)
        if process.poll() is not None or not server.is_ready():
            raise ServerFailed(f"PostgreSQL did not start: {reason_in(log)}")
        yield server.url
    finally:
        server.stop(process)

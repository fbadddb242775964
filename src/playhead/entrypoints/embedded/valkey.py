"""Valkey from a wheel: started, watched and stopped without its Python wrapper.

It listens on a socket in a private folder only, and whoever may enter the folder is trusted.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playhead.entrypoints.embedded import processes
from playhead.entrypoints.embedded.binaries import valkey_program
from playhead.entrypoints.embedded.errors import ServerFailed
from playhead.entrypoints.embedded.reasons import reason_in
from playhead.entrypoints.embedded.sockets import find_socket_folder, make_socket_folder

START_SECONDS = 30.0
STOP_SECONDS = 5.0
LEFTOVER_SECONDS = 5.0
SOCKET = "valkey.sock"
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
}


class EmbeddedValkey:
    """A Valkey whose whole state is one folder. Only one process at a time may drive it."""

    name = "valkey"

    def __init__(self, folder: Path) -> None:
        """``folder`` holds data and socket."""
        self._folder = folder.absolute()
        self._data = self._folder / "data"
        self._sockets = self._folder / "socket"

    @property
    def url(self) -> str:
        """The address as Redis clients take it; known once the server was started."""
        return valkey_url(self._folder)

    def start(self, output: processes.Output) -> subprocess.Popen[bytes]:
        """Start the server and do not wait; end an earlier one that still works here before.

        Raises:
            ServerFailed: An earlier server does not let go of the folder.
        """
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        processes.end_all(
            lambda: processes.processes_in(self._data, "valkey-server"),
            signal.SIGTERM,
            LEFTOVER_SECONDS,
        )
        sockets = make_socket_folder(self._sockets, SOCKET, None)
        (sockets / SOCKET).unlink(missing_ok=True)
        options = OPTIONS | {"dir": str(self._data), "unixsocket": str(sockets / SOCKET)}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return processes.start(
            processes.leashed([valkey_program(), *words], farewell=signal.SIGTERM),
            output=output,
            environment={},
        )

    def is_ready(self) -> bool:
        """Return whether the server takes connections."""
        return (find_socket_folder(self._sockets) / SOCKET).is_socket()

    def stop(self, process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
        """Stop the server after it has written what it holds; kill it after ``seconds``."""
        processes.stop(process, (signal.SIGTERM, seconds))


def valkey_url(folder: Path) -> str:
    """Return the address of the embedded server whose state is ``folder``."""
    socket = find_socket_folder(folder.absolute() / "socket") / SOCKET
    return f"unix://{quote(str(socket))}"


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Run an embedded Valkey, give its address, and stop it at the end.

    Raises:
        ServerFailed: It did not start.
    """
    server = EmbeddedValkey(folder)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "valkey.log"
    with log.open("wb") as output:
        process = server.start(output)
    try:
        processes.wait_until(lambda: server.is_ready() or process.poll() is not None, START_SECONDS)
        if process.poll() is not None or not server.is_ready():
            raise ServerFailed(f"Valkey did not start: {reason_in(log)}")
        yield server.url
    finally:
        server.stop(process)

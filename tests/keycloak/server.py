"""A real Keycloak on loopback with the realm that is shipped."""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from tests.kernel.oidc.issuer.state import ADMIN_CLIENT, CLIENT
from tests.kernel.oidc.stage import REDIRECT

REALM_FILE = Path(__file__).parents[2] / "deploy" / "keycloak" / "playhead-realm.json"
START_SECONDS = 240
FAST_START = "-XX:TieredStopAtLevel=1"


class Keycloak:
    """A Keycloak process. ``url`` is the same over its restarts."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.admin = ("admin", secrets.token_urlsafe(16))
        self.log = home / "data" / "test.log"

    def start(self) -> None:
        """Start it and wait until it answers for the realm."""
        command = ["bin/kc.sh", "start-dev", "--import-realm"]
        command += ["--http-host=127.0.0.1", f"--http-port={self._port}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        """End it; it keeps what it knows."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, how)
            self._process.wait()
            self._process = None

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "JAVA_OPTS_APPEND": FAST_START,
            "KC_BOOTSTRAP_ADMIN_USERNAME": self.admin[0],
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self.admin[1],
            "PLAYHEAD_OIDC_CLIENT_SECRET": CLIENT[1],
            "PLAYHEAD_OIDC_ADMIN_CLIENT_SECRET": ADMIN_CLIENT[1],
            "PLAYHEAD_OIDC_REDIRECT_URI": REDIRECT,
        }

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.25)
        told = self.log.read_text(errors="replace")[-4000:]
        self.kill()
        raise AssertionError(f"Keycloak does not start:\n{told}")

    def _answers(self) -> bool:
        try:
            answer = httpx2.get(f"{self.url}/realms/playhead", trust_env=False, timeout=5)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200


@contextmanager
def running_keycloak(home: Path) -> Iterator[Keycloak]:
    """Run an empty Keycloak with our realm; one run at a time uses ``home``."""
    with (home.parent / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = home / "data"
        shutil.rmtree(data, ignore_errors=True)
        (data / "import").mkdir(parents=True)
        shutil.copy(REALM_FILE, data / "import")
        keycloak = Keycloak(home)
        try:
            keycloak.start()
            yield keycloak
        finally:
            keycloak.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

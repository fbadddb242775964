"""A Playhead that runs: the API and a worker, each a process of its own, and people who ask it."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from playhead.entrypoints.embedded import running_valkey
from playhead.storage.roles import service_url
from tests.entrypoints.test_http import free_port

Json = dict[str, Any]
T = TypeVar("T")
PREFIX = "/api/v1"
PASSWORD = "correct horse battery"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
SECONDS = 20.0
LOOK_SECONDS = 0.03
RUN = (sys.executable, "-P", "-m", "playhead.entrypoints.cli.run")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made, and the status of its answer."""

    method: str
    path: str
    status: int


@dataclass
class Place:
    """What runs, and all that was asked of it."""

    home: Path
    database_url: str
    client: httpx2.Client
    asked: list[Asked] = field(default_factory=list)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """Return the answer to a request below ``/api/v1``."""
        answer = self.client.request(method, f"{PREFIX}{path}", headers=dict(headers or {}), **more)
        self.asked.append(Asked(method, path, answer.status_code))
        return answer

    def sign_up(self) -> "Person":
        """Return somebody new, alone in an organisation."""
        body = {
            "email": f"{secrets.token_hex(8)}@example.org",
            "password": PASSWORD,
            "first_name": "Ada",
            "last_name": "Lovelace",
        }
        # Sign-ups are counted by address; the API takes this one's word for it.
        address = str(IPv4Address(0x0A000000 | secrets.randbits(24)))
        answer = self.ask("POST", "/auth/signup", {"X-Forwarded-For": address}, json=body)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return Person(self, str(told["org_id"]), str(told["access_token"]))


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, by the token that sign-up gave."""

    place: Place
    org_id: str
    token: str = field(repr=False)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> httpx2.Response:
        """Return the answer, whatever it is."""
        told = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        more: Json = {"params": params} if params else {}
        if body is not None:
            more["json"] = body
        return self.place.ask(method, path, told, **more)

    def get(self, path: str, **params: Any) -> Json:
        """Return what a GET reads."""
        return self._done(200, "GET", path, None, params)

    def post(self, path: str, body: object = None, *, status: int = 200, **params: Any) -> Json:
        """Return what a POST answers, which must have ``status``."""
        return self._done(status, "POST", path, body, params)

    def patch(self, path: str, body: object) -> Json:
        """Return what a PATCH answers."""
        return self._done(200, "PATCH", path, body, {})

    def delete(self, path: str) -> None:
        """Delete, and hold that it is done."""
        answer = self.ask("DELETE", path)
        assert (answer.status_code, answer.content) == (204, b""), answer.text

    def refused(
        self, method: str, path: str, body: object = None, **params: Any
    ) -> tuple[int, str]:
        """Return the status and the code of a refusal."""
        answer = self.ask(method, path, body, **params)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, str(answer.json()["error"]["code"])

    def _done(self, status: int, method: str, path: str, body: object, params: Json) -> Json:
        answer = self.ask(method, path, body, **params)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return dict(answer.json())


def until(
    look: Callable[[], T | None], seconds: float = SECONDS, *, every: float = LOOK_SECONDS
) -> T:
    """Return what ``look`` gives once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(every)
    return found


@contextmanager
def running_place(home: Path, database_url: str) -> Iterator[Place]:
    """An API and a worker over a database; the Valkey is their own, as its queues are."""
    with ExitStack() as stack:
        valkey_url = stack.enter_context(running_valkey(home / "valkey"))
        port = free_port()
        serving = {
            "PLAYHEAD_HOME": str(home),
            "PLAYHEAD_PORT": str(port),
            "PLAYHEAD_SERVICE_DATABASE_URL": service_url(database_url, None),
            "PLAYHEAD_VALKEY_URL": valkey_url,
            "PLAYHEAD_MODELS_INSIDE": "true",
            "PLAYHEAD_TRUSTED_PROXIES": "127.0.0.1",
        }
        (home / "run").mkdir()
        processes = [
            stack.enter_context(_running(name, serving, home / f"{name}.log"))
            for name in ("api", "worker")
        ]
        address = f"http://127.0.0.1:{port}"
        client = stack.enter_context(httpx2.Client(base_url=address, timeout=60, trust_env=False))
        place = Place(home, database_url, client)
        status = home / "run" / "worker.json"
        until(lambda: _is_up(processes, client) and status.exists(), START_SECONDS)
        yield place


@contextmanager
def _running(name: str, serving: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **serving}
    with log.open("wb") as output:
        process = subprocess.Popen([*RUN, name], env=environment, stdout=output, stderr=output)
    try:
        yield process
        assert process.poll() is None, log.read_text()[-4000:]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_up(processes: Sequence[subprocess.Popen[bytes]], client: httpx2.Client) -> bool:
    assert all(each.poll() is None for each in processes), "a process has ended: see its log"
    try:
        return client.get("/health").is_success
    except httpx2.TransportError:
        return False

"""The whole API on a thread of its own, and people in it."""

import asyncio
import secrets
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from playhead.automation.models import LOCAL_MODEL
from tests.entrypoints.whole import PASSWORD, Json, Whole
from tests.hostile.wire import Answer, Asked, bearer_field, json_asked, put

T = TypeVar("T")
SECONDS = 120
BUSY = 503
AUTH = "/api/v1/auth"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed up, alone in an organisation."""

    email: str
    answer: Json

    @property
    def token(self) -> tuple[bytes, bytes]:
        """The header by which they are known."""
        return bearer_field(str(self.answer["access_token"]))

    @property
    def org_id(self) -> str:
        """Their organisation."""
        return str(self.answer["org_id"])


class Arena:
    """Asks the API from another thread than it runs in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, api: Whole) -> None:
        self._loop = loop
        self.api = api

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what ``work`` gives, done where the API runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    def ask(self, asked: Asked) -> Answer:
        """Return the answer to one request."""
        return self.run(self._patiently(asked))

    def ask_at_once(self, *asked: Asked) -> list[Answer]:
        """Return the answers to requests that come at once."""

        async def together() -> list[Answer]:
            return await asyncio.gather(*map(self._patiently, asked))

        return self.run(together())

    async def _patiently(self, asked: Asked) -> Answer:
        """Ask; and, where the machine is too busy for now, once more: what fails twice, fails."""
        answer = await put(self.api.app, asked)
        if answer.status != BUSY:
            return answer
        await asyncio.sleep(1)
        return await put(self.api.app, asked)

    def sign_up(self) -> Person:
        """Sign somebody up."""
        email = f"{secrets.token_hex(8)}@example.org"
        body = {"email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "L"}
        answer = self.ask(json_asked("POST", f"{AUTH}/signup", body))
        assert answer.status == 201, answer.body
        return Person(email, answer.json())

    def make(self, person: Person, path: str, body: object) -> Json:
        """Return what an owner has made by a POST."""
        answer = self.ask(json_asked("POST", path, body, person.token))
        assert answer.status == 201, answer.body
        return dict(answer.json())

    def read(self, person: Person, path: str) -> Json:
        """Return what somebody reads by a GET."""
        answer = self.ask(Asked("GET", path.encode(), (person.token,)))
        assert answer.status == 200, answer.body
        return dict(answer.json())

    def mailed(self, email: str, start: str) -> str:
        """Return the token in a mail to somebody, once it was sent."""
        for _ in range(500):
            for file in (self.api.home / "mail").glob("*.eml"):
                text = file.read_text()
                if f"To: {email}" in text and start in text:
                    return start + text.partition(start)[2].split()[0]
            time.sleep(0.02)
        raise AssertionError(f"no mail to {email} with {start}")


def invitation_of(arena: Arena, owner: Person) -> str:
    """Return the id of a new invitation; nobody is invited twice: that is limited."""
    invited = {"email": f"{secrets.token_hex(8)}@example.org", "role": "viewer"}
    return str(arena.make(owner, f"/api/v1/orgs/{owner.org_id}/invitations", invited)["id"])


def skill_of(arena: Arena, owner: Person) -> str:
    """Return the id of a new skill."""
    body = {"name": secrets.token_hex(8), "prompt_template": "Say hello.", "model": LOCAL_MODEL}
    return str(arena.make(owner, "/api/v1/skills", body)["id"])


def execution_of(arena: Arena, owner: Person) -> str:
    """Return the id of a new execution; nobody runs it."""
    path = f"/api/v1/skills/{skill_of(arena, owner)}/execute"
    answer = arena.ask(json_asked("POST", path, {}, owner.token))
    assert answer.status == 202, answer.body
    return str(answer.json()["execution_id"])


def habit_of(arena: Arena, owner: Person) -> str:
    """Return the id of a new habit, of once a year."""
    body = {"skill_id": skill_of(arena, owner), "schedule_cron": "0 0 1 1 *"}
    return str(arena.make(owner, "/api/v1/habits", body)["id"])


def reflex_of(arena: Arena, owner: Person) -> str:
    """Return the id of a new reflex."""
    body = {"skill_id": skill_of(arena, owner), "trigger_type": "api_call"}
    return str(arena.make(owner, "/api/v1/reflexes", body)["id"])


@contextmanager
def arena_of(opening: AbstractAsyncContextManager[Whole]) -> Iterator[Arena]:
    """Open the API on a thread of its own; it runs until the end."""
    ready, made = threading.Event(), list[Arena]()
    end, loop = asyncio.Event(), asyncio.new_event_loop()

    async def live() -> None:
        async with opening as api:
            made.append(Arena(loop, api))
            ready.set()
            await end.wait()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            try:
                runner.run(live())
            finally:
                ready.set()

    thread = threading.Thread(target=main, name="arena")
    thread.start()
    ready.wait(SECONDS)
    try:
        yield made[0]
    finally:
        if made:
            loop.call_soon_threadsafe(end.set)
        thread.join(SECONDS)

"""Whoever asks Playhead from outside, and asks again until there is an answer."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx2
from standardwebhooks import Webhook

from playhead.automation.models import LOCAL_MODEL
from playhead.entrypoints.administration import Administration, create_key, create_organisation
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import FIRST_SCOPES, KeySettings
from tests.entrypoints.supervisor.playheads import free_port

PROMPT = "Say {{ word }} again, and again, until somebody hears it and says it again."
WORD = "{{ word }}"
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
Json = dict[str, Any]


def settled_home(home: Path, owner_url: str, service_url: str, valkey_url: str) -> Settings:
    """Return the settings of a home that has its master key."""
    settings = Settings(
        home=home,
        database_url=owner_url,
        service_database_url=service_url,
        valkey_url=valkey_url,
        port=free_port(),
    )
    open_sealer(settings)
    return settings


async def admitted(settings: Settings, name: str) -> str:
    """Return the API key of a new organisation."""
    async with Administration.open(settings) as desk:
        org_id = await create_organisation(desk, name)
        issued = await create_key(desk, org_id, KeySettings(name, FIRST_SCOPES))
    return str(issued.text)


@dataclass
class Outside:
    """An organisation's own program.

    Attributes:
        executed: By the word that was asked for: the execution that was answered.
        fired: By the word: the reflex and the id of the message.
        repeats: How often a request had to be made again.
    """

    client: httpx2.AsyncClient
    key: str
    name: str
    random: Random
    executed: dict[str, str] = field(default_factory=dict)
    fired: dict[str, tuple[str, str]] = field(default_factory=dict)
    repeats: int = 0
    replayed: int = 0

    async def until_answered(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """Ask, and ask the same again as long as the answer is none or says: later."""
        told = {"X-API-Key": self.key, **(headers or {})}
        pause = FIRST_PAUSE
        while True:
            try:
                answer = await self.client.request(method, f"/api/v1{path}", headers=told, **more)
            except httpx2.TransportError:
                answer = None
            if answer is not None and not _says_later(answer):
                return answer
            self.repeats += 1
            await asyncio.sleep(pause * self.random.uniform(0.5, 1))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def make(self, path: str, **body: Any) -> Json:
        """Make something; while nobody is killed yet."""
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        answer = await self.until_answered("POST", path, headers=headers, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def skill(self, name: str = "echo") -> str:
        """Make a skill and return its id."""
        made = await self.make("/skills", name=name, prompt_template=PROMPT, model=LOCAL_MODEL)
        return str(made["id"])

    async def execute(self, skill: str, word: str, *, wait: int = 0) -> None:
        """Start an execution, with a key by which it may be asked for again."""
        answer = await self.until_answered(
            "POST",
            f"/skills/{skill}/execute" + (f"?wait={wait}" if wait else ""),
            headers={"Idempotency-Key": f"key of {word}"},
            json={"input_data": {"word": word}},
        )
        assert answer.status_code in (200, 202), answer.text
        self.replayed += "idempotency-replayed" in answer.headers
        body = answer.json()
        self.executed[word] = body["execution_id"] if "execution_id" in body else body["id"]

    async def send(self, reflex: Json, word: str) -> None:
        """Send a webhook until it is acknowledged, and now and then once more."""
        message, body = f"msg_{word}", json.dumps({"word": word})
        for _ in range(self.random.choice((1, 1, 2))):
            at = datetime.now(UTC)
            headers = {
                "content-type": "application/json",
                "webhook-id": message,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": Webhook(reflex["webhook_secret"]).sign(message, at, body),
            }
            path = f"/webhooks/reflexes/{reflex['id']}"
            answer = await self.until_answered("POST", path, headers=headers, content=body)
            assert answer.status_code in (200, 202), answer.text
        self.fired[word] = (reflex["id"], message)


def _says_later(answer: httpx2.Response) -> bool:
    if answer.status_code == 409:
        return bool(answer.json()["error"]["code"] == "idempotency.in_flight")
    return answer.status_code >= 500 or answer.status_code == 429

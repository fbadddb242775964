"""The endpoints over a real tape, asked in process."""

import asyncio
from collections.abc import Mapping

import httpx2

from playhead.base.time import Micros
from playhead.history.coverage.record import PublicRecord
from playhead.storage.postgres import Database
from tests.history.rewind.builders import second
from tests.web.client import api


class Served:
    """Answers from the database at ``url`` as at second ``now`` after the fixed start."""

    def __init__(self, url: str, now: int = 1000) -> None:
        self._url = url
        self._now: Micros = second(now)

    def __call__(self, path: str, **params: str) -> httpx2.Response:
        return asyncio.run(self._ask(path, params))

    def json(self, path: str, **params: str) -> dict[str, object]:
        """Return the body of a success."""
        answer = self(path, **params)
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body

    async def _ask(self, path: str, params: Mapping[str, str]) -> httpx2.Response:
        async with Database.open(self._url, connections=2) as database:
            app = api(record=PublicRecord.on(database), now=self._now)
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                return await client.get(path, params=params)

"""Requests that are made again because their process died before anybody heard its answer."""

from pathlib import Path

import httpx2
import pytest

from playhead.automation.models import LOCAL_MODEL
from playhead.base.time import Micros
from playhead.kernel.idempotency import IdempotencyKeys, repository
from tests.entrypoints.whole import bearer, whole
from tests.kernel.jobs.stage import in_loop

SKILL = {"name": "echo", "prompt_template": "Say it once more.", "model": LOCAL_MODEL}


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies with each request, after its work and before the answer is kept."""

    async def die(*given: object) -> None:
        return

    monkeypatch.setattr(IdempotencyKeys, "finish", die)
    monkeypatch.setattr(IdempotencyKeys, "release", die)
    monkeypatch.setattr(repository, "LEASE", Micros(0))


@pytest.mark.usefixtures("dying")
@in_loop
async def test_the_same_request_again_starts_nothing_again(
    service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async with whole(service_database_url, valkey_url, tmp_path) as world:
        caller = bearer((await world.sign_up("ada@example.org"))["access_token"])

        async def ask(path: str, body: object = None, key: str = "k") -> httpx2.Response:
            headers = caller | {"Idempotency-Key": f"{key} {path}"}
            return await world.client.post(f"/api/v1{path}", json=body, headers=headers)

        skill = (await ask("/skills", SKILL)).json()["id"]
        timed = {"skill_id": skill, "schedule_cron": "0 0 1 1 *"}
        habit = (await ask("/habits", timed)).json()["id"]
        trial = {"prompt_template": "Say it once more.", "model": LOCAL_MODEL}
        for path, body in (
            (f"/skills/{skill}/execute", {}),
            (f"/skills/{skill}/test?wait=0", {}),
            ("/skills/test?wait=0", trial),
            (f"/habits/{habit}/run-now", None),
        ):
            one, same = await ask(path, body), await ask(path, body)
            other = await ask(path, body, key="another")
            assert {each.status_code for each in (one, same, other)} == {202}, one.text
            started = [each.json()["execution_id"] for each in (one, same, other)]
            assert started[0] == started[1] != started[2]

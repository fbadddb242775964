"""The loop that forgets executions of all organisations."""

import asyncio

import pytest

from playhead.automation.executions.forget import forget_executions
from playhead.automation.executions.repository import forget_of_all
from playhead.base.errors import NotFound
from playhead.base.time import Micros
from tests.automation.executions.stage import Stage, now
from tests.kernel.stage import make_organisation

pytestmark = pytest.mark.anyio

DAY = 24 * 3600 * 1_000_000


async def test_what_ended_long_ago_is_forgotten_whosever_it_is(stage: Stage) -> None:
    other = Stage.on(stage.database, await make_organisation(stage.tenants))
    kept, gone = [], []
    for each in (stage, other):
        skill = await each.skill()
        old, young, pending = [await each.start(skill) for _ in range(3)]
        await each.cancel(old)
        await each.cancel(young)
        async with each.tenants.transaction(each.tenant) as tx:
            await tx.execute(
                "UPDATE executions SET ended_at = %(at)s WHERE execution_id = %(id)s",
                at=now() - 91 * DAY,
                id=old,
            )
        gone.append((each, old))
        kept += [(each, young), (each, pending)]

    loop = asyncio.create_task(forget_executions(stage.database, now))
    async with asyncio.timeout(5):
        while await is_there(*gone[0]) or await is_there(*gone[1]):
            await asyncio.sleep(0.01)
    loop.cancel()

    assert [await is_there(*each) for each in kept] == [True] * 4
    assert await forget_of_all(stage.database, Micros(now() - 90 * DAY)) == 0


async def is_there(stage: Stage, execution_id: object) -> bool:
    try:
        await stage.found(execution_id)  # type: ignore[arg-type]
    except NotFound:
        return False
    return True

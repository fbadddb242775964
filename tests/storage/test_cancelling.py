"""Whoever is cancelled in the middle of a statement leaves nothing behind on the connection."""

import asyncio
from random import Random
from uuid import UUID

from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants

CONNECTIONS = 2
ROUNDS = 120
WHOSE = "SELECT current_setting('app.org_id', true) AS org_id, pg_sleep(%(seconds)s)"


async def look(tenants: Tenants, number: int, seconds: float) -> None:
    """Ask twice for whom the transaction names, in one of the two ways to ask."""
    tenant = Tenant(UUID(int=number))
    if number % 2:
        row = await tenants.fetch_optional(tenant, WHOSE, seconds=seconds)
    else:
        async with tenants.transaction(tenant) as transaction:
            await transaction.fetch_optional(WHOSE, seconds=seconds)
            row = await transaction.fetch_optional(WHOSE, seconds=0)
    assert row is not None
    assert row.org_id == str(tenant.org_id)


def test_of_those_who_are_cancelled_none_spoils_the_connection_for_the_next(
    module_service_database_url: str,
) -> None:
    random = Random(7)

    async def storm() -> None:
        async with Database.open(module_service_database_url, connections=CONNECTIONS) as database:
            tenants = Tenants(database)
            for _ in range(ROUNDS):
                tasks = [
                    asyncio.create_task(look(tenants, number, random.random() / 500))
                    for number in range(1, 7)
                ]
                await asyncio.sleep(random.random() / 100)
                asked = {
                    task
                    for task in (tasks[::2] if random.random() < 0.5 else tasks)
                    if task.cancel()
                }
                await asyncio.wait(tasks)
                assert {task for task in tasks if task.cancelled()} == asked
                assert [task.exception() for task in tasks if task not in asked] == [None] * (
                    len(tasks) - len(asked)
                )
            await asyncio.gather(*(look(tenants, number, 0.01) for number in range(1, 9)))

    asyncio.run(storm())

"""Who waits for a row that somebody never lets go of gives up, and frees the connection."""

import asyncio

import pytest

from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.stage import make_organisation

HOLD = "SELECT name FROM organisations FOR UPDATE"


def test_a_row_that_is_never_let_go_of_does_not_take_every_connection(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        url = module_service_database_url
        async with (
            Database.open(url, connections=1) as stuck,
            Database.open(url, connections=2, lock_seconds=1) as database,
        ):
            tenants = Tenants(database)
            tenant = Tenant(await make_organisation(tenants))
            async with Tenants(stuck).transaction(tenant) as holder:
                await holder.fetch_optional(HOLD)
                waiting = [tenants.fetch_optional(tenant, HOLD) for _ in range(2)]
                found = await asyncio.gather(*waiting, return_exceptions=True)
                assert [type(each) for each in found] == [DatabaseUnavailable] * 2
                with pytest.raises(DatabaseUnavailable):
                    async with tenants.transaction(tenant) as transaction:
                        await transaction.fetch_optional(HOLD)
            row = await tenants.fetch_optional(tenant, HOLD)
            assert row is not None
            assert row.name == "Acme"

    asyncio.run(story())

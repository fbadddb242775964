"""A provider's sessions as they are noted here."""

import asyncio
from uuid import uuid4

import pytest

from playhead.kernel.auth import RefreshInvalid
from playhead.kernel.oidc.sessions import Noted, ProviderSessions
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.kernel.oidc.house import HERE
from tests.kernel.stage import NOW, make_person


def test_who_signs_in_again_revives_no_refresh_token_of_the_session_that_was_ended(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            noted = Noted(await make_person(tenants), uuid4())
            sessions = ProviderSessions(tenants, now=lambda: NOW)
            await sessions.begin(noted, "first", HERE)
            await sessions.begin(noted, "second", HERE)  # another tab: the first goes on
            assert await sessions.known("first", None) == noted
            assert await sessions.end(noted, HERE)
            await sessions.begin(noted, "third", HERE)

            for stolen in ("first", "second"):
                with pytest.raises(RefreshInvalid):
                    await sessions.known(stolen, None)
            assert await sessions.known("third", None) == noted

    asyncio.run(story())

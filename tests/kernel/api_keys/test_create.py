"""Making keys: what they may do, how many there may be, and what is kept of them."""

import asyncio
from dataclasses import replace

import pytest

from playhead.base.time import Micros
from playhead.kernel.api_keys import FIRST_SCOPES, FirstKey, TooManyKeys, create, parse_key, revoke
from playhead.kernel.api_keys.errors import ExpiryPassed, KeyScopeExceeded
from playhead.kernel.api_keys.model import MOST_LIVE_KEYS
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Scope
from playhead.storage.tenants import Tenant
from tests.kernel.api_keys.stage import READING, Stage, on_stage
from tests.kernel.stage import NOW

LATER = Micros(NOW + 1)


def test_only_the_hash_of_a_key_is_kept(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        issued = await stage.key()
        (row,) = await stage.stored()

        assert bytes(row.key_hash) == parse_key(issued.text).hash
        assert row.hint == issued.text[:14]
        assert issued.text[14:] not in str(row)
        assert issued.text[14:] not in str(await stage.log())
        assert issued.text not in repr(issued)

    on_stage(module_service_database_url, act)


def test_a_key_is_written_down_with_who_made_it(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        issued = await stage.key(is_test=True, limit_per_minute=7, expires_at=LATER)
        found = await stage.reader.find(stage.owner.org_id, issued.key.key_id)
        ((action, details),) = await stage.log()

        assert found == issued.key
        assert found.created_by == stage.owner.user_id
        assert action == "key.created"
        assert (details["test"], details["scopes"]) == (True, ["history:read"])

    on_stage(module_service_database_url, act)


def test_nobody_gives_a_key_more_than_they_have(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        author = replace(stage.author, scopes=frozenset({Scope.ADMIN}))
        with pytest.raises(KeyScopeExceeded) as refused:
            await create(stage.desk, author, READING, NOW)

        assert refused.value.fields["beyond"] == ["history:read"]
        assert await stage.stored() == []

    on_stage(module_service_database_url, act)


def test_a_key_cannot_expire_before_it_is_made(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        with pytest.raises(ExpiryPassed):
            await stage.key(expires_at=NOW)
        assert (await stage.key(expires_at=LATER)).key.settings.expires_at == LATER

    on_stage(module_service_database_url, act)


def test_an_organisation_has_a_hundred_live_keys_at_most(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        issued = [await stage.key() for _ in range(MOST_LIVE_KEYS - 2)]
        racing = [stage.key() for _ in range(4)]
        outcomes = await asyncio.gather(*racing, return_exceptions=True)
        refused = [each for each in outcomes if isinstance(each, TooManyKeys)]

        assert len(refused) == 2
        assert len(await stage.stored()) == MOST_LIVE_KEYS
        await revoke(stage.desk, stage.author, issued[0].key.key_id, NOW)
        await stage.key(expires_at=LATER)
        await stage.key(now=LATER)  # the one before has expired: it counts no more
        with pytest.raises(TooManyKeys):
            await stage.key(now=LATER)

    on_stage(module_service_database_url, act)


def test_the_first_key_comes_with_the_transaction_of_its_organisation(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        org_id, user_id = stage.owner.org_id, stage.owner.user_id
        async with stage.tenants.transaction(Tenant(org_id, user_id)) as transaction:
            text = await FirstKey(AuditLog()).create_first(
                transaction, org_id=org_id, user_id=user_id, now=NOW
            )
        (key,) = await stage.reader.page(org_id, revoked=False, limit=10)

        assert text.startswith(key.hint)
        assert key.settings.scopes == FIRST_SCOPES
        assert Scope.ADMIN not in FIRST_SCOPES
        assert [action for action, _ in await stage.log()] == ["key.created"]

    on_stage(module_service_database_url, act)

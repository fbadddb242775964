"""How callers stand, as the real database tells it: at once when cold, within seconds when warm."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from playhead.base.errors import PlayheadError
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.access import AccessRegister, Callers, parse_credentials
from playhead.kernel.access.warm import FRESH
from playhead.kernel.api_keys import new_key, revoke
from playhead.kernel.identity import (
    Caller,
    KeyInvalid,
    NoOrganisation,
    Role,
    Scope,
    TokenExpired,
    TokenInvalid,
    scopes_of,
)
from playhead.storage.tenants import Tenant
from tests.kernel.access.stage import Clock, House, in_house, make_session
from tests.kernel.stage import NOW, make_member, make_organisation, make_person

VISIBLE_WITHIN = 5_000_000


async def caller(
    house: House, callers: Callers, credential: str, *, org: UUID | None = None
) -> Caller:
    """Return the caller as the guard finds it: what is known, else what is looked up."""
    headers = [(b"authorization", b"Bearer " + credential.encode())]
    credentials = replace(parse_credentials(headers), asked=org)
    now = house.clock()
    standing = callers.known(credentials) or await callers.find(credentials, now)
    return standing.caller("192.0.2.1", "req_1", now)


def callers_of(house: House, clock: Clock | None = None) -> Callers:
    return Callers(house.register, house.tokens, now=clock or house.clock)


async def become(house: House, statement: str, **parameters: object) -> None:
    owner = house.stage.owner
    async with house.stage.tenants.transaction(owner.tenant) as transaction:
        assert await transaction.execute(statement, **parameters) == 1


def test_a_key_stands_for_its_organisation(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key()
        found = await caller(house, callers_of(house), issued.text)

        assert (found.org_id, found.key_id) == (house.stage.owner.org_id, issued.key.key_id)
        assert (found.user_id, found.role, found.plan) == (None, None, "free")
        assert found.scopes == {Scope.HISTORY_READ}

    in_house(module_service_database_url, act)


def test_a_warm_key_is_not_looked_up_and_neither_is_an_unknown_one(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        callers, text = callers_of(house), (await house.stage.key()).text
        for _ in range(5):
            await caller(house, callers, text)
        assert house.register.asked == 1

        unknown = new_key(is_test=False)
        for _ in range(5):
            with pytest.raises(KeyInvalid):
                await caller(house, callers, unknown)
        assert house.register.asked == 2

    in_house(module_service_database_url, act)


def test_many_who_come_at_once_are_one_look_up(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        callers, text = callers_of(house), (await house.stage.key()).text
        found = await asyncio.gather(*(caller(house, callers, text) for _ in range(50)))

        assert len(set(found)) == 1
        assert house.register.asked == 1

    in_house(module_service_database_url, act)


def test_a_revoked_key_is_refused_in_every_process_within_five_seconds(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key()
        processes = [callers_of(house), callers_of(house)]
        for callers in processes:
            await caller(house, callers, issued.text)

        await revoke(house.stage.desk, house.stage.author, issued.key.key_id, NOW)
        house.clock.pass_micros(FRESH)

        assert FRESH < VISIBLE_WITHIN
        for callers in processes:
            with pytest.raises(KeyInvalid):
                await caller(house, callers, issued.text)

    in_house(module_service_database_url, act)


def test_a_key_expires_to_the_microsecond_however_warm_it_is(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(expires_at=Micros(NOW + 10))
        callers = callers_of(house)
        house.clock.pass_micros(9)
        await caller(house, callers, issued.text)
        house.clock.pass_micros(1)
        with pytest.raises(KeyInvalid):
            await caller(house, callers, issued.text)

    in_house(module_service_database_url, act)


def test_a_key_of_one_organisation_is_refused_another(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        text, mine = (await house.stage.key()).text, house.stage.owner.org_id
        callers = callers_of(house)
        other = await make_organisation(house.stage.tenants)

        assert (await caller(house, callers, text, org=mine)).org_id == mine
        for org in (other, new_uuid(NOW)):
            with pytest.raises(NoOrganisation):
                await caller(house, callers, text, org=org)

    in_house(module_service_database_url, act)


def test_the_token_s_organisation_is_a_hint_that_membership_decides(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        tenants, owner = house.stage.tenants, house.stage.owner
        second, stranger = await make_organisation(tenants), await make_organisation(tenants)
        async with tenants.transaction(Tenant(second, owner.user_id)) as transaction:
            await transaction.execute(
                "INSERT INTO memberships VALUES (%(org)s, %(user)s, 'viewer', %(now)s)",
                org=second,
                user=owner.user_id,
                now=NOW + 1,
            )
        callers, tokens = callers_of(house), house.tokens
        plain = tokens.of(owner.user_id)
        hinted = tokens.of(owner.user_id, hint=second)
        wrong = tokens.of(owner.user_id, hint=stranger)

        assert (await caller(house, callers, plain)).org_id == owner.org_id
        assert (await caller(house, callers, hinted)).org_id == second
        assert (await caller(house, callers, wrong)).org_id == owner.org_id
        chosen = await caller(house, callers, plain, org=second)
        assert (chosen.org_id, chosen.role) == (second, Role.VIEWER)
        assert chosen.scopes == scopes_of(Role.VIEWER)
        for org in (stranger, new_uuid(NOW)):
            with pytest.raises(NoOrganisation):
                await caller(house, callers, plain, org=org)

    in_house(module_service_database_url, act)


def test_somebody_without_an_organisation_may_come_in_with_no_scope(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        user_id = await make_person(house.stage.tenants)
        found = await caller(house, callers_of(house), house.tokens.of(user_id))

        assert (found.user_id, found.org_id, found.role) == (user_id, None, None)
        assert found.scopes == frozenset()

    in_house(module_service_database_url, act)


def test_a_changed_role_counts_within_five_seconds(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        owner, callers = house.stage.owner, callers_of(house)
        token = house.tokens.of(owner.user_id)
        assert (await caller(house, callers, token)).role is Role.OWNER

        await become(
            house,
            "UPDATE memberships SET role = 'viewer' WHERE user_id = %(user)s",
            user=owner.user_id,
        )
        house.clock.pass_micros(FRESH)
        changed = await caller(house, callers, token)
        assert (changed.role, changed.scopes) == (Role.VIEWER, scopes_of(Role.VIEWER))

        await become(house, "DELETE FROM memberships WHERE user_id = %(user)s", user=owner.user_id)
        house.clock.pass_micros(FRESH)
        assert (await caller(house, callers, token)).org_id is None

    in_house(module_service_database_url, act)


def test_an_ended_session_is_over_within_five_seconds(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        owner, callers = house.stage.owner, callers_of(house)
        session = await make_session(house.stage.tenants, owner)
        token = house.tokens.of(owner.user_id, session_id=session)
        assert (await caller(house, callers, token)).session_id == session

        await become(
            house,
            "UPDATE sessions SET ended_at = %(now)s WHERE session_id = %(session)s",
            now=NOW,
            session=session,
        )
        house.clock.pass_micros(FRESH)
        with pytest.raises(TokenInvalid):
            await caller(house, callers, token)

    in_house(module_service_database_url, act)


def test_an_expired_session_or_somebody_else_s_is_no_session(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        tenants, owner = house.stage.tenants, house.stage.owner
        other = await make_member(tenants)
        expired = await make_session(tenants, owner, expires_at=NOW)
        theirs = await make_session(tenants, other)
        for session in (expired, theirs, new_uuid(NOW)):
            with pytest.raises(TokenInvalid):
                await caller(
                    house,
                    callers_of(house),
                    house.tokens.of(owner.user_id, session_id=session),
                )

    in_house(module_service_database_url, act)


def test_a_person_who_is_gone_is_nobody(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        with pytest.raises(TokenInvalid):
            await caller(house, callers_of(house), house.tokens.of(new_uuid(NOW)))

    in_house(module_service_database_url, act)


def test_a_token_expires_to_the_microsecond_however_warm_it_is(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        token = house.tokens.of(house.stage.owner.user_id, expires_at=Micros(NOW + 10))
        callers = callers_of(house)
        house.clock.pass_micros(9)
        await caller(house, callers, token)
        house.clock.pass_micros(1)
        with pytest.raises(TokenExpired):
            await caller(house, callers, token)

    in_house(module_service_database_url, act)


@pytest.mark.parametrize(("token", "error"), [("odd", TokenInvalid), ("old", TokenExpired)])
def test_a_bad_token_is_read_once_and_never_looked_up(
    module_service_database_url: str, token: str, error: type[PlayheadError]
) -> None:
    async def act(house: House) -> None:
        callers = callers_of(house)
        house.tokens.expired.add("old")
        for _ in range(3):
            with pytest.raises(error):
                await caller(house, callers, token)

        assert (house.tokens.reads, house.register.asked) == (1, 0)

    in_house(module_service_database_url, act)


def test_cold_look_ups_see_only_what_their_tenant_may(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        register = AccessRegister(house.stage.tenants)
        issued = await house.stage.key()
        found = await register.find_key(issued.hash)
        assert found is not None
        assert found.org_id == house.stage.owner.org_id
        assert await register.find_key(b"\0" * 32) is None

    in_house(module_service_database_url, act)

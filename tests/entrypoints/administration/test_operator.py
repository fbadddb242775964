"""What an operator may do at the shell, over a real database."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.entrypoints.administration import (
    Administration,
    Joining,
    Newcomer,
    OrganisationAmbiguous,
    OrganisationUnknown,
    PersonUnknown,
    create_key,
    create_organisation,
    create_person,
    demo_key,
    find_organisation,
    find_person,
    has_keys,
    keys_of,
    new_signing_key,
    organisations,
    people,
    revoke_keys,
    set_password,
    sign_out,
)
from playhead.entrypoints.administration.demo import DEMO_ORG
from playhead.entrypoints.administration.errors import (
    KeyUnknown,
    MasterKeyMissing,
    PersonExists,
    SchemaTooOld,
)
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import FIRST_SCOPES, KeyReader, KeySettings, KeyState, parse_key
from playhead.kernel.audit import AuditReader, Filters
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.sessions import Session, SessionRows
from playhead.kernel.auth.signing import KeyRing, SigningKeys, SigningPolicy
from playhead.kernel.identity import Role, Scope
from playhead.kernel.identity.model import KEY_PREFIX
from playhead.kernel.people import People, Person, parse_email
from playhead.storage.postgres import Database
from playhead.storage.sealing import SealBroken, Sealer
from playhead.storage.tenants import SystemView, Tenant
from tests.entrypoints.administration.stage import as_operator, operating
from tests.entrypoints.whole import CHEAP

BOT = KeySettings("bot", FIRST_SCOPES)
ADA = Newcomer(parse_email("Ada@example.org"), "Ada", "Lovelace", "Engines", "correct horse")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return operating(tmp_path, database_url)


async def log_of(desk: Administration, org_id: UUID) -> list[tuple[str, str]]:
    found = await AuditReader(desk.tenants).page(org_id, Filters(), limit=100)
    return [(entry.actor, entry.action) for entry in reversed(found)]


async def person(desk: Administration, user_id: UUID) -> Person:
    async with desk.tenants.transaction(Tenant(user_id=user_id)) as transaction:
        return await People(transaction).find(user_id)


async def sign_in(desk: Administration, user_id: UUID) -> None:
    now = desk.now()
    later = Micros(now + 10**12)
    session = Session(new_uuid(now), user_id, None, now, now, later, None, "127.0.0.1", "test")
    async with desk.tenants.transaction(Tenant(user_id=user_id)) as transaction:
        await SessionRows(transaction).add(session, session.session_id.bytes, most=9)


def test_an_organisation_of_the_operator_has_their_plan_and_a_log(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        org_id = await create_organisation(desk, "Research")
        (found,) = await organisations(desk, limit=9)

        assert (found.org_id, found.name, found.plan) == (org_id, "Research", "operator")
        assert (found.members, found.live_keys) == (0, 0)
        assert await log_of(desk, org_id) == [("operator", "org.created")]

    as_operator(settings, act)


def test_an_organisation_is_found_by_id_by_name_and_alone(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        with pytest.raises(OrganisationUnknown, match="playhead orgs create"):
            await find_organisation(desk, None)
        org_id = await create_organisation(desk, "Research")
        (made,) = await organisations(desk, part="SEAR", limit=9)

        for named in (None, "Research", made.id):
            assert (await find_organisation(desk, named)).org_id == org_id
        with pytest.raises(OrganisationUnknown, match="'research'"):
            await find_organisation(desk, "research")

    as_operator(settings, act)


def test_of_several_organisations_one_has_to_be_named(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        for name in ("One", "Two", "Two"):
            await create_organisation(desk, name)

        with pytest.raises(OrganisationAmbiguous, match=r"--org: org_\w+ \(One\), org_"):
            await find_organisation(desk, None)
        with pytest.raises(OrganisationAmbiguous, match="several organisations named 'Two'"):
            await find_organisation(desk, "Two")

    as_operator(settings, act)


def test_a_key_is_made_listed_and_revoked_twice_to_the_same_end(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        org_id = await create_organisation(desk, "Research")
        issued = await create_key(desk, org_id, BOT)
        named = format_id(KEY_PREFIX, issued.key.key_id)

        assert await keys_of(desk, org_id, limit=9) == [issued.key]
        (first,) = await revoke_keys(desk, [named])
        (again,) = await revoke_keys(desk, [named])
        assert first == again
        assert await keys_of(desk, org_id, limit=9) == []
        assert (await log_of(desk, org_id))[1:] == [
            ("operator", "key.created"),
            ("operator", "key.revoked"),
        ]

    as_operator(settings, act)
    assert not has_keys(settings)


def test_an_unknown_key_keeps_the_others_from_being_revoked(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        org_id = await create_organisation(desk, "Research")
        issued = await create_key(desk, org_id, BOT)
        nobodys = format_id(KEY_PREFIX, UUID(int=1))

        with pytest.raises(KeyUnknown, match=nobodys):
            await revoke_keys(desk, [format_id(KEY_PREFIX, issued.key.key_id), nobodys])
        assert await keys_of(desk, org_id, limit=9) == [issued.key]

    as_operator(settings, act)
    assert has_keys(settings)


def test_a_demo_revokes_the_keys_of_earlier_demos_and_no_others(settings: Settings) -> None:
    first = demo_key(settings)
    own = as_operator(settings, lambda desk: create_key(desk, DEMO_ORG, BOT))
    second = demo_key(settings)

    async def act(desk: Administration) -> None:
        (org,) = await organisations(desk, limit=9)
        assert (org.name, org.plan, org.live_keys) == ("Demo", "operator", 2)
        states = {
            key.hint: key.state(desk.now())
            for key in await KeyReader(desk.tenants).page(DEMO_ORG, revoked=True, limit=9)
        }
        assert states[parse_key(first).hint] is KeyState.REVOKED
        assert states[parse_key(second).hint] is KeyState.LIVE
        assert states[own.key.hint] is KeyState.LIVE

    as_operator(settings, act)


def test_somebody_new_owns_an_organisation_and_has_their_password(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        user_id = await create_person(desk, ADA, costs=CHEAP)
        (listed,) = await people(desk, part="ADA@", limit=9)
        kept = await person(desk, user_id)
        (org,) = await organisations(desk, limit=9)

        assert listed.organisations == (("Engines", "owner"),)
        assert (listed.email, listed.is_verified) == ("Ada@example.org", True)
        assert (org.plan, org.members) == ("free", 1)
        assert await log_of(desk, org.org_id) == [("operator", "org.created")]
        with Passwords.open(CHEAP) as passwords:
            assert await passwords.matches("correct horse", kept.password_hash)

    as_operator(settings, act)


def test_somebody_new_joins_an_organisation_without_a_password(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        org_id = await create_organisation(desk, "Research")
        joining = Joining(org_id, Role.EDITOR)
        user_id = await create_person(desk, Newcomer(ADA.email, "Ada", "L", joining))

        assert (await person(desk, user_id)).password_hash is None
        assert (await people(desk, limit=9))[0].organisations == (("Research", "editor"),)
        assert (await log_of(desk, org_id))[-1] == ("operator", "member.joined")

    as_operator(settings, act)


def test_an_address_is_taken_once_and_nothing_is_left_behind(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        await create_person(desk, ADA, costs=CHEAP)
        with pytest.raises(PersonExists, match="nothing was changed"):
            await create_person(desk, ADA, costs=CHEAP)

        assert len(await organisations(desk, limit=9)) == 1

    as_operator(settings, act)


def test_another_password_ends_every_session_and_is_told(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        user_id = await create_person(desk, ADA, costs=CHEAP)
        await sign_in(desk, user_id)
        assert await find_person(desk, "ADA@example.org") == user_id

        assert await set_password(desk, user_id, "another horse", costs=CHEAP) == 1
        kept = await person(desk, user_id)
        (listed,) = await people(desk, limit=9)
        (org,) = await organisations(desk, limit=9)
        async with desk.view.transaction() as transaction:
            (mail,) = await transaction.fetch_all("SELECT attempts FROM outgoing_mail")

        assert listed.live_sessions == 0
        assert mail.attempts == 0
        assert (await log_of(desk, org.org_id))[-1] == ("operator", "password.changed")
        with Passwords.open(CHEAP) as passwords:
            assert await passwords.matches("another horse", kept.password_hash)
            assert not await passwords.matches("correct horse", kept.password_hash)

    as_operator(settings, act)


def test_signing_out_ends_what_goes_on_and_is_told_once(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        user_id = await create_person(desk, ADA, costs=CHEAP)
        await sign_in(desk, user_id)
        await sign_in(desk, user_id)
        (org,) = await organisations(desk, limit=9)

        assert [await sign_out(desk, user_id), await sign_out(desk, user_id)] == [2, 0]
        assert [action for _, action in await log_of(desk, org.org_id)].count("session.ended") == 1
        with pytest.raises(PersonUnknown, match=r"bob@example\.org"):
            await find_person(desk, "bob@example.org")

    as_operator(settings, act)


def test_the_operators_view_of_all_changes_nothing(settings: Settings) -> None:
    async def act(desk: Administration) -> None:
        org_id = await create_organisation(desk, "Research")
        with pytest.raises(Exception, match="read-only transaction"):
            async with desk.view.transaction() as transaction:
                await transaction.execute("UPDATE organisations SET name = 'Mine'")

        assert (await find_organisation(desk, None)).name == "Research"
        async with desk.tenants.transaction(Tenant()) as transaction:
            assert await transaction.fetch_all("SELECT org_id FROM organisations") == []
        await create_key(desk, org_id, KeySettings("all", frozenset(Scope)))

    as_operator(settings, act)


def test_whoever_serves_requests_cannot_look_across_tenants(service_database_url: str) -> None:
    async def act() -> None:
        async with (
            Database.open(service_database_url, connections=1) as database,
            SystemView(database).transaction() as transaction,
        ):
            await transaction.fetch_all("SELECT org_id FROM organisations")

    with pytest.raises(Exception, match="permission denied to set role"):
        asyncio.run(act())


def test_a_database_without_accounts_is_told_in_a_sentence(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    bare = empty_postgres_url.replace("/playhead?", "/postgres?")
    with pytest.raises(SchemaTooOld, match="playhead up"):
        demo_key(operating(tmp_path, bare))


def test_in_another_home_nothing_is_done_and_no_master_key_made(
    tmp_path: Path, database_url: str
) -> None:
    settings = Settings(home=tmp_path, database_url=database_url)

    with pytest.raises(MasterKeyMissing, match="set PLAYHEAD_HOME"):
        as_operator(settings, lambda desk: create_organisation(desk, "Research"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("withdraw", [True, False])
def test_a_new_signing_key_signs_what_the_lost_master_key_can_no_more(
    settings: Settings, withdraw: bool
) -> None:
    async def deed(desk: Administration) -> None:
        def ring(sealer: Sealer) -> KeyRing:
            keys = SigningKeys(desk.tenants)
            return KeyRing(keys, sealer, now=desk.now, policy=SigningPolicy())

        old = (await ring(Sealer([b"x" * 32])).signer()).key.key_id
        sealer = open_sealer(settings)
        made = await new_signing_key(desk, sealer, withdraw=withdraw)
        kept = ring(sealer)
        signer = await kept.signer()

        assert signer.key.key_id == (made if withdraw else old)
        assert made in {each["kid"] for each in await kept.published()}
        if withdraw:
            assert signer.sign(b"text")
        else:
            with pytest.raises(SealBroken):
                signer.sign(b"text")

    as_operator(settings, deed)

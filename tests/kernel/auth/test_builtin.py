"""Signing up, in and out with a password that is kept here."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from argon2 import Parameters, Type, extract_parameters
from argon2.profiles import CHEAPEST

from playhead.base.ids import format_id
from playhead.kernel.auth import CredentialsWrong, NewPerson, ProviderUnknown, SignedUp
from playhead.kernel.auth.model import FlowEnd
from playhead.kernel.auth.pace import Pace
from playhead.kernel.identity import Role, TokenExpired
from playhead.kernel.people import EmailTaken, People, Person, parse_email
from playhead.storage.tenants import NOBODY, Tenant
from tests.kernel.auth.stage import ELSEWHERE, HERE, PASSWORD, Stage, new_address, opened
from tests.kernel.stage import make_organisation, make_person

Story = Callable[[Stage], Coroutine[None, None, None]]


def play(url: str, story: Story, *, parameters: Parameters = CHEAPEST) -> None:
    async def run() -> None:
        async with opened(url, parameters=parameters) as stage:
            await story(stage)

    asyncio.run(run())


async def person_of(stage: Stage, signed_up: SignedUp) -> Person:
    async with stage.tenants.transaction(Tenant(user_id=signed_up.user_id)) as transaction:
        return await People(transaction).find(signed_up.user_id)


def test_a_sign_up_makes_person_organisation_owner_key_mail_and_session(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        ada = await stage.sign_up(address)
        tenant = Tenant(ada.org_id, ada.user_id)
        person = await person_of(stage, ada)
        async with stage.tenants.transaction(tenant) as transaction:
            (belonging,) = await People(transaction).belongings()
        keys = await stage.tenants.fetch_all(tenant, "SELECT created_by FROM api_keys")
        claims = await stage.builtin.sign_in.read(ada.tokens.access_token)

        assert (person.email, person.email_verified_at) == (address, None)
        assert person.password_hash is not None
        assert PASSWORD not in person.password_hash
        assert (belonging.name, belonging.role) == ("Ada's organisation", Role.OWNER)
        assert (claims.user_id, claims.org_hint) == (ada.user_id, ada.org_id)
        assert ada.api_key.startswith("ph_live_")
        assert [key.created_by for key in keys] == [ada.user_id]
        assert stage.post.mails[0].recipient == address
        assert await stage.is_live(ada.tokens.access_token)
        assert "sign_up" in await stage.actions(ada.org_id)

    play(module_service_database_url, story)


def test_a_duplicate_email_is_refused_however_it_is_spelt(module_service_database_url: str) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        await stage.sign_up(address)
        for spelt in (address, address.upper()):
            with pytest.raises(EmailTaken):
                await stage.sign_up(spelt)

    play(module_service_database_url, story)


def test_of_two_sign_ups_with_one_address_at_once_exactly_one_is_let_in(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        ends = await asyncio.gather(
            *(stage.sign_up(address) for _ in range(6)), return_exceptions=True
        )

        assert sum(isinstance(end, SignedUp) for end in ends) == 1
        assert sum(isinstance(end, EmailTaken) for end in ends) == 5

    play(module_service_database_url, story)


def test_the_right_password_signs_in_and_a_wrong_one_does_not(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        ada = await stage.sign_up(address)
        tokens = await stage.builtin.sign_in.sign_in(parse_email(address), PASSWORD, HERE)
        assert await stage.is_live(tokens.access_token)
        for wrong in ("", "short", PASSWORD.upper(), "x" * 1000):
            with pytest.raises(CredentialsWrong):
                await stage.builtin.sign_in.sign_in(parse_email(address), wrong, ELSEWHERE)

        entries = await stage.log(ada.org_id)
        assert [entry.action for entry in entries[:5]] == [
            *4 * ["sign_in.failed"],
            "sign_in.succeeded",
        ]
        # It was done to them, from there; nobody knows by whom.
        assert (entries[0].address, entries[0].actor) == (ELSEWHERE.address, "somebody")
        assert entries[0].subject == entries[4].actor == format_id("usr", ada.user_id)

    play(module_service_database_url, story)


def test_an_unknown_address_and_a_wrong_password_are_told_alike(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        await stage.sign_up(address)
        without_password = new_address()
        await make_person(stage.tenants, without_password)
        told = []
        for email in (address, new_address(), without_password):
            with pytest.raises(CredentialsWrong) as refused:
                await stage.builtin.sign_in.sign_in(parse_email(email), "not this one", HERE)
            told.append((refused.value.code, refused.value.message, refused.value.fields))

        assert told[0] == told[1] == told[2]

    play(module_service_database_url, story)


def test_refusals_come_at_the_same_beat_whether_or_not_there_is_an_account(
    module_service_database_url: str,
) -> None:
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    async def story() -> None:
        times = iter([0.0, 0.03, 10.0, 10.3])
        pace = Pace(0.25, elapsed=lambda: next(times), sleep=note)
        async with opened(module_service_database_url, pace=pace) as stage:
            address = new_address()
            await stage.sign_up(address)
            for email in (address, new_address()):
                with pytest.raises(CredentialsWrong):
                    await stage.builtin.sign_in.sign_in(parse_email(email), "wrong", HERE)

    asyncio.run(story())
    assert waited == pytest.approx([0.22, 0.20])


def test_signing_in_makes_an_outdated_hash_anew(module_service_database_url: str) -> None:
    dearer = Parameters(Type.ID, 19, 16, 32, time_cost=2, memory_cost=16, parallelism=1)

    async def story(stage: Stage) -> None:
        await stage.builtin.sign_in.sign_in(parse_email(address), PASSWORD, HERE)
        person = await person_of(stage, people[0])
        assert extract_parameters(person.password_hash or "") == dearer
        await stage.builtin.sign_in.sign_in(parse_email(address), PASSWORD, HERE)

    address, people = new_address(), []

    async def before(stage: Stage) -> None:
        people.append(await stage.sign_up(address))

    play(module_service_database_url, before)
    play(module_service_database_url, story, parameters=dearer)


def test_sign_ins_are_told_to_every_organisation_of_the_person(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        address = new_address()
        ada = await stage.sign_up(address)
        second = await make_organisation(stage.tenants)
        async with stage.tenants.transaction(Tenant(second, ada.user_id)) as transaction:
            await transaction.execute(
                "INSERT INTO memberships VALUES (%(org)s, %(user)s, 'viewer', 1900000000000000)",
                org=second,
                user=ada.user_id,
            )
        await stage.builtin.sign_in.sign_in(parse_email(address), PASSWORD, HERE)
        with pytest.raises(CredentialsWrong):
            await stage.builtin.sign_in.sign_in(parse_email(address), "wrong", HERE)

        expected = ["sign_in.failed", "sign_in.succeeded"]
        assert await stage.actions(second) == expected
        assert (await stage.actions(ada.org_id))[:2] == expected

    play(module_service_database_url, story)


def test_sign_out_is_idempotent_and_effective(module_service_database_url: str) -> None:
    async def story(stage: Stage) -> None:
        by_access, by_refresh = await stage.sign_up(), await stage.sign_up()
        out = stage.builtin.sign_in.sign_out
        for _ in range(2):
            await out(by_access.tokens.access_token, None, HERE)
            await out(None, by_refresh.tokens.refresh_token, HERE)
        await out(None, None, HERE)
        await out("garbage", "ph_refresh_garbage", HERE)

        assert not await stage.is_live(by_access.tokens.access_token)
        assert not await stage.is_live(by_refresh.tokens.access_token)
        assert (await stage.actions(by_access.org_id))[0] == "session.ended"

    play(module_service_database_url, story)


def test_an_expired_access_token_still_says_which_session_to_end(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        ada = await stage.sign_up()
        stage.clock.pass_seconds(1000)
        with pytest.raises(TokenExpired):
            await stage.builtin.sign_in.read(ada.tokens.access_token)
        await stage.builtin.sign_in.sign_out(ada.tokens.access_token, None, HERE)

        assert await stage.builtin.sessions.live(ada.user_id) == []

    play(module_service_database_url, story)


def test_nobody_can_sign_in_with_a_provider_that_is_not_there(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        sign_in = stage.builtin.sign_in
        assert sign_in.capabilities().providers == ()
        with pytest.raises(ProviderUnknown):
            await sign_in.begin_oauth("google", None, HERE)
        with pytest.raises(ProviderUnknown):
            await sign_in.finish_oauth(FlowEnd("code", "state", "", "https://x.test"), HERE)

    play(module_service_database_url, story)


def test_a_sign_up_that_fails_half_way_leaves_nothing(module_service_database_url: str) -> None:
    async def story(stage: Stage) -> None:
        address = parse_email(new_address())
        new = NewPerson(address, PASSWORD, "Ada", "Lovelace", organisation="x" * 101)
        with pytest.raises(Exception, match="organisations_name_check"):
            await stage.builtin.sign_in.sign_up(new, HERE)

        async with stage.tenants.transaction(NOBODY) as transaction:
            assert await People(transaction).id_by_email(address.key) is None

    play(module_service_database_url, story)

"""People in the database, each seen by nobody but themselves."""

import asyncio

import pytest

from playhead.base.ids import new_uuid
from playhead.kernel.identity import Role
from playhead.kernel.people import EmailTaken, People, PersonNotFound, parse_email
from playhead.storage.postgres import Database
from playhead.storage.tenants import NOBODY, Tenant, Tenants
from tests.kernel.stage import NOW, make_member, make_person


async def add(tenants: Tenants, address: str) -> Tenant:
    tenant = Tenant(user_id=new_uuid(NOW))
    assert tenant.user_id is not None
    async with tenants.transaction(tenant) as transaction:
        await People(transaction).add(
            tenant.user_id,
            parse_email(address),
            first_name="Ada",
            last_name="Lovelace",
            password_hash="kept",
            now=NOW,
        )
    return tenant


def test_a_person_is_found_by_themselves_and_their_id_by_their_address(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            tenant = await add(tenants, "Ada@example.org")
            assert tenant.user_id is not None
            async with tenants.transaction(tenant) as transaction:
                person = await People(transaction).find(tenant.user_id)
            async with tenants.transaction(NOBODY) as transaction:
                found = await People(transaction).id_by_email("ada@example.org")
                with pytest.raises(PersonNotFound):
                    await People(transaction).find(tenant.user_id)

            assert (person.email, person.email_key) == ("Ada@example.org", "ada@example.org")
            assert (person.password_set_at, person.email_verified_at) == (NOW, None)
            assert "kept" not in repr(person)
            assert found == tenant.user_id

    asyncio.run(story())


def test_an_address_is_given_once_though_its_owner_cannot_be_seen(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            await add(tenants, "grace@example.org")
            with pytest.raises(EmailTaken):
                await add(tenants, "Grace@Example.org")

    asyncio.run(story())


def test_nobody_reads_or_changes_another_person(module_service_database_url: str) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            victim = await make_person(tenants)
            eve = await make_person(tenants)
            async with tenants.transaction(Tenant(user_id=eve)) as transaction:
                people = People(transaction)
                await people.set_password(victim, "stolen", NOW)
                await people.rename(victim, first_name="Eve", last_name=None, now=NOW)
                for look in (people.find, people.lock):
                    with pytest.raises(PersonNotFound):
                        await look(victim)
            async with tenants.transaction(Tenant(user_id=victim)) as transaction:
                person = await People(transaction).find(victim)

            assert (person.first_name, person.password_hash) == ("Ada", None)

    asyncio.run(story())


def test_belongings_are_those_of_the_person_whom_the_transaction_names(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            member = await make_member(tenants, Role.EDITOR)
            await make_member(tenants)
            async with tenants.transaction(Tenant(user_id=member.user_id)) as transaction:
                (belonging,) = await People(transaction).belongings()
            async with tenants.transaction(NOBODY) as transaction:
                nobodys = await People(transaction).belongings()

            assert (belonging.org_id, belonging.role) == (member.org_id, Role.EDITOR)
            assert nobodys == []

    asyncio.run(story())

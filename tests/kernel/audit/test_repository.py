"""The audit log only grows, in order, for its own tenant."""

import asyncio
import json
from uuid import UUID

import psycopg
import pytest

from playhead.kernel.audit import AuditReader, Filters
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.audit.log import append, opened, verified
from tests.kernel.stage import make_organisation

WRITERS = 32


def test_entries_of_concurrent_transactions_form_one_unbroken_chain(
    service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(service_database_url, connections=WRITERS) as tenants:
            org_id = await make_organisation(tenants)
            await asyncio.gather(*(append(tenants, org_id, number=n) for n in range(WRITERS)))
            entries = await AuditReader(tenants).page(org_id, Filters(), limit=100)
            found = await verified(tenants, org_id)

        assert [each.number for each in entries] == list(range(WRITERS, 0, -1))
        assert {each.subject for each in entries} == {f"it_{n}" for n in range(WRITERS)}
        assert (found.broken, found.entries, found.last) == (None, WRITERS, found.head)

    asyncio.run(story())


def test_an_entry_tells_what_it_was_given_in_its_columns_and_in_its_text(
    service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            await append(tenants, org_id, number=1)
            (entry,) = await AuditReader(tenants).page(org_id, Filters(), limit=10)

        told = json.loads(entry.entry)
        assert told.pop("organisation") == str(org_id)
        assert told == {
            "number": 1,
            "at": entry.at,
            "actor": "test",
            "action": "org.updated",
            "subject": "it_1",
            "details": {"number": 1, "text": "è\ufffd\ufffd", "list": [1, True, None]},
            "address": "192.0.2.1",
            "request_id": "req_1",
        }
        assert json.loads(entry.details) == told["details"]

    asyncio.run(story())


def test_work_that_is_rolled_back_leaves_no_entry_and_no_hole(service_database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            await append(tenants, org_id)
            with pytest.raises(psycopg.errors.DivisionByZero):
                await _append_and_fail(tenants, org_id)
            await append(tenants, org_id)
            found = await verified(tenants, org_id)

        assert (found.broken, found.last.number) == (None, 2)

    asyncio.run(story())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SELECT * FROM audit_heads",
        "UPDATE audit_heads SET number = 0",
        "INSERT INTO audit_heads SELECT gen_random_uuid(), 1, ''",
        "DELETE FROM audit_heads",
        "ALTER TABLE audit_log DISABLE TRIGGER chain",
        "SET session_replication_role = replica",
    ],
)
def test_the_role_that_serves_can_neither_change_nor_shorten_the_log(
    statement: str, module_service_database_url: str
) -> None:
    with (
        psycopg.connect(module_service_database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_numbers_and_hashes_are_never_the_writers_choice(module_service_database_url: str) -> None:
    async def story() -> None:
        async with opened(module_service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            async with tenants.transaction(Tenant(org_id)) as transaction:
                await transaction.execute(
                    "INSERT INTO audit_log VALUES"
                    " (%(org)s, 77, 1, '', '', '', '{}', '', '', 'mine', 'x', 'y')",
                    org=org_id,
                )
            found = await verified(tenants, org_id)

        assert (found.broken, found.last.number) == (None, 1)

    asyncio.run(story())


def test_another_tenant_reads_and_writes_none_of_it(module_service_database_url: str) -> None:
    async def story() -> None:
        async with opened(module_service_database_url) as tenants:
            ours, theirs = await make_organisation(tenants), await make_organisation(tenants)
            await append(tenants, theirs)
            query = "SELECT * FROM audit_log"
            assert await tenants.fetch_all(Tenant(ours), query) == []
            assert await tenants.fetch_all(Tenant(), query) == []
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await tenants.fetch_all(
                    Tenant(ours),
                    "INSERT INTO audit_log (org_id, at, actor, action, subject, details,"
                    " address, request_id) VALUES (%(org)s, 1, '', '', '', '{}', '', '')"
                    " RETURNING 1",
                    org=theirs,
                )
            assert (await verified(tenants, theirs)).head.number == 1

    asyncio.run(story())


async def _append_and_fail(tenants: Tenants, org_id: UUID) -> None:
    async with tenants.transaction(Tenant(org_id)) as transaction:
        await transaction.execute(
            "INSERT INTO audit_log (org_id, at, actor, action, subject, details, address,"
            " request_id) VALUES (%(org)s, 1, '', '', '', '{}', '', '')",
            org=org_id,
        )
        await transaction.fetch_all("SELECT 1 / 0")


def test_of_an_organisation_that_is_deleted_in_the_meantime_nothing_is_told(
    service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(service_database_url, connections=WRITERS) as tenants:
            org_id = await make_organisation(tenants)

            async def delete() -> None:
                async with tenants.transaction(Tenant(org_id)) as transaction:
                    await transaction.execute("DELETE FROM organisations")

            writers = [append(tenants, org_id, number=n) for n in range(WRITERS - 1)]
            half = len(writers) // 2
            await asyncio.gather(*writers[:half], delete(), *writers[half:])
            await append(tenants, org_id, number=WRITERS)

            assert await AuditReader(tenants).page(org_id, Filters(), limit=100) == []

    asyncio.run(story())

"""Whatever a superuser does to the audit log is found, and where."""

import asyncio

import pytest

from playhead.kernel.audit import AuditReader, Break, EntryNotFound, verify
from playhead.kernel.audit.chain import Reason
from tests.kernel.audit.log import append, opened, tamper, verified
from tests.kernel.stage import make_organisation

HASHED = "sha256(previous_hash || convert_to(entry, 'UTF8'))"
TAMPERING = [
    ("UPDATE audit_log SET actor = 'nobody' WHERE number = 2", 2, Reason.COLUMNS_DIFFER),
    ("UPDATE audit_log SET details = '{}' WHERE number = 3", 3, Reason.COLUMNS_DIFFER),
    ("UPDATE audit_log SET entry = replace(entry, 'it_1', 'it_7')", 2, Reason.ALTERED),
    (
        "UPDATE audit_log SET entry = replace(entry, '192', '193'), hash ="
        " sha256(previous_hash || convert_to(replace(entry, '192', '193'), 'UTF8'))"
        " WHERE number = 2",
        2,
        Reason.COLUMNS_DIFFER,
    ),
    (f"UPDATE audit_log SET previous_hash = 'x', hash = {HASHED}", 1, Reason.ALTERED),
    ("DELETE FROM audit_log WHERE number = 1", 1, Reason.MISSING),
    ("DELETE FROM audit_log WHERE number = 3", 3, Reason.MISSING),
    ("DELETE FROM audit_log WHERE number >= 4", 4, Reason.MISSING),
    ("DELETE FROM audit_log", 1, Reason.MISSING),
    ("UPDATE audit_log SET number = 9 WHERE number = 5", 5, Reason.MISSING),
    ("UPDATE audit_heads SET hash = 'other'", 5, Reason.ALTERED),
]


@pytest.mark.parametrize(("statement", "number", "reason"), TAMPERING)
def test_tampering_is_found_where_it_begins(
    statement: str, number: int, reason: Reason, service_database_url: str, database_url: str
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            for index in range(5):
                await append(tenants, org_id, number=index)
            assert (await verified(tenants, org_id)).broken is None
            tamper(database_url, statement)
            assert (await verified(tenants, org_id)).broken == Break(number, reason)
            await append(tenants, org_id, number=5)  # what is written later hides nothing
            assert (await verified(tenants, org_id)).broken is not None

    asyncio.run(story())


def test_an_empty_log_is_whole(module_service_database_url: str) -> None:
    async def story() -> None:
        async with opened(module_service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            found = await verified(tenants, org_id)

        assert (found.broken, found.entries, found.head.number) == (None, 0, 0)

    asyncio.run(story())


def test_a_long_chain_is_followed_in_several_passes(module_service_database_url: str) -> None:
    async def story() -> None:
        async with opened(module_service_database_url) as tenants:
            org_id = await make_organisation(tenants)
            for index in range(5):
                await append(tenants, org_id, number=index)
            log = AuditReader(tenants)
            passes = [await verify(log, org_id, after=after, most=2) for after in (0, 2, 4)]
            with pytest.raises(EntryNotFound):
                await verify(log, org_id, after=6)

        assert [(each.entries, each.is_complete) for each in passes] == [
            (2, False),
            (2, False),
            (1, True),
        ]
        assert {each.broken for each in passes} == {None}

    asyncio.run(story())

"""The audit log over HTTP."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from playhead.base.time import Micros, format_instant
from playhead.kernel.audit import AuditReader
from playhead.kernel.audit.dependencies import install_audit
from playhead.kernel.audit.router import router
from playhead.kernel.identity import Caller, Role
from playhead.storage.tenants import Tenants
from tests.kernel.asking import Desk, code
from tests.kernel.audit.log import append, opened
from tests.kernel.stage import NOW, Member, caller_for, make_member


@asynccontextmanager
async def desk_with(url: str, entries: int) -> AsyncIterator[tuple[Tenants, Desk, Member]]:
    async with opened(url) as tenants:
        owner = await make_member(tenants)
        for number in range(entries):
            await append(tenants, owner.org_id, number=number, actor=f"usr_{number}")
        log = AuditReader(tenants)
        yield tenants, Desk([router], lambda app: install_audit(app, log), now=lambda: NOW), owner


def test_pages_go_from_the_newest_to_the_oldest(module_service_database_url: str) -> None:
    async def story() -> None:
        async with desk_with(module_service_database_url, 5) as (_, desk, owner):
            first = await desk.ask(caller_for(owner), "GET", "/audit", limit="3")
            cursor = first.json()["next_cursor"]
            second = await desk.ask(caller_for(owner), "GET", "/audit", limit="3", cursor=cursor)

        assert [each["number"] for each in first.json()["data"]] == [5, 4, 3]
        assert [each["number"] for each in second.json()["data"]] == [2, 1]
        assert (first.json()["has_more"], second.json()["has_more"]) == (True, False)

    asyncio.run(story())


def test_an_entry_shows_the_text_and_the_hash_that_anybody_can_compute(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with desk_with(module_service_database_url, 2) as (_, desk, owner):
            answer = await desk.ask(caller_for(owner), "GET", "/audit")
        second, first = answer.json()["data"]

        text = bytes.fromhex(second["previous_hash"]) + second["entry"].encode()
        assert second["hash"] == hashlib.sha256(text).hexdigest()
        assert second["previous_hash"] == first["hash"]
        assert second["details"]["number"] == 1
        assert second["at"] == format_instant(Micros(NOW + 1))

    asyncio.run(story())


def test_entries_are_found_by_action_actor_and_time(module_service_database_url: str) -> None:
    async def story() -> None:
        async with desk_with(module_service_database_url, 4) as (_, desk, owner):

            async def numbers(**params: str) -> list[int]:
                answer = await desk.ask(caller_for(owner), "GET", "/audit", None, **params)
                return [each["number"] for each in answer.json()["data"]]

            at = [format_instant(Micros(NOW + late)) for late in range(4)]
            assert await numbers(action="org.") == [4, 2]
            assert await numbers(action="key.created") == [3, 1]
            assert await numbers(actor="usr_2") == [3]
            assert await numbers(**{"from": at[1], "to": at[3]}) == [3, 2]
            empty = await desk.ask(
                caller_for(owner), "GET", "/audit", None, **{"from": at[1], "to": at[1]}
            )
            assert code(empty) == (422, "request.invalid")

    asyncio.run(story())


def test_only_who_administers_reads_it_and_only_their_own(module_service_database_url: str) -> None:
    async def story() -> None:
        async with desk_with(module_service_database_url, 1) as (tenants, desk, owner):
            editor = await make_member(tenants, Role.EDITOR, org_id=owner.org_id)
            stranger = await make_member(tenants)
            homeless = replace(caller_for(owner), org_id=None)
            answers = [
                code(await desk.ask(caller, "GET", path))
                for path in ("/audit", "/audit/verify")
                for caller in (caller_for(editor), homeless)
            ]
            theirs = await desk.ask(caller_for(stranger), "GET", "/audit")

        assert answers == [(403, "auth.scope_missing"), (403, "org.none")] * 2
        assert theirs.json()["data"] == []

    asyncio.run(story())


def test_verification_says_what_was_found(module_service_database_url: str) -> None:
    async def story() -> None:
        async with desk_with(module_service_database_url, 3) as (_, desk, owner):
            caller: Caller = caller_for(owner)
            whole = (await desk.ask(caller, "GET", "/audit/verify")).json()
            beyond = await desk.ask(caller, "GET", "/audit/verify", after="4")
            newest = (await desk.ask(caller, "GET", "/audit", limit="1")).json()["data"][0]

        assert whole == {
            "is_whole": True,
            "entries": 3,
            "broken": None,
            "last": {"number": 3, "hash": newest["hash"]},
            "head": {"number": 3, "hash": newest["hash"]},
            "next_after": None,
        }
        assert code(beyond) == (404, "audit.entry_not_found")

    asyncio.run(story())


def test_the_openapi_document_knows_the_endpoints(module_service_database_url: str) -> None:
    desk = Desk([router], lambda _: None, now=lambda: NOW)
    paths = desk.app.openapi()["paths"]

    assert set(paths) == {"/api/v1/audit", "/api/v1/audit/verify"}

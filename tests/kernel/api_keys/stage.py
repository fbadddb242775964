"""Keys of organisations for tests, with the real audit log and a letter box."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys import Author, IssuedKey, KeyDesk, KeyReader, KeySettings, create
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Role, Scope
from playhead.kernel.mail import Mail
from playhead.storage.postgres import Database, Transaction
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.stage import NOW, Member, caller_for, make_member

READING = KeySettings("reader", frozenset({Scope.HISTORY_READ}))
Result = TypeVar("Result")


@dataclass
class LetterBox:
    """Keeps the mails that were put."""

    mails: list[Mail] = field(default_factory=list)

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        self.mails.append(mail)


@dataclass(frozen=True)
class Stage:
    """An organisation with its owner, and where its keys are made."""

    tenants: Tenants
    desk: KeyDesk
    reader: KeyReader
    letters: LetterBox
    owner: Member

    @property
    def author(self) -> Author:
        return Author.of(caller_for(self.owner))

    async def key(self, *, now: Micros = NOW, is_test: bool = False, **chosen: Any) -> IssuedKey:
        settings = replace(READING, **chosen)
        return await create(self.desk, self.author, settings, now, is_test=is_test)

    async def log(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what the audit log tells of the organisation: actions with their details."""
        rows = await self.tenants.fetch_all(
            Tenant(self.owner.org_id), "SELECT action, details::text FROM audit_log ORDER BY number"
        )
        return [(row.action, json.loads(row.details)) for row in rows]

    async def stored(self) -> list[Any]:
        return await self.tenants.fetch_all(Tenant(self.owner.org_id), "SELECT * FROM api_keys")

    async def counted(self, key_id: UUID) -> dict[str, int]:
        rows = await self.tenants.fetch_all(
            Tenant(self.owner.org_id),
            "SELECT day, requests FROM api_key_usage WHERE key_id = %(key_id)s",
            key_id=key_id,
        )
        return {row.day.isoformat(): row.requests for row in rows}


async def new_stage(tenants: Tenants, role: Role = Role.OWNER) -> Stage:
    desk = KeyDesk(tenants, AuditLog())
    return Stage(tenants, desk, KeyReader(tenants), LetterBox(), await make_member(tenants, role))


def on_stage(url: str, act: Callable[[Stage], Awaitable[Result]]) -> Result:
    """Run ``act`` with an organisation of its own in the database at ``url``."""

    async def run() -> Result:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database.open(url, connections=4))
            return await act(await new_stage(Tenants(database)))

    return asyncio.run(run())

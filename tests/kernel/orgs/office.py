"""An office for tests: the endpoints of organisations, and the mails that they send."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2

from playhead.base.ids import format_id
from playhead.kernel.audit import AuditLog, AuditReader, Filters
from playhead.kernel.identity import Caller, Role, Scope
from playhead.kernel.mail import Mail, Outbox
from playhead.kernel.orgs import OrgDesk
from playhead.kernel.orgs.dependencies import install_orgs
from playhead.kernel.orgs.router import routers
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from playhead.web.limits import Limiter
from tests.kernel.asking import Desk
from tests.kernel.mail.post import SEALER, Clock, FakeTransport, Post
from tests.kernel.stage import Member, caller_for, make_member, make_person

FAR_FUTURE = 4_000_000_000_000_000
WEEK = 7 * 24 * 3600 * 1_000_000


@dataclass
class Office:
    """Organisations, asked over HTTP."""

    tenants: Tenants
    desk: OrgDesk
    http: Desk
    post: Post
    clock: Clock

    async def ask(
        self, who: Member | Caller, method: str, path: str, body: Any = None, **params: str
    ) -> httpx2.Response:
        caller = who if isinstance(who, Caller) else caller_for(who)
        return await self.http.ask(caller, method, path, body, **params)

    async def member(self, role: Role = Role.OWNER, of: Member | None = None) -> Member:
        return await make_member(
            self.tenants, role, org_id=None if of is None else of.org_id, now=self.clock()
        )

    async def stranger(self, email: str | None = None) -> Caller:
        """Return somebody who has signed in and belongs to no organisation."""
        return homeless(await make_person(self.tenants, email, now=self.clock()))

    async def invite(
        self, owner: Member, email: str, role: str = "editor"
    ) -> tuple[dict[str, Any], str]:
        """Return an invitation and its token."""
        body = {"email": email, "role": role}
        answer = await self.ask(owner, "POST", f"{org(owner)}/invitations", body)
        assert answer.status_code == 201, answer.text
        return answer.json(), token_in(await self.newest_mail())

    async def accept(self, who: Member | Caller, token: str) -> httpx2.Response:
        return await self.ask(who, "POST", "/invitations/accept", {"token": token})

    async def clear_mails(self) -> None:
        """Let what earlier stories left in the outbox go."""
        now, self.clock.at = self.clock.at, FAR_FUTURE
        while await self.post.sender().send_due():
            pass
        self.clock.at = now
        self.post.transport.taken.clear()

    async def newest_mail(self) -> Mail:
        while await self.post.sender().send_due():
            pass
        return self.post.transport.taken[-1][1]

    async def audited(self, org_id: UUID) -> list[tuple[str, str]]:
        """Return action and actor of what was audited, in order."""
        entries = await AuditReader(self.tenants).page(org_id, Filters(), limit=1000)
        return [(entry.action, entry.actor) for entry in reversed(entries)]


Story = Callable[[Office], Awaitable[None]]


@asynccontextmanager
async def open_office(url: str) -> AsyncIterator[Office]:
    async with Database.open(url) as database:
        clock, tenants = Clock(), Tenants(database)
        post = Post(database, FakeTransport(), clock)
        limiter = Limiter(None, now=clock)
        desk = OrgDesk(tenants, Outbox(SEALER), AuditLog(), limiter=limiter)
        http = Desk(routers, lambda app: install_orgs(app, desk), now=clock)
        office = Office(tenants, desk, http, post, clock)
        await office.clear_mails()
        yield office


def told(url: str, story: Story) -> None:
    """Let a story happen in an office over the database at ``url``."""

    async def happen() -> None:
        async with open_office(url) as office:
            await story(office)

    asyncio.run(happen())


def org(member: Member) -> str:
    """Return the path of a member's organisation."""
    return f"/orgs/{format_id('org', member.org_id)}"


def member_path(of: Member) -> str:
    """Return the path of a member in their organisation."""
    return f"{org(of)}/members/{format_id('usr', of.user_id)}"


def homeless(user_id: UUID) -> Caller:
    return Caller(
        user_id=user_id,
        org_id=None,
        role=None,
        scopes=frozenset(),
        session_id=None,
        key_id=None,
        plan="free",
        address="192.0.2.7",
        request_id="req_7",
    )


def key_of(member: Member, *scopes: Scope) -> Caller:
    """Return an API key of a member's organisation as a caller."""
    key_id = UUID(int=member.org_id.int ^ 1)
    return replace(
        caller_for(member), user_id=None, role=None, key_id=key_id, scopes=frozenset(scopes)
    )


def token_in(mail: Mail) -> str:
    found = re.search(r"^    (ph_invite_\S{43})$", mail.text, re.MULTILINE)
    assert found is not None, mail.text
    return found[1]

"""The built-in sign-in over a real database, with a clock that tests set and cheap passwords."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from argon2 import Parameters
from argon2.profiles import CHEAPEST

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.api_keys import FirstKey, KeyRevoker
from playhead.kernel.audit import AuditLog, AuditReader, Entry, Filters
from playhead.kernel.auth import NewPerson, SignedUp, Visit
from playhead.kernel.auth.assembly import USUAL, BuiltIn, Policies, Surroundings, build_builtin
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.mail import Mail
from playhead.kernel.orgs import Founding
from playhead.kernel.people import parse_email
from playhead.storage.postgres import Database, Transaction
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.limits import Bucket
from tests.kernel.stage import NOW

PASSWORD = "correct horse battery"
ISSUER = "https://playhead.test"
NUMBERS = itertools.count(1)
SEALER = Sealer([b"m" * 32])
HERE = Visit("192.0.2.1", "a browser", "req_test")
ELSEWHERE = Visit("198.51.100.7", "another", "req_thief")


def new_address() -> str:
    """Return an address that no test has used: tests of a module share its database."""
    return f"ada{next(NUMBERS)}@example.org"


@dataclass
class Clock:
    now: Micros = NOW

    def __call__(self) -> Micros:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now = Micros(self.now + int(seconds * MICROS_PER_SECOND))


@dataclass
class PostBox:
    """Keeps the mails that were put, whether or not their transaction commits."""

    mails: list[Mail] = field(default_factory=list)

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        self.mails.append(mail)

    def newest_token(self) -> str:
        return next(word for word in self.mails[-1].text.split() if word.startswith("ph_"))


class NoLimits:
    async def enforce(self, buckets: Sequence[Bucket], scope: Mapping[str, Any]) -> None:
        pass


@dataclass
class Stage:
    tenants: Tenants
    clock: Clock
    post: PostBox
    builtin: BuiltIn

    async def sign_up(
        self, email: str | None = None, *, first_name: str = "Ada", visit: Visit = HERE
    ) -> SignedUp:
        """Sign somebody up, with an address that nobody has yet unless ``email`` is one."""
        address = parse_email(email or new_address())
        new = NewPerson(address, PASSWORD, first_name, "Lovelace")
        return await self.builtin.sign_in.sign_up(new, visit)

    async def is_live(self, token: str) -> bool:
        """Whether an access token's session goes on, as the guard asks."""
        claims = await self.builtin.sign_in.read(token)
        assert claims.session_id is not None
        return await self.builtin.liveness.is_live(
            claims.user_id, claims.session_id, self.clock.now
        )

    async def log(self, org_id: UUID) -> list[Entry]:
        return await AuditReader(self.tenants).page(org_id, Filters(), limit=1000)

    async def actions(self, org_id: UUID) -> list[str]:
        """What the audit log tells of, the newest first."""
        return [entry.action for entry in await self.log(org_id)]

    async def count(self, query: str, user_id: UUID) -> int:
        row = await self.tenants.fetch_optional(Tenant(user_id=user_id), query)
        assert row is not None
        count: int = row.count
        return count


@asynccontextmanager
async def opened(
    url: str,
    *,
    policies: Policies = USUAL,
    parameters: Parameters = CHEAPEST,
    pace: Pace | None = None,
    sealer: Sealer = SEALER,
    clock: Clock | None = None,
    most_waiting: int = 64,
) -> AsyncIterator[Stage]:
    """The built-in sign-in, as one process holds it."""
    clock, post, audit = clock or Clock(), PostBox(), AuditLog()
    with Passwords.open(parameters, most_waiting=most_waiting) as passwords:
        async with Database.open(url, connections=8) as database:
            tenants = Tenants(database)
            around = Surroundings(
                tenants=tenants,
                sealer=sealer,
                passwords=passwords,
                mail=post,
                audit=audit,
                founding=Founding(),
                first_key=FirstKey(audit),
                key_revoker=KeyRevoker(audit),
                limiter=NoLimits(),
                issuer=ISSUER,
                now=clock,
            )
            builtin = build_builtin(around, policies=policies, pace=pace or Pace(0))
            yield Stage(tenants, clock, post, builtin)

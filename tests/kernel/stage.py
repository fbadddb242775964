"""Organisations and people for tests, made as the service makes them."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.identity import Caller, Role, scopes_of
from playhead.storage.tenants import Tenant, Tenants

NOW = Micros(1_800_000_000_000_000)


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in an organisation."""

    user_id: UUID
    org_id: UUID
    role: Role
    email: str

    @property
    def tenant(self) -> Tenant:
        """Whose rows the member may touch."""
        return Tenant(self.org_id, self.user_id)


async def make_organisation(tenants: Tenants, name: str = "Acme", *, now: Micros = NOW) -> UUID:
    """Return the id of a new organisation without members."""
    org_id = new_uuid(now)
    async with tenants.transaction(Tenant(org_id)) as transaction:
        await transaction.execute(
            "INSERT INTO organisations (org_id, name, created_at, updated_at)"
            " VALUES (%(org_id)s, %(name)s, %(now)s, %(now)s)",
            org_id=org_id,
            name=name,
            now=now,
        )
    return org_id


async def make_person(tenants: Tenants, email: str | None = None, *, now: Micros = NOW) -> UUID:
    """Return the id of a new person whose address is verified and who has no password."""
    user_id = new_uuid(now)
    async with tenants.transaction(Tenant(user_id=user_id)) as transaction:
        await transaction.execute(
            "INSERT INTO people (user_id, email, email_key, email_verified_at, first_name,"
            " last_name, created_at, updated_at) VALUES (%(user_id)s, %(email)s, %(email)s,"
            " %(now)s, 'Ada', 'Lovelace', %(now)s, %(now)s)",
            user_id=user_id,
            email=email or f"{user_id}@example.org",
            now=now,
        )
    return user_id


async def make_member(
    tenants: Tenants,
    role: Role = Role.OWNER,
    *,
    org_id: UUID | None = None,
    email: str | None = None,
    now: Micros = NOW,
) -> Member:
    """Return a new person with ``role`` in ``org_id``, or in a new organisation."""
    org = org_id or await make_organisation(tenants, now=now)
    user_id = await make_person(tenants, email, now=now)
    async with tenants.transaction(Tenant(org, user_id)) as transaction:
        await transaction.execute(
            "INSERT INTO memberships (org_id, user_id, role, created_at)"
            " VALUES (%(org_id)s, %(user_id)s, %(role)s, %(now)s)",
            org_id=org,
            user_id=user_id,
            role=role,
            now=now,
        )
    return Member(user_id, org, role, email or f"{user_id}@example.org")


def caller_for(member: Member) -> Caller:
    """Return ``member`` as a caller who is signed in."""
    return Caller(
        user_id=member.user_id,
        org_id=member.org_id,
        role=member.role,
        scopes=scopes_of(member.role),
        session_id=None,
        key_id=None,
        plan="free",
        address="127.0.0.1",
        request_id="req_test",
    )

"""Whatever members do to each other, in any order, there is an owner and the rules hold."""

import asyncio
from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest

from playhead.base.errors import PlayheadError
from playhead.kernel.audit import AuditReader, verify
from playhead.kernel.identity import Caller, Role
from playhead.kernel.orgs import OrgDesk
from playhead.kernel.orgs.accept import accept
from playhead.kernel.orgs.invite import invite
from playhead.kernel.orgs.members import change_role, remove
from playhead.kernel.people import parse_email
from playhead.storage.tenants import Tenant
from tests.kernel.orgs.office import Office, homeless, open_office, token_in
from tests.kernel.orgs.test_rules import GIVEN, MANAGED

PEOPLE = 7
DEEDS = 60


@dataclass(frozen=True)
class Deed:
    """What ``actor`` does to ``target``: gives them a role, or removes them (None)."""

    actor: int
    target: int
    role: Role | None


def _is_allowed(members: dict[int, Role], deed: Deed) -> bool:
    actor, target = members.get(deed.actor), members.get(deed.target)
    if actor is None:
        return False
    if target is None:  # an invitation
        return deed.role is not None and deed.role in GIVEN[actor]
    if deed.actor == deed.target:
        others = [role for who, role in members.items() if who != deed.actor]
        return deed.role is None and (actor is not Role.OWNER or Role.OWNER in others)
    return target in MANAGED[actor] and (deed.role is None or deed.role in GIVEN[actor])


def _after(members: dict[int, Role], deed: Deed) -> dict[int, Role]:
    others = {who: role for who, role in members.items() if who != deed.target}
    return others if deed.role is None else {**others, deed.target: deed.role}


class Stage:
    """An organisation and the people who act in it."""

    def __init__(self, office: Office, org_id: UUID, people: list[UUID]) -> None:
        self._office = office
        self.org_id = org_id
        self._people = people

    async def do(self, members: dict[int, Role], deed: Deed) -> bool:
        """Return whether it was done."""
        try:
            if deed.role is not None and deed.target not in members:
                await self._admit(deed, deed.role)
            elif deed.role is None:
                await remove(*self._acting(deed), self._people[deed.target], self._office.clock())
            else:
                await change_role(
                    *self._acting(deed), self._people[deed.target], deed.role, self._office.clock()
                )
        except PlayheadError:
            return False
        return True

    def _acting(self, deed: Deed) -> tuple[OrgDesk, Caller, UUID]:
        return self._office.desk, homeless(self._people[deed.actor]), self.org_id

    async def _admit(self, deed: Deed, role: Role) -> None:
        office, newcomer = self._office, self._people[deed.target]
        email = parse_email(f"{newcomer}@example.org")
        await invite(*self._acting(deed), email, role, office.clock())
        token = token_in(await office.newest_mail())
        await accept(office.desk, homeless(newcomer), token, office.clock())

    async def members(self) -> dict[int, Role]:
        """Return who belongs to it, as the database has it."""
        query = "SELECT user_id, role FROM memberships"
        rows = await self._office.tenants.fetch_all(Tenant(self.org_id), query)
        return {self._people.index(row.user_id): Role(row.role) for row in rows}


def _next_deed(chance: Random, members: dict[int, Role]) -> Deed:
    """Return what somebody, mostly a member, does to somebody, now and then to themselves."""
    actor = chance.choice([*members, *members, chance.randrange(PEOPLE)])
    target = chance.choice([actor, *range(PEOPLE)])
    return Deed(actor, target, chance.choice([*Role, None]))


@pytest.mark.parametrize("seed", range(4))
def test_there_is_always_an_owner_and_every_deed_ends_as_the_rules_say(
    seed: int, module_service_database_url: str
) -> None:
    chance = Random(seed)

    async def happen() -> None:
        async with open_office(module_service_database_url) as office:
            stage, members = await _cast(office, chance.choices([*Role], k=PEOPLE - 2))
            for _ in range(DEEDS):
                deed = _next_deed(chance, members)
                allowed = _is_allowed(members, deed)
                assert await stage.do(members, deed) is allowed, (members, deed)
                members = _after(members, deed) if allowed else members
                assert await stage.members() == members
                assert Role.OWNER in members.values()
            log = await verify(AuditReader(office.tenants), stage.org_id)
            assert log.broken is None

    asyncio.run(happen())


async def _cast(office: Office, roles: list[Role]) -> tuple[Stage, dict[int, Role]]:
    founder = await office.member()
    joined = [await office.member(role, founder) for role in roles]
    rest = [await office.stranger() for _ in range(PEOPLE - 1 - len(roles))]
    people = [founder.user_id, *(m.user_id for m in joined), *(s.person for s in rest)]
    return Stage(office, founder.org_id, people), dict(enumerate([Role.OWNER, *roles]))

"""Members over HTTP: what they become, and how they go."""

import asyncio
import json
from dataclasses import replace
from uuid import UUID

import pytest

from playhead.base.errors import PlayheadError
from playhead.base.ids import format_id
from playhead.kernel.api_keys import Author, KeyDesk, KeyReader, KeySettings, create
from playhead.kernel.api_keys.change import change
from playhead.kernel.api_keys.rotate import rotate
from playhead.kernel.audit import AuditLog, AuditReader, Filters
from playhead.kernel.identity import Role, RoleMissing, Scope, ScopeMissing
from playhead.kernel.orgs.errors import LastOwner, MemberBeyond
from playhead.kernel.orgs.members import change_role, remove
from playhead.storage.tenants import Tenant
from tests.kernel.asking import code
from tests.kernel.orgs.office import Office, key_of, member_path, org, told
from tests.kernel.stage import NOW, Member, caller_for

ADMINISTERING = frozenset({Scope.ADMIN})


def test_every_member_sees_the_members_in_the_order_they_joined(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        others = []
        for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
            office.clock.at += 1000
            others.append(await office.member(role, owner))
        viewer = others[-1]
        first = (await office.ask(viewer, "GET", f"{org(owner)}/members", limit="3")).json()
        second = await office.ask(
            viewer, "GET", f"{org(owner)}/members", limit="3", cursor=first["next_cursor"]
        )
        listed = first["data"] + second.json()["data"]

        assert [each["role"] for each in listed] == ["owner", "admin", "editor", "viewer"]
        assert [each["id"] for each in listed] == [
            format_id("usr", each.user_id) for each in (owner, *others)
        ]
        assert listed[0]["email"] == owner.email
        assert (first["has_more"], second.json()["has_more"]) == (True, False)

    told(module_service_database_url, story)


def test_an_owner_makes_another_owner_and_may_then_leave(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        editor = await office.member(Role.EDITOR, owner)
        kept = await office.ask(owner, "DELETE", member_path(owner))
        made = await office.ask(owner, "PATCH", member_path(editor), {"role": "owner"})
        left = await office.ask(owner, "DELETE", member_path(owner))
        gone = await office.ask(owner, "GET", org(owner))

        assert code(kept) == (409, "org.last_owner")
        assert (made.status_code, made.json()["role"]) == (200, "owner")
        assert (left.status_code, gone.status_code) == (204, 404)
        actor = format_id("usr", owner.user_id)
        assert await office.audited(owner.org_id) == [
            ("member.role_changed", actor),
            ("member.left", actor),
        ]

    told(module_service_database_url, story)


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_their_own_role(role: Role, module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        member = await office.member(role, owner)
        answer = await office.ask(member, "PATCH", member_path(member), {"role": "viewer"})

        assert code(answer) == (403, "member.self")

    told(module_service_database_url, story)


def test_an_admin_reaches_neither_admins_nor_owners(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        peer = await office.member(Role.ADMIN, owner)
        viewer = await office.member(Role.VIEWER, owner)
        for target in (owner, peer):
            for method, body in (("PATCH", {"role": "viewer"}), ("DELETE", None)):
                answer = await office.ask(admin, method, member_path(target), body)
                assert code(answer) == (403, "member.beyond_role")
        owned = await office.ask(admin, "PATCH", member_path(viewer), {"role": "owner"})
        edited = await office.ask(admin, "PATCH", member_path(viewer), {"role": "editor"})

        assert code(owned) == (403, "member.beyond_role")
        assert code(edited) == (200, None)
        assert code(await office.ask(admin, "DELETE", member_path(viewer))) == (204, None)

    told(module_service_database_url, story)


def test_who_loses_the_right_to_invite_loses_their_invitations_too(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        second = await office.member(Role.OWNER, owner)
        _, of_admin = await office.invite(admin, "eve@example.org", "admin")
        _, of_second = await office.invite(second, "mallory@example.org", "owner")
        _, kept = await office.invite(second, "bob@example.org", "admin")
        await office.ask(owner, "DELETE", member_path(admin))
        await office.ask(owner, "PATCH", member_path(second), {"role": "admin"})
        answers = [
            await office.accept(await office.stranger(email), token)
            for email, token in [
                ("eve@example.org", of_admin),
                ("mallory@example.org", of_second),
                ("bob@example.org", kept),
            ]
        ]

        assert [code(each)[0] for each in answers] == [404, 404, 200]

    told(module_service_database_url, story)


async def _owners(office: Office, org_id: UUID) -> int:
    query = "SELECT FROM memberships WHERE role = 'owner'"
    return len(await office.tenants.fetch_all(Tenant(org_id), query))


def test_two_owners_who_demote_each_other_at_once_leave_one(
    module_service_database_url: str,
) -> None:
    async def demote(office: Office, actor: Member, target: Member) -> PlayheadError | None:
        try:
            await change_role(
                office.desk,
                caller_for(actor),
                actor.org_id,
                target.user_id,
                Role.EDITOR,
                office.clock(),
            )
        except (RoleMissing, MemberBeyond) as error:
            return error
        return None

    async def story(office: Office) -> None:
        for _ in range(5):
            one = await office.member()
            other = await office.member(Role.OWNER, one)
            outcomes = await asyncio.gather(demote(office, one, other), demote(office, other, one))
            assert sorted(outcome is None for outcome in outcomes) == [False, True]
            assert await _owners(office, one.org_id) == 1

    told(module_service_database_url, story)


def test_owners_who_all_leave_at_once_leave_one(module_service_database_url: str) -> None:
    async def leave(office: Office, owner: Member) -> bool:
        try:
            await remove(
                office.desk, caller_for(owner), owner.org_id, owner.user_id, office.clock()
            )
        except LastOwner:
            return False
        return True

    async def story(office: Office) -> None:
        first = await office.member()
        owners = [first, *[await office.member(Role.OWNER, first) for _ in range(5)]]
        left = await asyncio.gather(*(leave(office, owner) for owner in owners))

        assert sorted(left) == [False] + [True] * 5
        assert await _owners(office, first.org_id) == 1

    told(module_service_database_url, story)


@pytest.mark.parametrize("becomes", [None, Role.EDITOR])
def test_who_may_administer_no_more_keeps_no_key_to_administer_with(
    module_service_database_url: str, becomes: Role | None
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        keys, reader = KeyDesk(office.tenants, AuditLog()), KeyReader(office.tenants)

        async def made(author: Author, *scopes: Scope) -> UUID:
            chosen = KeySettings("k", frozenset(scopes))
            return (await create(keys, author, chosen, office.clock())).key.key_id

        theirs = Author.of(caller_for(admin))
        direct = await made(theirs, Scope.ADMIN, Scope.HISTORY_READ)
        by_key = Author.of(replace(key_of(owner, Scope.ADMIN), key_id=direct))
        indirect = await made(by_key, Scope.ADMIN)
        reading = await made(theirs, Scope.HISTORY_READ)
        others = await made(Author.of(caller_for(owner)), Scope.ADMIN)
        if becomes is None:
            await remove(office.desk, caller_for(owner), owner.org_id, admin.user_id, NOW)
        else:
            changed = (owner.org_id, admin.user_id, becomes, NOW)
            await change_role(office.desk, caller_for(owner), *changed)

        found = {key.key_id: key for key in await reader.page(owner.org_id, revoked=True, limit=9)}
        assert {found[each].revoked_because for each in (direct, indirect)} == {"maker_gone"}
        assert {found[each].revoked_at for each in (reading, others)} == {None}
        told_of = await AuditReader(office.tenants).page(owner.org_id, Filters("member."), limit=1)
        assert json.loads(told_of[0].details)["keys_revoked"] == 2
        log = await office.audited(owner.org_id)
        assert log.count(("key.revoked", format_id("usr", owner.user_id))) == 2

    told(module_service_database_url, story)


def test_who_becomes_owner_keeps_their_keys(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        desk = KeyDesk(office.tenants, AuditLog())
        chosen = KeySettings("k", frozenset({Scope.ADMIN}))
        made = await create(desk, Author.of(caller_for(admin)), chosen, office.clock())
        await office.ask(owner, "PATCH", member_path(admin), {"role": "owner"})
        kept = await KeyReader(office.tenants).find(owner.org_id, made.key.key_id)

        assert kept.revoked_at is None

    told(module_service_database_url, story)


def test_who_was_let_in_a_moment_before_they_were_removed_makes_no_key_any_more(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        desk, chosen = KeyDesk(office.tenants, AuditLog()), KeySettings("k", ADMINISTERING)
        person = Author.of(caller_for(admin))
        made = (await create(desk, person, chosen, office.clock())).key
        reading = replace(chosen, scopes=frozenset({Scope.HISTORY_READ}))
        other = (await create(desk, person, reading, office.clock())).key
        key = Author.of(replace(key_of(owner, Scope.ADMIN), key_id=made.key_id))
        await remove(office.desk, caller_for(owner), owner.org_id, admin.user_id, NOW)

        for author in (person, key):
            with pytest.raises(ScopeMissing):
                await create(desk, author, chosen, office.clock())
            with pytest.raises(ScopeMissing):
                await rotate(desk, author, other.key_id, office.clock())
            with pytest.raises(ScopeMissing):
                await change(desk, author, other.key_id, lambda _: chosen, office.clock())

    told(module_service_database_url, story)

"""Invitations over HTTP: from the mail to the membership."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from playhead.base.ids import format_id
from playhead.kernel.identity import Role, Scope
from playhead.kernel.orgs.limits import PER_ADDRESS, PER_AUTHOR
from playhead.kernel.orgs.model import MOST_INVITATIONS, MOST_MEMBERS, MOST_SENT
from playhead.storage.tenants import Tenant
from tests.kernel.asking import code
from tests.kernel.orgs.office import WEEK, Office, key_of, org, told

BOB = "Bob@Example.org"


def test_an_invitation_goes_by_mail_and_makes_its_recipient_a_member(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        invitation, token = await office.invite(owner, "bob.one@example.org", "editor")
        mail = await office.newest_mail()
        bob = await office.stranger("bob.one@example.org")
        joined = await office.accept(bob, token)

        assert (mail.recipient, mail.subject) == (
            "bob.one@example.org",
            "Invitation to Acme on Playhead",
        )
        assert "Ada Lovelace" in mail.text
        assert (invitation["status"], invitation["sent"]) == ("pending", 1)
        assert invitation["invited_by"] == format_id("usr", owner.user_id)
        assert (joined.json()["name"], joined.json()["role"]) == ("Acme", "editor")
        assert code(await office.ask(bob, "GET", org(owner))) == (200, None)
        assert [action for action, _ in await office.audited(owner.org_id)] == [
            "invitation.created",
            "invitation.accepted",
            "member.joined",
        ]
        assert code(await office.accept(bob, token)) == (404, "invitation.not_found")

    told(module_service_database_url, story)


def test_unknown_expired_cancelled_and_replaced_tokens_are_answered_alike(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        bob = await office.stranger("bob.two@example.org")
        answers = [await office.accept(bob, token) for token in ("", "x", "é", "A" * 43)]
        invitation, token = await office.invite(owner, "bob.two@example.org")
        path = f"{org(owner)}/invitations/{invitation['id']}"
        await office.ask(owner, "POST", f"{path}/resend")
        answers.append(await office.accept(bob, token))
        await office.ask(owner, "DELETE", path)
        _, token = await office.invite(owner, "bob.two@example.org")
        office.clock.at += WEEK
        answers.append(await office.accept(bob, token))
        await office.ask(owner, "DELETE", org(owner), confirm="Acme")
        answers.append(await office.accept(bob, token))

        errors = [answer.json()["error"] for answer in answers]
        assert {(each["status"], each["code"], each["message"]) for each in errors} == {
            (
                404,
                "invitation.not_found",
                "there is no such invitation, or it is no longer good",
            )
        }

    told(module_service_database_url, story)


def test_only_the_invited_and_verified_address_accepts(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        _, token = await office.invite(owner, "bob.three@example.org")
        eve = await office.stranger("eve.three@example.org")
        bob = await office.stranger("bob.three@example.org")
        assert code(await office.accept(eve, token)) == (403, "invitation.other_address")
        key = key_of(owner, *Scope)
        assert code(await office.accept(key, token)) == (403, "auth.person_required")
        await office.tenants.fetch_all(
            Tenant(user_id=bob.user_id),
            "UPDATE people SET email_verified_at = NULL RETURNING 1",
        )
        assert code(await office.accept(bob, token)) == (403, "invitation.address_unverified")
        assert len(await office.audited(owner.org_id)) == 1

    told(module_service_database_url, story)


def test_a_member_and_an_invited_address_are_not_invited_again(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        path = f"{org(owner)}/invitations"

        async def invited(email: str) -> tuple[int, str | None]:
            body = {"email": email, "role": "viewer"}
            return code(await office.ask(owner, "POST", path, body))

        assert await invited(owner.email.upper()) == (409, "member.exists")
        assert await invited(BOB) == (201, None)
        assert await invited("bob@example.org") == (409, "invitation.exists")
        office.clock.at += WEEK
        assert await invited("bob@example.org") == (201, None)
        listed = await office.ask(owner, "GET", path, pending="false")
        assert [each["status"] for each in listed.json()["data"]] == ["pending", "expired"]

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    "email", ["", "bob", "bob@", "a@b@c", "bob@example.org\r\nBcc: eve@example.org", "b" * 255]
)
def test_only_an_address_is_invited(email: str, module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        body = {"email": email, "role": "viewer"}
        answer = await office.ask(owner, "POST", f"{org(owner)}/invitations", body)

        assert code(answer)[0] == 422
        assert answer.json()["error"]["field"] == "email"

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    ("actor", "role", "status"),
    [
        (Role.OWNER, "owner", 201),
        (Role.ADMIN, "owner", 403),
        (Role.ADMIN, "admin", 201),
        (Role.ADMIN, "viewer", 201),
        (Role.EDITOR, "viewer", 403),
        (Role.VIEWER, "viewer", 403),
    ],
)
def test_nobody_invites_above_their_own_role(
    actor: Role, role: str, status: int, module_service_database_url: str
) -> None:
    async def story(office: Office) -> None:
        member = await office.member(actor, await office.member())
        body = {"email": "bob@example.org", "role": role}
        answer = await office.ask(member, "POST", f"{org(member)}/invitations", body)

        assert answer.status_code == status

    told(module_service_database_url, story)


def test_an_admin_leaves_the_invitations_of_owners_alone(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        editor = await office.member(Role.EDITOR, owner)
        invitation, _ = await office.invite(owner, "bob@example.org", "owner")
        path = f"{org(owner)}/invitations"
        one = f"{path}/{invitation['id']}"

        assert code(await office.ask(admin, "DELETE", one)) == (403, "member.beyond_role")
        assert code(await office.ask(admin, "POST", f"{one}/resend"))[0] == 403
        assert code(await office.ask(editor, "GET", path)) == (403, "auth.role_missing")
        assert len((await office.ask(admin, "GET", path)).json()["data"]) == 1

    told(module_service_database_url, story)


def test_an_invitation_is_resent_with_another_token_ten_times_at_most(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        invitation, first = await office.invite(owner, "bob@example.org")
        path = f"{org(owner)}/invitations/{invitation['id']}"
        office.clock.at += WEEK
        answers = [await office.ask(owner, "POST", f"{path}/resend") for _ in range(MOST_SENT)]

        assert [each.status_code for each in answers] == [200] * (MOST_SENT - 1) + [409]
        assert answers[0].json()["status"] == "pending"
        assert answers[-2].json()["sent"] == MOST_SENT
        assert first not in (await office.newest_mail()).text
        assert code(answers[-1]) == (409, "invitation.sent_too_often")
        assert code(await office.ask(owner, "DELETE", path)) == (204, None)
        assert code(await office.ask(owner, "DELETE", path)) == (409, "invitation.closed")

    told(module_service_database_url, story)


def test_an_organisation_has_100_open_invitations_at_most(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        await office.tenants.fetch_all(
            Tenant(owner.org_id),
            "INSERT INTO invitations (invitation_id, org_id, email, role, token_hash, invited_by,"
            " created_at, expires_at) SELECT gen_random_uuid(), %(org)s, n || '@example.org',"
            " 'viewer', sha256((%(org)s::text || n)::bytea), %(org)s, 1, %(until)s"
            " FROM generate_series(1, %(most)s) AS n RETURNING 1",
            org=owner.org_id,
            until=office.clock.at + WEEK,
            most=MOST_INVITATIONS,
        )
        body = {"email": "bob@example.org", "role": "viewer"}
        answer = await office.ask(owner, "POST", f"{org(owner)}/invitations", body)
        page = await office.ask(owner, "GET", f"{org(owner)}/invitations", limit="60")
        rest = await office.ask(
            owner,
            "GET",
            f"{org(owner)}/invitations",
            limit="60",
            cursor=page.json()["next_cursor"],
        )

        assert code(answer) == (409, "invitation.too_many")
        assert (len(page.json()["data"]), len(rest.json()["data"])) == (60, 40)

    told(module_service_database_url, story)


def test_an_organisation_has_1000_members_at_most(
    service_database_url: str, database_url: str
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        _, token = await office.invite(owner, "bob@example.org")
        bob = await office.stranger("bob@example.org")
        _fill(database_url, owner.org_id, MOST_MEMBERS - 1)
        body = {"email": "eve@example.org", "role": "viewer"}
        answer = await office.ask(owner, "POST", f"{org(owner)}/invitations", body)
        members = await office.ask(owner, "GET", f"{org(owner)}/members", limit="1000")

        assert len(members.json()["data"]) == MOST_MEMBERS
        assert code(answer) == (409, "member.too_many")
        assert code(await office.accept(bob, token)) == (409, "member.too_many")

    told(service_database_url, story)


def _fill(owner_url: str, org_id: UUID, members: int) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "WITH born AS (INSERT INTO people (user_id, email, email_key, first_name, last_name,"
            " created_at, updated_at) SELECT gen_random_uuid(), n || '@example.org',"
            " n || '@example.org', '', '', 1, 1 FROM generate_series(1, %s) n RETURNING user_id)"
            " INSERT INTO memberships SELECT %s, user_id, 'viewer', 1 FROM born",
            (members, org_id),
        )


def test_of_two_who_accept_one_invitation_at_once_one_joins(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        _, token = await office.invite(owner, "bob.twice@example.org")
        bob = await office.stranger("bob.twice@example.org")
        answers = await asyncio.gather(*(office.accept(bob, token) for _ in range(4)))

        assert sorted(code(each)[0] for each in answers) == [200, 404, 404, 404]
        assert len((await office.ask(owner, "GET", f"{org(owner)}/members")).json()["data"]) == 2

    told(module_service_database_url, story)


def test_an_api_key_invites_too(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        body = {"email": "bob@example.org", "role": "viewer"}
        key = key_of(owner, *Scope)
        answer = await office.ask(key, "POST", f"{org(owner)}/invitations", body)

        assert (answer.status_code, answer.json()["invited_by"]) == (201, None)
        assert (await office.newest_mail()).text.startswith("Somebody invites you to Acme")

    told(module_service_database_url, story)


def test_a_stranger_s_mailbox_is_not_filled_by_inviting_and_taking_back(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner, other, outsider = [await office.member() for _ in range(3)]
        address = {"email": "victim@example.org", "role": "viewer"}
        path = f"{org(owner)}/invitations"
        for _ in range(30):  # who may not invite uses nothing up
            assert code(await office.ask(outsider, "POST", path, address))[0] == 404
        for _ in range(PER_ADDRESS.burst):
            made = await office.ask(owner, "POST", path, address)
            assert made.status_code == 201, made.text
            await office.ask(owner, "DELETE", f"{path}/{made.json()['id']}")
        refused = [
            await office.ask(owner, "POST", path, address),
            await office.ask(other, "POST", f"{org(other)}/invitations", address),
            await office.ask(owner, "POST", path, address | {"email": "Victim@EXAMPLE.org"}),
        ]

        assert [code(each) for each in refused] == [(429, "rate.limited")] * 3
        assert int(refused[0].headers["Retry-After"]) > 3600
        assert (await office.invite(owner, "somebody.else@example.org"))[1]

    told(module_service_database_url, story)


def test_nobody_mails_invitations_without_end(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        path = f"{org(owner)}/invitations"
        statuses = []
        for number in range(PER_AUTHOR.burst + 1):
            body = {"email": f"person.{number}@example.org", "role": "viewer"}
            made = await office.ask(owner, "POST", path, body)
            statuses.append(made.status_code)
            if made.status_code == 201:
                await office.ask(owner, "DELETE", f"{path}/{made.json()['id']}")

        assert statuses == [201] * PER_AUTHOR.burst + [429]

    told(module_service_database_url, story)

"""Organisations over HTTP: whose they are, and how they begin and end."""

import pytest

from playhead.kernel.identity import Role, Scope
from playhead.kernel.orgs.router import routers
from playhead.storage.tenants import Tenant
from tests.kernel.asking import Desk, code
from tests.kernel.orgs.office import Office, key_of, org, told
from tests.kernel.stage import NOW

TABLES = (
    "organisations",
    "memberships",
    "invitations",
    "api_keys",
    "audit_log",
)


def test_whoever_makes_an_organisation_owns_it(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        ada = await office.stranger()
        made = await office.ask(ada, "POST", "/orgs", {"name": "  Acme  "})
        listed = await office.ask(ada, "GET", "/orgs")
        read = await office.ask(ada, "GET", f"/orgs/{made.json()['id']}")

        assert code(made) == (201, None)
        assert (made.json()["name"], made.json()["role"]) == ("Acme", "owner")
        assert listed.json() == {"data": [made.json()], "next_cursor": None, "has_more": False}
        assert read.json() == made.json()

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "a\0b"},
        {"name": "a\u202eb"},
        {"name": 7},
        {"name": None},
        {"name": "a", "plan": "enterprise"},
    ],
)
def test_a_name_is_one_line_of_at_most_100_characters(
    body: dict[str, object], module_service_database_url: str
) -> None:
    async def story(office: Office) -> None:
        ada = await office.stranger()
        assert code(await office.ask(ada, "POST", "/orgs", body)) == (422, "request.invalid")

    told(module_service_database_url, story)


def test_a_person_belongs_to_20_organisations_at_most(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        ada = await office.stranger("ada.of.many@example.org")
        answers = [await office.ask(ada, "POST", "/orgs", {"name": "n"}) for _ in range(21)]
        _, token = await office.invite(await office.member(), "ada.of.many@example.org")
        accepted = await office.accept(ada, token)

        assert [code(each)[0] for each in answers] == [201] * 20 + [409]
        assert code(answers[-1]) == (409, "org.too_many")
        assert code(accepted) == (409, "org.too_many")

    told(module_service_database_url, story)


def test_admins_and_owners_rename_it_and_the_others_do_not(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
            member = await office.member(role, owner)
            answer = await office.ask(member, "PATCH", org(owner), {"name": f"by {role}"})
            allowed = role is Role.ADMIN
            assert code(answer) == ((200, None) if allowed else (403, "auth.role_missing"))
        read = await office.ask(owner, "GET", org(owner))
        same = await office.ask(owner, "PATCH", org(owner), {})

        assert read.json()["name"] == same.json()["name"] == "by admin"
        assert [action for action, _ in await office.audited(owner.org_id)] == ["org.updated"]
        null = await office.ask(owner, "PATCH", org(owner), {"name": None})
        assert code(null) == (422, "request.invalid")

    told(module_service_database_url, story)


def test_only_an_owner_deletes_it_and_says_its_name(module_service_database_url: str) -> None:
    async def story(office: Office) -> None:
        owner = await office.member()
        admin = await office.member(Role.ADMIN, owner)
        await office.invite(owner, "bob@example.org")
        path = org(owner)

        assert code(await office.ask(admin, "DELETE", path, confirm="Acme"))[0] == 403
        assert code(await office.ask(owner, "DELETE", path))[0] == 422
        wrong = await office.ask(owner, "DELETE", path, confirm="acme")
        assert code(wrong) == (422, "org.not_confirmed")
        assert code(await office.ask(owner, "DELETE", path, confirm="Acme"))[0] == 204
        assert code(await office.ask(owner, "GET", path)) == (404, "org.not_found")
        for table in TABLES:
            rows = await office.tenants.fetch_all(Tenant(owner.org_id), f"SELECT FROM {table}")
            assert rows == [], table

    told(module_service_database_url, story)


def test_an_api_key_sees_its_organisation_and_with_the_scope_admin_acts_as_an_admin(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner, other = await office.member(), await office.member()
        reader, admin = key_of(owner, Scope.HISTORY_READ), key_of(owner, *Scope)
        path = org(owner)

        assert code(await office.ask(reader, "GET", path)) == (200, None)
        assert (await office.ask(reader, "GET", "/orgs")).json()["data"][0]["role"] is None
        missing = (403, "auth.scope_missing")
        assert code(await office.ask(reader, "GET", f"{path}/members")) == missing
        assert code(await office.ask(reader, "PATCH", path, {"name": "n"})) == missing
        assert code(await office.ask(admin, "PATCH", path, {"name": "n"})) == (200, None)
        deleted = await office.ask(admin, "DELETE", path, confirm="n")
        assert code(deleted) == (403, "auth.role_missing")
        made = await office.ask(admin, "POST", "/orgs", {"name": "n"})
        assert code(made) == (403, "auth.person_required")
        foreign = await office.ask(admin, "GET", org(other))
        assert code(foreign) == (404, "org.not_found")

    told(module_service_database_url, story)


def test_the_openapi_document_knows_every_endpoint() -> None:
    desk = Desk(routers, lambda _: None, now=lambda: NOW)
    paths = desk.app.openapi()["paths"]

    assert {path.removeprefix("/api/v1"): sorted(methods) for path, methods in paths.items()} == {
        "/orgs": ["get", "post"],
        "/orgs/{org_id}": ["delete", "get", "patch"],
        "/orgs/{org_id}/members": ["get"],
        "/orgs/{org_id}/members/{user_id}": ["delete", "patch"],
        "/orgs/{org_id}/invitations": ["get", "post"],
        "/orgs/{org_id}/invitations/{invitation_id}": ["delete"],
        "/orgs/{org_id}/invitations/{invitation_id}/resend": ["post"],
        "/invitations/accept": ["post"],
    }

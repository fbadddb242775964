"""Another organisation is as good as none, whatever is asked of it."""

from uuid import UUID

import pytest

from playhead.base.ids import format_id
from playhead.kernel.identity import Scope
from tests.kernel.asking import code
from tests.kernel.orgs.office import Office, key_of, org, told

ANYBODY = format_id("usr", UUID(int=1))
ANYTHING = format_id("inv", UUID(int=1))
NOWHERE = f"/orgs/{format_id('org', UUID(int=1))}"
ENDPOINTS = [
    ("GET", "", None, {}),
    ("PATCH", "", {"name": "mine"}, {}),
    ("DELETE", "", None, {"confirm": "Acme"}),
    ("GET", "/members", None, {}),
    ("PATCH", f"/members/{ANYBODY}", {"role": "viewer"}, {}),
    ("DELETE", f"/members/{ANYBODY}", None, {}),
    ("GET", "/invitations", None, {}),
    ("POST", "/invitations", {"email": "eve@example.org", "role": "owner"}, {}),
    ("DELETE", f"/invitations/{ANYTHING}", None, {}),
    ("POST", f"/invitations/{ANYTHING}/resend", None, {}),
]


@pytest.mark.parametrize(("method", "path", "body", "params"), ENDPOINTS)
def test_another_organisation_is_answered_like_one_that_never_was(
    method: str,
    path: str,
    body: dict[str, str] | None,
    params: dict[str, str],
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        eve, theirs = await office.member(), await office.member()
        answers = []
        for caller in (eve, key_of(eve, *Scope)):
            for place in (org(theirs), NOWHERE):
                answer = await office.ask(caller, method, place + path, body, **params)
                told_of = answer.json()["error"]
                answers.append((answer.status_code, told_of["code"], told_of["message"]))
        malformed = await office.ask(eve, method, "/orgs/org_x" + path, body, **params)

        assert set(answers) == {(404, "org.not_found", "there is no such organisation")}
        assert code(malformed) == (422, "id.invalid")

    told(module_service_database_url, story)


def test_somebody_without_any_organisation_is_answered_alike(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner, nobody = await office.member(), await office.stranger()

        assert (await office.ask(nobody, "GET", "/orgs")).json()["data"] == []
        assert code(await office.ask(nobody, "GET", org(owner))) == (404, "org.not_found")

    told(module_service_database_url, story)


def test_ids_of_members_and_invitations_are_looked_up_in_the_organisation_of_the_path_only(
    module_service_database_url: str,
) -> None:
    async def story(office: Office) -> None:
        owner, other = await office.member(), await office.member()
        invitation, _ = await office.invite(other, "bob@example.org")
        theirs = format_id("usr", other.user_id)
        asked = [
            ("PATCH", f"members/{theirs}", {"role": "viewer"}),
            ("DELETE", f"members/{theirs}", None),
            ("DELETE", f"invitations/{invitation['id']}", None),
            ("POST", f"invitations/{invitation['id']}/resend", None),
        ]
        answers = [
            code(await office.ask(owner, method, f"{org(owner)}/{path}", body))
            for method, path, body in asked
        ]

        assert answers == [(404, "member.not_found")] * 2 + [(404, "invitation.not_found")] * 2

    told(module_service_database_url, story)

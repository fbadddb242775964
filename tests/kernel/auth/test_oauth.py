"""Signing in elsewhere, as far as the endpoints go: a provider that says yes to everything."""

from dataclasses import dataclass, field, replace

import pytest

from playhead.kernel.audit import AuditLog
from playhead.kernel.auth import FlowEnd, FlowStart, NotOffered, Tokens, Visit
from playhead.kernel.auth.builtin import BuiltInSignIn
from playhead.kernel.auth.dependencies import AuthRoom
from playhead.kernel.auth.elsewhere import AccountsElsewhere
from playhead.kernel.auth.journal import Journal
from playhead.kernel.people import parse_email
from tests.kernel.auth.edge import Client, play
from tests.kernel.auth.stage import HERE
from tests.kernel.auth.test_accounts import Ada
from tests.kernel.auth.test_accounts import play as play_with_ada
from tests.web.client import fault

BACK = "https://app.example.org/back"


@dataclass
class Provider(BuiltInSignIn):
    """The built-in sign-in, which knows a provider as well."""

    ends: list[FlowEnd] = field(default_factory=list)

    async def begin_oauth(self, provider: str, redirect_uri: str | None, visit: Visit) -> FlowStart:
        return FlowStart(f"https://idp.test/{provider}?to={redirect_uri}", "the-state", "kept here")

    async def finish_oauth(self, end: FlowEnd, visit: Visit) -> Tokens:
        self.ends.append(end)
        return Tokens("access", "refresh", 60)


def test_only_the_browser_that_began_brings_its_secret_back(
    module_service_database_url: str,
) -> None:
    provider = Provider()

    async def story(client: Client) -> None:
        begun = await client.get(f"/oauth/google?redirect_uri={BACK}")
        assert begun.json() == {
            "redirect_url": f"https://idp.test/google?to={BACK}",
            "provider": "google",
            "state": "the-state",
        }
        cookie = begun.headers["set-cookie"]
        assert cookie.startswith("playhead_oauth=")
        for part in ("HttpOnly", "Path=/api/v1/auth/oauth", "SameSite=lax", "Max-Age=600"):
            assert part in cookie

        back = {"code": "c", "state": "the-state", "redirect_uri": BACK, "iss": "https://idp.test"}
        ended = await client.post("/oauth/callback", back)
        assert ended.json()["access_token"] == "access"
        assert "Max-Age=0" in ended.headers["set-cookie"]
        assert provider.ends == [FlowEnd("c", "the-state", "kept here", BACK, "https://idp.test")]
        await client.post("/oauth/callback", back)
        assert provider.ends[1].browser_secret == ""

    play(module_service_database_url, story, room=lambda room: replace(room, sign_in=provider))


def test_without_keys_of_ours_there_is_no_jwks(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        answer = await client.http.get("/.well-known/jwks.json")
        assert fault(answer) == (404, "auth.not_offered", None)

    def without(room: AuthRoom) -> AuthRoom:
        return replace(room, keys=None)

    play(module_service_database_url, story, room=without)


def test_an_account_that_is_kept_elsewhere_changes_but_its_names_here(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        tenants, user_id = ada.stage.tenants, ada.signed_up.user_id
        journal = Journal(tenants, AuditLog())
        elsewhere = AccountsElsewhere(tenants, journal, now=ada.stage.clock)
        for refused in (
            elsewhere.forget_password(parse_email(ada.email), HERE),
            elsewhere.reset_password("token", "password", HERE),
            elsewhere.verify_email("token", HERE),
            elsewhere.resend_verification(user_id, HERE),
            elsewhere.change_password(user_id, None, "old", "new", HERE),
        ):
            with pytest.raises(NotOffered):
                await refused
        await elsewhere.rename(user_id, None, "Byron", HERE)

        assert (await ada.person()).last_name == "Byron"
        assert (await ada.stage.actions(ada.signed_up.org_id))[0] == "person.updated"

    play_with_ada(module_service_database_url, story)

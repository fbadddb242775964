"""The scripted issuer as a provider that the suite can be run against."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from playhead.kernel.oidc import OidcSettings
from tests.kernel.oidc.issuer import RunningIssuer
from tests.kernel.oidc.issuer.state import ADMIN_CLIENT, AUDIENCE, CLIENT, ORG_CLAIM
from tests.kernel.oidc.stage import REDIRECT


def settings_of(issuer: str, **changed: object) -> OidcSettings:
    """Return settings under which everything is allowed."""
    usual = OidcSettings(
        issuer=issuer,
        client_id=CLIENT[0],
        client_secret=CLIENT[1],
        audience=AUDIENCE,
        redirect_uris=frozenset({REDIRECT}),
        org_claim=ORG_CLAIM,
        password_grant=True,
        sign_up=True,
        admin_client_id=ADMIN_CLIENT[0],
        admin_client_secret=ADMIN_CLIENT[1],
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


class ScriptedProvider:
    def __init__(self, issuer: RunningIssuer) -> None:
        self._issuer = issuer

    @property
    def settings(self) -> OidcSettings:
        return settings_of(self._issuer.state.url)

    async def set_org(self, email: str, org: str) -> None:
        self._issuer.state.users[email].org = org

    async def try_to_set_own_org(self, access_token: str, org: str) -> None:
        """Nothing here lets people do so."""

    async def give_roles(self, email: str, *, realm: str, client: str) -> None:
        user = self._issuer.state.users[email]
        user.realm_roles, user.client_roles = [realm, "uma_authorization"], [client]

    async def rotate_keys(self) -> None:
        self._issuer.state.rotate("second")

    async def remove_old_keys(self) -> None:
        self._issuer.state.remove("first")

    def outage(self) -> AbstractAsyncContextManager[None]:
        return self._issuer.outage()

"""A real Keycloak as a provider that the suite can be run against."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from playhead.kernel.oidc import OidcSettings
from tests.kernel.oidc.issuer.state import CLIENT
from tests.kernel.oidc.scripted import settings_of
from tests.keycloak.server import Keycloak

REALM = "playhead"
PATIENCE_SECONDS = 60.0
ORG_ATTRIBUTE = "playhead_org"
KEY_PROVIDER = "org.keycloak.keys.KeyProvider"
LEAST_PRIORITY = 1000


class KeycloakProvider:
    """Changes the realm through Keycloak's admin API."""

    def __init__(self, keycloak: Keycloak) -> None:
        self._keycloak = keycloak

    @property
    def settings(self) -> OidcSettings:
        url = f"{self._keycloak.url}/realms/{REALM}"
        return settings_of(url, timeout_seconds=PATIENCE_SECONDS)

    async def set_org(self, email: str, org: str) -> None:
        async with self._admin() as admin:
            user = await self._user(admin, email)
            user["attributes"] = {ORG_ATTRIBUTE: [org]}
            _fine(await admin.put(f"/users/{user['id']}", json=user))

    async def try_to_set_own_org(self, access_token: str, org: str) -> None:
        url = f"{self._keycloak.url}/realms/{REALM}/account/"
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        async with httpx2.AsyncClient(
            trust_env=False, headers=headers, timeout=PATIENCE_SECONDS
        ) as account:
            profile = _fine(await account.get(url)).json()
            profile["attributes"] = {**profile.get("attributes", {}), ORG_ATTRIBUTE: [org]}
            await account.post(url, json=profile)

    async def give_roles(self, email: str, *, realm: str, client: str) -> None:
        async with self._admin() as admin:
            user = await self._user(admin, email)
            mappings = f"/users/{user['id']}/role-mappings"
            role = _fine(await admin.get(f"/roles/{realm}")).json()
            _fine(await admin.post(f"{mappings}/realm", json=[role]))
            (found,) = _fine(await admin.get("/clients", params={"clientId": CLIENT[0]})).json()
            role = _fine(await admin.get(f"/clients/{found['id']}/roles/{client}")).json()
            _fine(await admin.post(f"{mappings}/clients/{found['id']}", json=[role]))

    async def rotate_keys(self) -> None:
        async with self._admin() as admin:
            priority = 1 + max([LEAST_PRIORITY, *[_priority(key) for key in await _keys(admin)]])
            key = {
                "name": f"rotated-{priority}",
                "providerId": "rsa-generated",
                "providerType": KEY_PROVIDER,
                "config": {"priority": [str(priority)], "algorithm": ["RS256"]},
            }
            _fine(await admin.post("/components", json=key))

    async def remove_old_keys(self) -> None:
        async with self._admin() as admin:
            keys = sorted(await _keys(admin), key=_priority)
            for key in keys[:-1]:
                _fine(await admin.delete(f"/components/{key['id']}"))

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        self._keycloak.stop()
        try:
            yield
        finally:
            self._keycloak.start()

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[httpx2.AsyncClient]:
        name, password = self._keycloak.admin
        form = {"grant_type": "password", "client_id": "admin-cli"}
        async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            url = f"{self._keycloak.url}/realms/master/protocol/openid-connect/token"
            answer = await client.post(url, data={**form, "username": name, "password": password})
            token = _fine(answer).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            client.base_url = httpx2.URL(f"{self._keycloak.url}/admin/realms/{REALM}")
            yield client

    async def _user(self, admin: httpx2.AsyncClient, email: str) -> dict[str, object]:
        query = {"email": email, "exact": "true"}
        (user,) = _fine(await admin.get("/users", params=query)).json()
        return dict(user)


async def _keys(admin: httpx2.AsyncClient) -> list[dict[str, object]]:
    answer = _fine(await admin.get("/components", params={"type": KEY_PROVIDER}))
    return [each for each in answer.json() if each["providerId"] == "rsa-generated"]


def _priority(key: dict[str, object]) -> int:
    config = key["config"]
    assert isinstance(config, dict)
    return int(config.get("priority", ["0"])[0])


def _fine(answer: httpx2.Response) -> httpx2.Response:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer

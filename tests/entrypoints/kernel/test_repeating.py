"""What makes something may be asked for again with one key: it is made once."""

import asyncio
from pathlib import Path

from tests.entrypoints.whole import bearer, whole


def test_an_organisation_and_an_invitation_are_made_once_however_often_they_are_asked_for(
    service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with whole(service_database_url, valkey_url, tmp_path) as api:
            new = await api.sign_up("ada@example.org")
            headers = bearer(new["access_token"]) | {"Idempotency-Key": "once"}
            for path, body in (
                ("/api/v1/orgs", {"name": "Second"}),
                (
                    f"/api/v1/orgs/{new['org_id']}/invitations",
                    {"email": "bob@example.org", "role": "viewer"},
                ),
            ):
                headers["Idempotency-Key"] += "."
                asked = [await api.client.post(path, json=body, headers=headers) for _ in range(2)]
                assert [each.status_code for each in asked] == [201, 201]
                assert asked[0].json() == asked[1].json()
                assert asked[1].headers["Idempotency-Replayed"] == "true"

    asyncio.run(story())


def test_a_key_of_an_organisation_that_was_deleted_a_moment_ago_is_refused_in_good_order(
    service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with whole(service_database_url, valkey_url, tmp_path) as api:
            new = await api.sign_up("ada@example.org")
            person, body = bearer(new["access_token"]), {"name": "k", "scopes": ["admin"]}
            made = await api.client.post("/api/v1/api-keys", json=body, headers=person)
            key = bearer(made.json()["key"])
            assert (await api.client.get("/api/v1/api-keys", headers=key)).status_code == 200
            gone = await api.client.delete(
                f"/api/v1/orgs/{new['org_id']}",
                params={"confirm": "Ada's organisation"},
                headers=person,
            )
            again = await api.client.post(
                "/api/v1/api-keys", json=body, headers=key | {"Idempotency-Key": "k"}
            )

            assert gone.status_code == 204
            assert again.status_code in {401, 409}

    asyncio.run(story())

"""The endpoints of API keys, asked over HTTP by people, keys and strangers."""

from typing import Any

import httpx2
import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.kernel.api_keys import new_key
from playhead.kernel.api_keys.model import DAY
from playhead.kernel.identity import Scope
from tests.kernel.access.stage import House, in_house
from tests.kernel.api_keys.stage import new_stage
from tests.kernel.stage import NOW

BODY = {"name": "reader"}
UNKNOWN = format_id("key", new_uuid(NOW))


def fault(answer: httpx2.Response) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"], error["field"]


async def signed_in(house: House) -> str:
    return house.tokens.of(house.stage.owner.user_id)


async def made(house: House, token: str, **body: Any) -> dict[str, Any]:
    answer = await house.ask("/api-keys", token, method="POST", json={**BODY, **body})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


def test_a_new_key_is_shown_once_and_opens_the_door(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        key = await made(house, token, limit_per_minute=7, allowed_networks=["192.0.2.0/24"])
        text = key.pop("key")
        read = await house.ask(f"/api-keys/{key['id']}", token)
        listed = await house.ask("/api-keys", token)

        assert read.json() == key
        assert listed.json() == {"data": [key], "next_cursor": None, "has_more": False}
        assert text not in read.text + listed.text
        assert key["created_by"] == format_id("usr", house.stage.owner.user_id)
        assert (await house.ask(credential=text)).json()["name"] == key["id"]

    in_house(module_service_database_url, act)


def test_a_key_that_is_made_without_more_reads_history_for_ever(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        key = await made(house, await signed_in(house))

        assert (key["scopes"], key["state"], key["test"]) == (["history:read"], "live", False)
        assert key["key"].startswith("ph_live_")
        assert key["hint"] == key["key"][:14]
        empty = ("expires_at", "limit_per_minute", "last_used_at", "revoked_at", "replaced_by")
        assert [key[name] for name in empty] == [None] * 5

    in_house(module_service_database_url, act)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"),
        ({"scopes": ["admin"] * 5}, "scopes"),
        ({"expires_at": "2027-01-01"}, "expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": 5}, "expires_at"),
        ({"allowed_networks": ["10.0.0.1/8"]}, "allowed_networks"),
        ({"allowed_networks": ["fe80::%1/64"]}, "allowed_networks"),
        ({"allowed_networks": [1]}, "allowed_networks"),
        ({"allowed_networks": ["10.0.0.0/8"] * 101}, "allowed_networks"),
        ({"limit_per_minute": 0}, "limit_per_minute"),
        ({"limit_per_minute": True}, "limit_per_minute"),
        ({"limit_per_minute": 1_000_001}, "limit_per_minute"),
        ({"test": "yes"}, "test"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_field(
    module_service_database_url: str, body: dict[str, Any], field: str
) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        sent = {**BODY, **body} if body else {}
        answer = await house.ask("/api-keys", token, method="POST", json=sent)

        assert fault(answer) == (422, "request.invalid", field)
        assert await house.stage.stored() == []

    in_house(module_service_database_url, act)


def test_networks_are_kept_in_their_shortest_form_and_once(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        sent = ["::ffff:192.0.2.0/120", "192.0.2.0/24", "198.51.100.1", "2001:DB8::/32"]
        key = await made(house, await signed_in(house), allowed_networks=sent)

        assert key["allowed_networks"] == ["192.0.2.0/24", "198.51.100.1/32", "2001:db8::/32"]

    in_house(module_service_database_url, act)


def test_a_key_that_was_asked_for_twice_is_made_once(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token, again = await signed_in(house), {"Idempotency-Key": "one"}
        first, second = [
            await house.ask("/api-keys", token, method="POST", json=BODY, headers=again)
            for _ in range(2)
        ]

        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert second.headers["Idempotency-Replayed"] == "true"
        assert len(await house.stage.stored()) == 1

    in_house(module_service_database_url, act)


def test_a_key_gives_no_more_than_it_has(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        admin = await house.stage.key(scopes=frozenset({Scope.ADMIN}))
        answer = await house.ask("/api-keys", admin.text, method="POST", json=BODY)
        given = await house.ask(
            "/api-keys", admin.text, method="POST", json={**BODY, "scopes": ["admin"]}
        )

        assert fault(answer) == (403, "key.scope_exceeded", "scopes")
        maker = format_id("usr", house.stage.owner.user_id)
        assert given.json()["created_by"] == maker  # who made the key that made it

    in_house(module_service_database_url, act)


def test_a_patch_changes_what_is_sent_and_null_clears(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        key = await made(
            house,
            token,
            expires_at="2030-01-01T00:00:00Z",
            limit_per_minute=7,
            allowed_networks=["192.0.2.0/24"],
        )
        path = f"/api-keys/{key['id']}"
        house.clock.pass_micros(1)
        renamed = (await house.ask(path, token, method="PATCH", json={"name": "new"})).json()
        nulls = {"expires_at": None, "limit_per_minute": None, "allowed_networks": None}
        cleared = (await house.ask(path, token, method="PATCH", json=nulls)).json()
        refused = await house.ask(path, token, method="PATCH", json={"scopes": None})

        assert {name for name in renamed if renamed[name] != key[name]} == {"name", "updated_at"}
        assert cleared == {**renamed, **nulls, "allowed_networks": []}
        assert refused.status_code == 422
        assert (await house.ask(path, token, method="PATCH", json={})).json() == cleared

    in_house(module_service_database_url, act)


def test_deleting_twice_is_as_good_as_once(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        path = f"/api-keys/{(await made(house, token))['id']}"
        first = await house.ask(path, token, method="DELETE")
        second = await house.ask(path, token, method="DELETE")

        assert (first.status_code, second.status_code, first.content) == (204, 204, b"")
        assert (await house.ask(path, token)).json()["revoked_because"] == "asked"
        assert (await house.ask("/api-keys", token)).json()["data"] == []
        asked = await house.ask("/api-keys", token, params={"revoked": "true"})
        assert [key["state"] for key in asked.json()["data"]] == ["revoked"]
        changed = await house.ask(path, token, method="PATCH", json={"name": "new"})
        assert fault(changed) == (409, "key.not_live", None)

    in_house(module_service_database_url, act)


def test_rotation_gives_a_new_key_while_the_old_one_still_opens(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        old = await made(house, token)
        path = f"/api-keys/{old['id']}/rotate"
        answer = await house.ask(path, token, method="POST")
        new = answer.json()

        assert answer.status_code == 201
        assert new["replaces"]["replaced_by"] == new["id"]
        assert new["replaces"]["expires_at"] == "2027-01-16T08:00:00.000000Z"
        for text in (old["key"], new["key"]):
            assert (await house.ask(credential=text)).status_code == 200
        again = await house.ask(path, token, method="POST")
        assert fault(again) == (409, "key.not_live", None)
        house.clock.pass_micros(DAY)
        assert (await house.ask(credential=old["key"])).status_code == 401
        assert (await house.ask(credential=new["key"])).status_code == 200

    in_house(module_service_database_url, act)


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 201), (604_800, 201), (604_801, 422), (-1, 422), ("1", 422)]
)
def test_an_overlap_is_up_to_seven_days(
    module_service_database_url: str, seconds: object, status: int
) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        path = f"/api-keys/{(await made(house, token))['id']}/rotate"
        answer = await house.ask(path, token, method="POST", json={"overlap_seconds": seconds})

        assert answer.status_code == status

    in_house(module_service_database_url, act)


def test_an_unknown_key_and_another_tenant_s_are_told_apart_by_nobody(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        theirs = format_id("key", (await (await new_stage(house.stage.tenants)).key()).key.key_id)
        for method, rest in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
            json = {"name": "mine"} if method == "PATCH" else None
            for key in (theirs, UNKNOWN):
                answer = await house.ask(f"/api-keys/{key}{rest}", token, method=method, json=json)
                assert fault(answer) == (404, "key.not_found", None)
                assert answer.json()["error"]["message"] == f"there is no API key {key}"
            odd = await house.ask(f"/api-keys/{theirs[:-1]}{rest}", token, method=method, json=json)
            assert fault(odd) == (422, "id.invalid", "id")

    in_house(module_service_database_url, act)


def test_pages_of_keys_are_whole_and_in_order(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        made_keys = []
        for number in range(5):
            issued = await house.stage.key(now=Micros(NOW + number * 1000))
            made_keys.append(format_id("key", issued.key.key_id))
        token, seen, cursor = await signed_in(house), [], None
        while True:
            params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            page = (await house.ask("/api-keys", token, params=params)).json()
            seen += [key["id"] for key in page["data"]]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                break

        assert seen == made_keys[::-1]
        wrong = {"cursor": "AAAA"}
        assert fault(await house.ask("/api-keys", token, params=wrong))[1] == "cursor.invalid"

    in_house(module_service_database_url, act)


def test_the_use_of_each_key_is_told_by_day(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key()
        for _ in range(3):
            await house.ask(credential=issued.text)
        house.clock.pass_micros(DAY)
        await house.ask(credential=issued.text)
        await house.tally.flush()
        token = await signed_in(house)
        (usage,) = (await house.ask("/api-keys/usage", token)).json()["data"]
        first = {"from": "2027-01-15", "to": "2027-01-16"}
        (part,) = (await house.ask("/api-keys/usage", token, params=first)).json()["data"]

        days = [{"day": "2027-01-15", "requests": 3}, {"day": "2027-01-16", "requests": 1}]
        assert (usage["requests"], usage["days"]) == (4, days)
        assert (part["requests"], part["days"]) == (3, days[:1])
        for params in (
            {"from": "2027-01-16", "to": "2027-01-16"},
            {"from": "2025-01-01", "to": "2027-01-01"},
            {"to": "0001-01-01"},
        ):
            answer = await house.ask("/api-keys/usage", token, params=params)
            assert fault(answer) == (422, "key.interval_invalid", "to")
        for odd in ("0", "2027-01-15T00:00:00", "2027-02-30", "tomorrow"):
            answer = await house.ask("/api-keys/usage", token, params={"from": odd})
            assert fault(answer) == (422, "request.invalid", "from")

    in_house(module_service_database_url, act)


def test_whoever_finds_a_key_can_have_it_revoked(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token = await signed_in(house)
        key = await made(house, token)
        body = {"key": key["key"], "where": "a public repository"}
        known = await house.ask("/api-keys/report-leak", method="POST", json=body)
        body["key"] = new_key(is_test=False)
        unknown = await house.ask("/api-keys/report-leak", method="POST", json=body)

        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert known.status_code == 202
        told = (await house.ask(f"/api-keys/{key['id']}", token)).json()
        assert (told["state"], told["revoked_because"]) == ("revoked", "leaked")
        assert [mail.recipient for mail in house.letters.mails] == [house.stage.owner.email]
        assert (await house.ask(credential=key["key"])).status_code == 401

    in_house(module_service_database_url, act)


def test_reports_of_what_is_no_key_are_refused_and_all_are_limited(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        body = {"key": "ph_live_odd"}
        path = "/api-keys/report-leak"
        answers = [await house.ask(path, method="POST", json=body) for _ in range(11)]

        assert fault(answers[0]) == (422, "key.malformed", "key")
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]

    in_house(module_service_database_url, act)

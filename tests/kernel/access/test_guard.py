"""The guard, asked over HTTP: who comes in, who does not, and what they are told."""

import asyncio
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.kernel.access import Plan
from playhead.kernel.access.warm import FRESH
from playhead.kernel.api_keys import new_key, revoke
from playhead.kernel.identity import Role, Scope
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from playhead.storage.valkey import Valkey
from playhead.web.edge import Edge
from playhead.web.forwarded import parse_networks
from playhead.web.limits import Limiter
from tests.kernel.access.stage import House, house, in_house
from tests.kernel.stage import NOW, make_member, make_person

EVERYTHING = frozenset(Scope)


def fault(answer: httpx2.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["error"]["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, body["error"]["code"]


def test_a_key_comes_in_by_either_header(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key()
        by_bearer = await house.ask(credential=issued.text)
        by_name = await house.ask(headers={"X-API-Key": issued.text})

        assert by_bearer.json() == by_name.json()
        assert by_bearer.json() == {
            "name": format_id("key", issued.key.key_id),
            "org": str(house.stage.owner.org_id),
            "role": None,
            "plan": "free",
            "address": "192.0.2.1",
        }

    in_house(module_service_database_url, act)


def test_a_person_comes_in_for_the_organisation_that_they_name(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        owner = house.stage.owner
        token = house.tokens.of(owner.user_id)
        named = {"X-Org-ID": format_id("org", owner.org_id)}
        answer = await house.ask(credential=token, headers=named)

        assert answer.json()["role"] == "owner"
        strange = {"X-Org-ID": format_id("org", new_uuid(NOW))}
        odd = {"X-Org-ID": str(owner.org_id)}
        assert fault(await house.ask(credential=token, headers=strange)) == (403, "org.none")
        assert fault(await house.ask(credential=token, headers=odd)) == (422, "id.invalid")

    in_house(module_service_database_url, act)


@pytest.mark.parametrize(
    ("headers", "code", "challenge"),
    [
        ({}, "auth.required", "Bearer"),
        ({"Authorization": "Basic YTpi"}, "auth.required", "Bearer"),
        ({"Authorization": "Bearer odd"}, "auth.token_invalid", 'Bearer error="invalid_token"'),
        ({"Authorization": "Bearer old"}, "auth.token_expired", 'Bearer error="invalid_token"'),
        ({"X-API-Key": "ph_live_odd"}, "auth.key_invalid", 'Bearer error="invalid_token"'),
        (
            {"X-API-Key": new_key(is_test=False)},
            "auth.key_invalid",
            'Bearer error="invalid_token"',
        ),
        (
            {"X-API-Key": "ph_live_odd", "Authorization": "Bearer odd"},
            "auth.ambiguous",
            'Bearer error="invalid_request"',
        ),
    ],
)
def test_nobody_comes_in_without_being_told_why(
    module_service_database_url: str, headers: dict[str, str], code: str, challenge: str
) -> None:
    async def act(house: House) -> None:
        house.tokens.expired.add("old")
        answer = await house.ask(headers=headers)

        assert fault(answer) == (401, code)
        assert answer.headers["WWW-Authenticate"].split(",")[0] == challenge

    in_house(module_service_database_url, act)


def test_a_key_that_is_no_more_looks_like_one_that_never_was(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        gone, expired = await house.stage.key(), await house.stage.key(expires_at=NOW + 1)
        await revoke(house.stage.desk, house.stage.author, gone.key.key_id, NOW)
        elsewhere = await house.stage.key(allowed_networks=(ip_network("198.51.100.0/24"),))
        house.clock.pass_micros(1)
        texts = [gone.text, expired.text, elsewhere.text, new_key(is_test=False)]
        answers = [await house.ask(credential=text) for text in texts]

        assert {fault(answer) for answer in answers} == {(401, "auth.key_invalid")}
        assert len({answer.json()["error"]["message"] for answer in answers}) == 1
        assert len({answer.headers["WWW-Authenticate"] for answer in answers}) == 1

    in_house(module_service_database_url, act)


@pytest.mark.parametrize(
    ("peer", "network", "status"),
    [
        ("192.0.2.7", "192.0.2.0/24", 200),
        ("::ffff:192.0.2.7", "192.0.2.0/24", 200),
        ("192.0.3.7", "192.0.2.0/24", 401),
        ("2001:db8::7", "2001:db8::/32", 200),
        ("2001:db9::7", "2001:db8::/32", 401),
        ("192.0.2.7", "::/0", 401),
        ("no address", "0.0.0.0/0", 401),
    ],
)
def test_a_key_is_good_only_in_its_networks(
    module_service_database_url: str, peer: str, network: str, status: int
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(allowed_networks=(ip_network(network),))

        assert (await house.ask(credential=issued.text)).status_code == status

    in_house(module_service_database_url, act, peer=peer)


def test_networks_are_compared_with_what_a_trusted_proxy_says(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(allowed_networks=(ip_network("198.51.100.7"),))
        told = {"X-Forwarded-For": "198.51.100.7"}

        assert (await house.ask(credential=issued.text, headers=told)).status_code == 200
        assert (await house.ask(credential=issued.text)).status_code == 401

    proxies = parse_networks(["192.0.2.1"])
    in_house(module_service_database_url, act, edge=Edge(trusted_proxies=proxies))


def test_garbage_never_reaches_the_database(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        key = new_key(is_test=False)
        for at in range(len("ph_"), len(key), 4):
            garbage = key[:at] + ("a" if key[at] != "a" else "b") + key[at + 1 :]
            assert (await house.ask(credential=garbage)).status_code == 401
        for garbage in ("ph_", "ph_live_", "ph_live_" + "0" * 49, "a.b.c"):
            assert (await house.ask(credential=garbage)).status_code == 401

        assert house.register.asked == 0

    in_house(module_service_database_url, act)


def test_a_scope_that_is_missing_is_named(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(scopes=frozenset({Scope.AUTOMATION_READ}))
        answer = await house.ask(credential=issued.text)

        assert fault(answer) == (403, "auth.scope_missing")
        assert answer.json()["error"]["details"] == {"missing": ["history:read"]}
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
        assert (await house.ask("/me", issued.text)).status_code == 200

    in_house(module_service_database_url, act)


def test_who_has_no_organisation_is_told_that(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        token = house.tokens.of(await make_person(house.stage.tenants))

        assert fault(await house.ask("/who", token)) == (403, "org.none")
        assert (await house.ask("/me", token)).json()["org"] is None

    in_house(module_service_database_url, act)


def test_roles_decide_what_people_may(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        org_id = house.stage.owner.org_id
        for role, status in ((Role.ADMIN, 200), (Role.EDITOR, 403), (Role.VIEWER, 403)):
            member = await make_member(house.stage.tenants, role, org_id=org_id)
            token = house.tokens.of(member.user_id)
            assert (await house.ask("/api-keys", token)).status_code == status
            assert (await house.ask("/who", token)).status_code == 200

    in_house(module_service_database_url, act)


def test_a_revoked_key_is_out_within_five_seconds(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        text = (await house.stage.key(scopes=EVERYTHING)).text
        victim = await house.stage.key()
        assert (await house.ask(credential=victim.text)).status_code == 200
        path = f"/api-keys/{format_id('key', victim.key.key_id)}"
        assert (await house.ask(path, text, method="DELETE")).status_code == 204

        house.clock.pass_micros(FRESH)
        assert fault(await house.ask(credential=victim.text)) == (401, "auth.key_invalid")

    in_house(module_service_database_url, act)


def test_a_person_who_changes_something_is_judged_by_how_they_stand_now(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        owner = house.stage.owner
        token, body = house.tokens.of(owner.user_id), {"name": "one"}
        assert (await house.ask("/me", token)).json()["org"] == str(owner.org_id)
        async with house.stage.tenants.transaction(owner.tenant) as transaction:
            await transaction.execute("UPDATE memberships SET role = 'viewer'")

        assert (await house.ask("/api-keys", token)).status_code == 200  # warm, for 3 seconds
        refused = await house.ask("/api-keys", token, method="POST", json=body)
        assert fault(refused) == (403, "auth.scope_missing")
        assert (await house.ask("/api-keys", token)).status_code == 403

    in_house(module_service_database_url, act)


def test_who_changes_too_much_costs_the_database_nothing(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        token = house.tokens.of(house.stage.owner.user_id)
        asking = [await house.ask("/api-keys", token, method="POST", json={}) for _ in range(3)]
        asked = house.register.asked
        refused = [await house.ask("/api-keys", token, method="POST", json={}) for _ in range(9)]

        assert [answer.status_code for answer in asking] == [422, 422, 429]
        assert {answer.status_code for answer in refused} == {429}
        assert house.register.asked == asked

    in_house(module_service_database_url, act, plans={"free": Plan(2, 100)})


def test_a_key_has_its_own_limit_and_never_more_than_the_plan_s(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        chosen: list[tuple[dict[str, Any], str]] = [
            ({}, '"key";q=5;w=60'),
            ({"limit_per_minute": 2}, '"key";q=2;w=60'),
            ({"limit_per_minute": 900}, '"key";q=5;w=60'),
        ]
        for settings, policy in chosen:
            issued = await house.stage.key(**settings)
            answer = await house.ask(credential=issued.text)
            assert answer.headers["RateLimit-Policy"] == f'{policy}, "organisation";q=8;w=60'
            assert answer.headers["RateLimit"].startswith('"key";r=')

    in_house(module_service_database_url, act, plans={"free": Plan(5, 8)})


def test_too_many_requests_are_refused_until_later(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(limit_per_minute=2)
        for _ in range(2):
            assert (await house.ask(credential=issued.text)).status_code == 200
        refused = await house.ask(credential=issued.text)

        assert fault(refused) == (429, "rate.limited")
        assert refused.headers["Retry-After"] == "30"
        assert refused.json()["error"]["details"]["limit"] == "key"
        house.clock.pass_micros(30_000_000)
        assert (await house.ask(credential=issued.text)).status_code == 200

    in_house(module_service_database_url, act)


def test_many_keys_gain_an_organisation_no_more_than_its_plan(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        texts = [(await house.stage.key()).text for _ in range(5)]
        answers = [await house.ask(credential=text) for text in texts]
        token = house.tokens.of(house.stage.owner.user_id)

        assert [answer.status_code for answer in answers] == [200] * 4 + [429]
        assert answers[-1].json()["error"]["details"]["limit"] == "organisation"
        assert (await house.ask(credential=token)).status_code == 429

    in_house(module_service_database_url, act, plans={"free": Plan(3, 4)})


def test_a_test_key_has_sixty_a_minute(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(is_test=True)
        answer = await house.ask(credential=issued.text)

        assert answer.headers["RateLimit-Policy"].startswith('"key";q=60;w=60')

    in_house(module_service_database_url, act)


def test_limits_of_people_are_their_plan_s(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        one, other = (house.tokens.of(house.stage.owner.user_id) for _ in range(2))
        answers = [await house.ask(credential=token) for token in (one, other, one)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].json()["error"]["details"]["limit"] == "person"

    in_house(module_service_database_url, act, plans={"free": Plan(2, 100)})


def test_who_guesses_is_held_back_and_who_is_known_is_not(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        known = (await house.stage.key()).text
        assert (await house.ask(credential=known)).status_code == 200
        guesses = [await house.ask(credential=new_key(is_test=False)) for _ in range(61)]
        asked = house.register.asked

        assert [guess.status_code for guess in guesses] == [401] * 60 + [429]
        assert int(guesses[-1].headers["Retry-After"]) == 1
        assert "WWW-Authenticate" not in guesses[-1].headers
        assert (await house.ask(credential=new_key(is_test=False))).status_code == 429
        assert house.register.asked == asked  # the database is not asked for who is held back
        assert (await house.ask(credential=known)).status_code == 200
        house.clock.pass_micros(1_000_000)
        assert (await house.ask(credential=new_key(is_test=False))).status_code == 401

    in_house(module_service_database_url, act)


def test_who_guesses_shuts_nobody_out_who_was_let_in_from_the_same_address_before(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        key = (await house.stage.key()).text
        token = house.tokens.of(house.stage.owner.user_id)
        for good in (key, token):
            assert (await house.ask(credential=good)).status_code == 200
        made = await house.ask("/api-keys", token, method="POST", json={"name": "another"})
        assert made.status_code == 201  # after which they are looked up again
        house.clock.pass_micros(FRESH)  # what is known of them is fresh no more
        while (await house.ask(credential=new_key(is_test=False))).status_code != 429:
            pass

        for good in (key, token):
            assert (await house.ask(credential=good)).status_code == 200

    in_house(module_service_database_url, act)


def test_an_expired_token_is_no_guess(module_service_database_url: str) -> None:
    async def act(house: House) -> None:
        house.tokens.expired.add("old")
        answers = [await house.ask(credential="old") for _ in range(70)]

        assert {answer.status_code for answer in answers} == {401}

    in_house(module_service_database_url, act)


def test_requests_of_a_key_are_counted_and_those_refused_are_not(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key(limit_per_minute=3)
        for _ in range(5):
            await house.ask(credential=issued.text)
        await house.ask(credential=house.tokens.of(house.stage.owner.user_id))

        assert await house.tally.flush()
        assert sum((await house.stage.counted(issued.key.key_id)).values()) == 3

    in_house(module_service_database_url, act)


def test_without_a_database_the_warm_come_in_and_the_cold_are_told_to_wait(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        issued = await house.stage.key()
        assert (await house.ask(credential=issued.text)).status_code == 200
        nowhere = "postgresql://playhead_service@127.0.0.1:1/playhead"
        async with Database.open(nowhere, connections=1) as gone:
            house.register.register._tenants = Tenants(gone)
            house.register.register._keys._tenants = Tenants(gone)
            assert (await house.ask(credential=issued.text)).status_code == 200
            house.clock.pass_micros(FRESH)
            await gone._pool.close()  # spares the test the time that a pool waits
            answer = await house.ask(credential=issued.text)
        assert fault(answer) == (503, "database.unavailable")

    in_house(module_service_database_url, act)


def test_limits_hold_over_processes_that_share_a_valkey(
    module_service_database_url: str, valkey_url: str
) -> None:
    async def run() -> None:
        async with (
            Database.open(module_service_database_url, connections=2) as database,
            Valkey.open(valkey_url, timeout_seconds=5) as valkey,
            house(Tenants(database), limiter=Limiter(valkey)) as one,
            house(Tenants(database), limiter=Limiter(valkey)) as other,
        ):
            issued = await one.stage.key(limit_per_minute=4)
            askers = [one, other] * 4
            answers = [await each.ask(credential=issued.text) for each in askers]
            statuses = [answer.status_code for answer in answers]
            assert statuses == [200] * 4 + [429] * 4

    asyncio.run(run())


def test_the_document_says_how_to_come_in_and_what_may_be_answered(
    module_service_database_url: str,
) -> None:
    async def act(house: House) -> None:
        document = house.app.openapi()
        schemes = document["components"]["securitySchemes"]
        who = document["paths"]["/who"]["get"]
        report = document["paths"]["/api-keys/report-leak"]["post"]
        codes = {
            status: set(response["content"]["application/json"]["examples"])
            for status, response in who["responses"].items()
            if status != "200"
        }

        assert (schemes["bearer"]["scheme"], schemes["api_key"]["name"]) == ("bearer", "X-API-Key")
        assert who["security"] == [{"bearer": []}, {"api_key": []}]
        assert codes["401"] == {
            "auth.required",
            "auth.ambiguous",
            "auth.token_invalid",
            "auth.token_expired",
            "auth.key_invalid",
        }
        assert codes["403"] == {"auth.scope_missing", "org.none"}
        assert {"rate.limited"} == codes["429"]
        assert [each["name"] for each in who["parameters"]] == ["X-Org-ID"]
        assert "security" not in report

    in_house(module_service_database_url, act)

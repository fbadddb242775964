"""Signed webhooks: what is taken, once, and what is refused."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from playhead.automation.reflexes.webhooks.signature import (
    is_signed,
    key_of,
    new_secret,
    read_headers,
)
from playhead.web.limits import Rate
from tests.automation.reflexes.stage import SECOND, Lab, fault, told

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"test": 2432232314}'


@pytest.fixture
def url(module_service_database_url: str) -> str:
    return module_service_database_url


def test_the_vector_of_the_specification_is_signed_alike() -> None:
    id, timestamp = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    told = {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v2,abc v1,AAAA {known}",
    }
    signed = read_headers(told)
    assert signed is not None
    assert Webhook(SECRET).sign(id, datetime.fromtimestamp(1614265330, UTC), BODY) == known
    assert is_signed(signed, BODY.encode(), [key_of(new_secret(bytes)), key_of(SECRET)])
    assert not is_signed(signed, BODY.encode() + b" ", [key_of(SECRET)])


def test_a_webhook_is_kept_decided_and_starts_the_skill_once(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(
            condition='event.type == "order.paid"', input={"order": {"$event": "order.id"}}
        )
        answer = await lab.send(reflex, '{"type": "order.paid", "order": {"id": "4711"}}')
        assert (answer.status_code, answer.json()["status"]) == (202, "received")
        await lab.work()
        (execution,) = await lab.started()
        assert execution.input == {"order": "4711"}
        assert execution.trigger["event"]["type"] == "order.paid"
        (event,) = await lab.events(reflex)
        assert (event["state"], event["because"]) == ("fired", "fired")
        assert event["execution_id"].startswith("exe_")
        values = event["trace"]["condition"]["values"]
        assert values == {"event.type": "order.paid"}

    told(url, story)


def test_the_same_message_again_is_acknowledged_and_starts_nothing(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        first = await lab.send(reflex, "{}", id="msg_same")
        lab.clock.at += 30 * SECOND
        second = await lab.send(reflex, "{}", id="msg_same")
        assert (first.status_code, second.status_code) == (202, 200)
        assert second.json() == {"status": "duplicate", "event_id": None}
        await lab.work()
        assert len(await lab.started()) == 1

    told(url, story)


UNSIGNED = (
    {"webhook-signature": "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    {"webhook-signature": ""},
    {"webhook-signature": "v2,abc"},
    {"webhook-id": "msg_other"},
    {"webhook-id": "with space"},
    {"webhook-timestamp": "1"},
    {"webhook-timestamp": "9999999999"},
    {"webhook-timestamp": "soon"},
)


def test_whoever_cannot_sign_learns_nothing(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        elsewhere = await lab.send({**reflex, "id": "rfx_" + "0" * 26}, BODY)
        assert fault(elsewhere) == (401, "webhook.signature_invalid", None)
        for headers in UNSIGNED:
            answer = await lab.send(reflex, BODY, headers=headers)
            assert answer.json()["error"] == elsewhere.json()["error"], headers
        assert await lab.events(reflex) == []

    told(url, story)


def test_a_timestamp_may_differ_by_five_minutes_either_way(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        signed = lab.clock.at // SECOND
        for number, (shift, status) in enumerate(
            [(300, 202), (301, 401), (-300, 202), (-301, 401)]
        ):
            at = datetime.fromtimestamp(signed - shift, UTC)
            id = f"msg_{number}"
            said = {
                "webhook-timestamp": str(signed - shift),
                "webhook-signature": Webhook(reflex["webhook_secret"]).sign(id, at, "{}"),
            }
            assert (await lab.send(reflex, "{}", id=id, headers=said)).status_code == status

    told(url, story)


UNFIT = (
    ("[1]", "is not a JSON object"),
    ("[" * 100_000, "nested"),
    ('{"a":' * 40 + "1" + "}" * 40, "nested"),
    ('{"a": 1, "a": 2}', "twice"),
    ('{"a": NaN}', "NaN"),
    ('{"a": 1e999}', "too large"),
    ('{"a": 99999999999999999999}', "64 bits"),
    ('{"a": "\\u0000"}', "U+0000"),
    ('{"a": "\\ud800"}', "surrogate"),
    ('{"a": ', "no JSON"),
    ("", "no JSON"),
)


def test_a_body_that_cannot_be_kept_is_refused_clearly(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        for body, says in UNFIT:
            answer = await lab.send(reflex, body)
            assert fault(answer) == (422, "reflex.event_invalid", "body")
            assert says in answer.json()["error"]["message"]
        deepest = await lab.send(reflex, '{"a":' * 32 + "1" + "}" * 32)
        assert deepest.status_code == 202

    told(url, story)


def test_a_body_of_two_mebibytes_and_one_that_is_no_json_are_refused(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        large = await lab.send(reflex, json.dumps({"a": "x" * 2 * 1024 * 1024}))
        form = await lab.send(reflex, "{}", headers={"content-type": "text/plain"})
        assert fault(large)[:2] == (422, "reflex.event_too_large")
        assert fault(form)[:2] == (422, "reflex.event_invalid")

    told(url, story)


def test_a_secret_that_was_replaced_is_good_for_the_overlap_and_no_longer(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        path = f"/reflexes/{reflex['id']}/regenerate-secret"
        answer = await lab.ask("POST", path, {"overlap_seconds": 60})
        new = answer.json()["webhook_secret"]
        assert answer.status_code == 201
        assert new.startswith("whsec_")
        assert (await lab.send(reflex, "{}", id="msg_a")).status_code == 202
        assert (await lab.send(reflex, "{}", id="msg_b", secret=new)).status_code == 202
        lab.clock.at += 60 * SECOND
        assert (await lab.send(reflex, "{}", id="msg_c")).status_code == 401
        assert (await lab.send(reflex, "{}", id="msg_d", secret=new)).status_code == 202
        await lab.ask("POST", path, {"overlap_seconds": 0})
        assert (await lab.send(reflex, "{}", id="msg_e", secret=new)).status_code == 401

    told(url, story)


def test_no_answer_but_those_that_make_it_holds_a_secret(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        secret = reflex["webhook_secret"]
        for path in ("", "/full", "/webhook", "/stats", "/events", "/executions"):
            answer = await lab.ask("GET", f"/reflexes/{reflex['id']}{path}")
            assert answer.status_code == 200, answer.text
            assert secret not in answer.text
            assert secret.removeprefix("whsec_") not in answer.text
        listed = await lab.ask("GET", "/reflexes")
        kept = await lab.rows("SELECT sealed FROM reflex_secrets")
        assert "whsec_" not in listed.text
        assert all(key_of(secret) not in row.sealed for row in kept)

    told(url, story)


def test_a_sender_that_sends_too_much_is_told_when_to_come_back(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        answers = [await lab.send(reflex, "{}", id=f"msg_{number}") for number in range(4)]
        assert [each.status_code for each in answers] == [202, 202, 202, 429]
        assert "retry-after" in answers[-1].headers

    told(url, story, reflex_rate=Rate(count=60, per_seconds=60, burst=3))


def test_the_webhook_is_told_without_changing_anything(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        answer = (await lab.ask("GET", f"/reflexes/{reflex['id']}/webhook")).json()
        assert answer["url"] == reflex["webhook_url"]
        assert answer["method"] == "POST"
        assert len(await lab.rows("SELECT number FROM reflex_secrets")) == 1
        other = await lab.reflex(trigger_type="api_call")
        refused = await lab.ask("GET", f"/reflexes/{other['id']}/webhook")
        assert fault(refused)[:2] == (409, "reflex.not_webhook")
        assert other["webhook_secret"] is None

    told(url, story)


def test_no_more_than_five_secrets_are_ever_good(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        secrets = [reflex["webhook_secret"]]
        for _ in range(6):
            answer = await lab.ask("POST", f"/reflexes/{reflex['id']}/regenerate-secret")
            secrets.append(answer.json()["webhook_secret"])
        answers = [
            (await lab.send(reflex, "{}", id=f"msg_{number}", secret=secret)).status_code
            for number, secret in enumerate(secrets)
        ]
        assert answers == [401] * 2 + [202] * 5

    told(url, story)

"""Webhooks as the internet sends them: signed by the official package, to the API's own socket."""

import pytest

from tests.automation.acceptance.making import decided, ended, make_reflex
from tests.automation.acceptance.place import Json, Person
from tests.automation.acceptance.sending import send

KIBIBYTE = 1024
OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def hook(ada: Person) -> Json:
    """A reflex that webhooks set off."""
    return make_reflex(ada, trigger_type="webhook")


def code_of(answer: object) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    told = answer.json()  # type: ignore[attr-defined]
    return told["error"]["status"], told["error"]["code"]


def events_of(ada: Person, hook: Json) -> list[Json]:
    """Return what has reached a reflex."""
    return list(ada.get(f"/reflexes/{hook['id']}/events")["data"])


def test_a_signed_webhook_is_kept_before_it_is_acknowledged_and_runs_the_skill(
    ada: Person, hook: Json
) -> None:
    taken = send(ada.place, hook, {"who": "Eve"}, id="msg_1")
    (kept,) = events_of(ada, hook)

    assert (taken.status_code, taken.json()) == (
        202,
        {"status": "received", "event_id": kept["id"]},
    )
    assert (kept["source_id"], kept["payload"]) == ("msg_1", {"who": "Eve"})
    ran = ended(ada, decided(ada, hook, kept["id"])["execution_id"])
    assert ran["output"].endswith("Say hello to Eve now.")


def test_the_address_that_is_told_is_the_one_that_is_served(ada: Person, hook: Json) -> None:
    assert hook["webhook_url"] == (
        f"{ada.place.client.base_url}".rstrip("/") + f"/api/v1/webhooks/reflexes/{hook['id']}"
    )


def test_a_replay_is_acknowledged_and_starts_nothing(ada: Person, hook: Json) -> None:
    answers = [send(ada.place, hook, {"who": "Eve"}, id="msg_1") for _ in range(3)]

    assert [each.status_code for each in answers] == [202, 200, 200]
    assert answers[1].json() == {"status": "duplicate", "event_id": None}
    decided(ada, hook, answers[0].json()["event_id"])
    assert len(ada.get(f"/reflexes/{hook['id']}/executions")["data"]) == 1


WRONG: dict[str, Json] = {
    "another secret": {"secret": OTHER_SECRET},
    "a timestamp of six minutes ago": {"age_seconds": 360},
    "a timestamp in six minutes": {"age_seconds": -360},
    "another timestamp than was signed": {"headers": {"webhook-timestamp": "1700000000"}},
    "another id than was signed": {"headers": {"webhook-id": "msg_other"}},
    "no signature": {"headers": {"webhook-signature": ""}},
    "a signature of another version": {"headers": {"webhook-signature": "v2,abc"}},
}


@pytest.mark.parametrize("case", WRONG)
def test_whoever_cannot_sign_is_refused_and_leaves_nothing(
    ada: Person, hook: Json, case: str
) -> None:
    refused = send(ada.place, hook, {"who": "Eve"}, **WRONG[case])

    assert code_of(refused) == (401, "webhook.signature_invalid")
    assert events_of(ada, hook) == []


def test_an_unknown_reflex_is_not_told_from_a_wrong_signature(ada: Person, hook: Json) -> None:
    url = hook["webhook_url"].replace(hook["id"], "rfx_" + "0" * 26)
    unknown = send(ada.place, {**hook, "webhook_url": url}, {})
    wrong = send(ada.place, hook, {}, secret=OTHER_SECRET)

    assert unknown.json()["error"] == wrong.json()["error"]


UNFIT: dict[str, tuple[str, str]] = {
    "a JSON array": ("[1, 2]", "is not a JSON object"),
    "a hundred thousand brackets": ("[" * 100_000, "nested"),
    "forty objects in one another": ('{"a":' * 40 + "1" + "}" * 40, "nested"),
    "a name twice": ('{"a": 1, "a": 2}', "twice"),
    "half of an object": ('{"a": ', "no JSON"),
    "NaN": ('{"a": NaN}', "NaN"),
    "nothing": ("", "no JSON"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_a_body_that_cannot_be_an_event_is_refused_and_says_why(
    ada: Person, hook: Json, case: str
) -> None:
    body, says = UNFIT[case]
    refused = send(ada.place, hook, body)

    assert code_of(refused) == (422, "reflex.event_invalid")
    assert says in refused.json()["error"]["message"]
    assert events_of(ada, hook) == []


@pytest.mark.parametrize("kibibytes", [256, 2048, 20480])
def test_a_body_of_two_mebibytes_or_of_more_than_an_event_may_have_is_refused(
    ada: Person, hook: Json, kibibytes: int
) -> None:
    refused = send(ada.place, hook, {"text": "x" * kibibytes * KIBIBYTE})

    assert code_of(refused) in {(422, "reflex.event_too_large"), (422, "body.too_large")}
    assert events_of(ada, hook) == []
    assert send(ada.place, hook, {"who": "Eve"}).status_code == 202

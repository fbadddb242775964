"""Reflexes, requirement by requirement: RFLX-01 to RFLX-12."""

import pytest

from tests.automation.acceptance.making import (
    call,
    decided,
    ended,
    execute,
    ids,
    make_failing_skill,
    make_reflex,
    make_skill,
)
from tests.automation.acceptance.place import Json, Person, until
from tests.automation.acceptance.sending import send

UNKNOWN = "rfx_" + "0" * 26
PAID = 'event.type == "order.paid"'
FILTERS = {"filters": [{"field": "type", "operator": "equals", "value": "order.paid"}]}


def test_rflx_01_a_reflex_is_created_and_fires_when_its_condition_holds(ada: Person) -> None:
    skill = make_skill(ada)
    body = {
        "name": "Paid orders",
        "skill_id": skill["id"],
        "trigger_type": "webhook",
        "condition": PAID,
        "input": {"name": {"$event": "order.buyer"}},
        "throttle_ms": 0,
        "dedupe_key": "event.order.id",
    }
    made = ada.post("/reflexes", body, status=201)
    assert {name: made[name] for name in body} == body
    assert made["webhook_secret"].startswith("whsec_")

    orders = [("order.paid", 1), ("order.seen", 2), ("order.paid", 1), ("order.paid", 3)]
    events = []
    for kind, number in orders:
        event = {"type": kind, "order": {"id": number, "buyer": f"Eve {number}"}}
        taken = send(ada.place, made, event).json()
        events.append(decided(ada, made, taken["event_id"]))
    assert [each["because"] for each in events] == ["fired", "not_matched", "duplicate", "fired"]
    assert events[1]["trace"]["condition"]["values"] == {"event.type": "order.seen"}
    ran = ended(ada, events[0]["execution_id"])
    assert (ran["status"], ran["execution_type"]) == ("completed", "reflex")
    assert (ran["reference_id"], ran["input"]) == (made["id"], {"name": "Eve 1"})
    assert ran["output"].endswith("Say hello to Eve 1 now.")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"trigger_type": "email"}, "reflex.trigger_unavailable"),
        ({"trigger_type": "file_change"}, "reflex.trigger_unavailable"),
        ({"trigger_type": "schedule"}, "reflex.trigger_unavailable"),
        ({"trigger_type": "market"}, "reflex.trigger_config_invalid"),
        ({"trigger_type": "event"}, "reflex.trigger_config_invalid"),
        ({"condition": "event.type =="}, "reflex.condition_invalid"),
        ({"condition": "1 + 1"}, "reflex.condition_invalid"),
        ({"condition": PAID, "conditions": FILTERS}, "reflex.conditions_ambiguous"),
        ({"label": "nowhere"}, "skill.label_not_found"),
        ({"skill_id": "skl_" + "0" * 26}, "skill.not_found"),
        ({"trigger_type": "telepathy"}, "request.invalid"),
    ],
    ids=lambda each: each if isinstance(each, str) else "-".join(map(str, each.values()))[:30],
)
def test_rflx_01_what_could_never_fire_is_refused(ada: Person, change: Json, code: str) -> None:
    skill = make_skill(ada)
    body = {"skill_id": skill["id"], "trigger_type": "webhook"}

    assert ada.refused("POST", "/reflexes", {**body, **change})[1] == code
    assert ada.get("/reflexes", skill_id=skill["id"])["data"] == []


def test_rflx_01_filters_are_a_condition_too(ada: Person) -> None:
    made = make_reflex(ada, conditions=FILTERS)
    events = [call(ada, made, {"type": each, "who": "Eve"}) for each in ("Order.Paid", "no")]

    assert made["conditions"] == FILTERS
    assert made["condition"] is not None
    assert [each["because"] for each in events] == ["fired", "not_matched"]


def test_rflx_02_a_reflex_is_read_without_its_secret_and_one_that_is_not_there_is_404(
    ada: Person,
) -> None:
    made = make_reflex(ada, trigger_type="webhook")
    secret = made.pop("webhook_secret")
    found = ada.ask("GET", f"/reflexes/{made['id']}")

    assert found.json() == made
    assert secret not in found.text
    assert ada.refused("GET", f"/reflexes/{UNKNOWN}") == (404, "reflex.not_found")


def test_rflx_03_a_reflex_comes_with_its_skill_and_what_it_did(ada: Person) -> None:
    skill = make_skill(ada, category="analysis")
    made = make_reflex(ada, skill)
    event = call(ada, made, {"who": "Eve"})
    ended(ada, event["execution_id"])
    full = ada.get(f"/reflexes/{made['id']}/full")

    assert full["skill"] == {
        "id": skill["id"],
        "name": skill["name"],
        "category": "analysis",
        "is_active": True,
    }
    assert [each["id"] for each in full["recent_events"]] == [event["id"]]
    assert [(each["id"], each["status"]) for each in full["recent_executions"]] == [
        (event["execution_id"], "completed")
    ]


def test_rflx_04_reflexes_are_listed_filtered_and_paged(ada: Person) -> None:
    skill = make_skill(ada)
    kinds = ["webhook", "api_call", "webhook"]
    made = [make_reflex(ada, skill, trigger_type=kind) for kind in kinds]
    ada.post(f"/reflexes/{made[0]['id']}/deactivate")
    newest = [each["id"] for each in reversed(made)]
    listed = ada.ask("GET", "/reflexes", skill_id=skill["id"])

    assert ids(listed.json()) == newest
    assert "whsec_" not in listed.text
    assert ids(ada.get("/reflexes", skill_id=skill["id"], trigger_type="api_call")) == newest[1:2]
    assert ids(ada.get("/reflexes", skill_id=skill["id"], is_active="false")) == newest[2:]
    page = ada.get("/reflexes", skill_id=skill["id"], page=2, page_size=2)
    assert (ids(page), page["total"]) == (newest[2:], 3)
    first = ada.get("/reflexes", skill_id=skill["id"], limit=2)
    rest = ada.get("/reflexes", skill_id=skill["id"], limit=2, cursor=first["next_cursor"])
    assert ids(first) + ids(rest) == newest


def test_rflx_05_a_changed_condition_decides_from_then_on(ada: Person) -> None:
    made = make_reflex(ada, condition='event.who == "Eve"')
    path = f"/reflexes/{made['id']}"
    changed = ada.patch(path, {"condition": 'event.who == "Bob"', "name": "For Bob"})
    events = [call(ada, made, {"who": who}) for who in ("Eve", "Bob")]

    assert (changed["name"], changed["condition"]) == ("For Bob", 'event.who == "Bob"')
    assert ada.get(path)["condition"] == changed["condition"]
    assert [each["because"] for each in events] == ["not_matched", "fired"]
    assert ada.patch(path, {"condition": None})["condition"] is None
    assert call(ada, made, {"who": "Eve"})["because"] == "fired"
    assert ada.refused("PATCH", path, {"condition": "event."})[1] == "reflex.condition_invalid"


def test_rflx_06_a_deleted_reflex_is_gone_and_its_executions_stay(ada: Person) -> None:
    made = make_reflex(ada)
    event = call(ada, made, {"who": "Eve"})
    ended(ada, event["execution_id"])
    ada.delete(f"/reflexes/{made['id']}")

    assert ada.refused("GET", f"/reflexes/{made['id']}") == (404, "reflex.not_found")
    assert made["id"] not in ids(ada.get("/reflexes", limit=100))
    assert ada.get(f"/executions/{event['execution_id']}")["status"] == "completed"


def test_rflx_07_a_reflex_that_is_switched_off_fires_nothing(ada: Person) -> None:
    skill = make_skill(ada)
    made = make_reflex(ada, skill)
    path = f"/reflexes/{made['id']}"
    off = ada.post(f"{path}/deactivate")
    ignored = call(ada, made, {"who": "Eve"})
    on = ada.post(f"{path}/activate")
    fired = call(ada, made, {"who": "Eve"})

    assert (off["is_active"], on["is_active"]) == (False, True)
    assert (ignored["because"], ignored["execution_id"]) == ("reflex_inactive", None)
    assert fired["because"] == "fired"
    assert [ada.post(f"{path}/toggle")["is_active"] for _ in range(2)] == [False, True]
    ada.post(f"{path}/deactivate")
    ada.patch(f"/skills/{skill['id']}", {"is_active": False})
    assert ada.refused("POST", f"{path}/activate") == (409, "skill.inactive")
    assert ada.get(path)["is_active"] is False


def test_rflx_08_a_reflex_is_tried_with_an_event_and_runs_only_if_asked(ada: Person) -> None:
    made = make_reflex(ada, condition='event.who == "Eve"')
    path = f"/reflexes/{made['id']}"
    matched = ada.post(f"{path}/test", {"event_data": {"who": "Eve"}})
    missed = ada.post(f"{path}/test", {"event_data": {}})

    assert (matched["matched"], matched["would_execute_skill"]) == (True, True)
    assert matched["execution_id"] is None
    assert (missed["matched"], missed["because"]) == (False, "not_matched")
    assert ada.get(f"{path}/executions")["data"] == []
    ran = ada.post(f"{path}/test", {"event_data": {"who": "Eve"}, "execute": True})
    done = ended(ada, ran["execution_id"])
    assert (done["status"], done["execution_type"]) == ("completed", "test")
    assert done["output"].endswith("Say hello to Eve now.")
    assert ada.get(path)["trigger_count"] == 0
    assert ada.refused("POST", f"/reflexes/{UNKNOWN}/test", {"event_data": {}})[0] == 404


def test_rflx_09_failures_in_a_row_pause_a_reflex_until_they_are_reset(ada: Person) -> None:
    made = make_reflex(ada, make_failing_skill(ada), pause_after=1)
    path = f"/reflexes/{made['id']}"
    failed = ended(ada, call(ada, made, {"who": "Eve"})["execution_id"])
    paused = ada.get(path)
    reset = ada.post(f"{path}/reset-errors")

    assert (failed["status"], failed["error_code"]) == ("failed", "skill.template_failed")
    assert (paused["is_active"], paused["paused_because"]) == (False, "failures")
    assert paused["paused_at"] is not None
    assert (paused["consecutive_failures"], paused["last_error_message"]) == (
        1,
        failed["error_message"],
    )
    assert (reset["is_active"], reset["consecutive_failures"]) == (True, 0)
    assert (ada.get(path)["paused_at"], ada.get(path)["last_error_message"]) == (None, None)


def test_rflx_10_a_new_secret_signs_and_the_old_one_ends(ada: Person) -> None:
    made = make_reflex(ada, trigger_type="webhook")
    path = f"/reflexes/{made['id']}/regenerate-secret"
    told = ada.post(path, {"overlap_seconds": 0}, status=201)

    assert told["webhook_secret"] not in ("", made["webhook_secret"])
    assert send(ada.place, made, {"who": "Eve"}).status_code == 401
    renewed = {**made, **told}
    taken = send(ada.place, renewed, {"who": "Eve"})
    assert (taken.status_code, taken.json()["status"]) == (202, "received")
    other = make_reflex(ada)
    refusal = ada.refused("POST", f"/reflexes/{other['id']}/regenerate-secret")
    assert refusal == (409, "reflex.not_webhook")


def test_rflx_11_the_statistics_of_one_reflex_and_of_all(ada: Person) -> None:
    bob = ada.place.sign_up()
    made = make_reflex(bob, condition='event.who == "Eve"')
    failing = make_reflex(bob, make_failing_skill(bob), pause_after=9)
    fired = call(bob, made, {"who": "Eve"})
    call(bob, made, {"who": "Bob"})
    for each in (fired, call(bob, failing, {})):
        ended(bob, each["execution_id"])
    one, every = bob.get(f"/reflexes/{made['id']}/stats"), bob.get("/reflexes/stats")

    assert (one["trigger_count"], one["success_rate"]) == (1, 1.0)
    assert (one["events_by_reason"], one["executions_by_status"]) == (
        {"fired": 1, "not_matched": 1},
        {"completed": 1},
    )
    assert ids(bob.get(f"/reflexes/{made['id']}/executions")) == [fired["execution_id"]]
    assert (every["total_reflexes"], every["active_reflexes"], every["failed_reflexes"]) == (
        2,
        2,
        1,
    )
    assert (every["total_triggers"], every["success_rate"]) == (2, 0.5)
    assert every["triggers_by_type"]["api_call"] == 2
    assert {each["reflex_id"] for each in every["recent_triggers"]} == {made["id"], failing["id"]}


def test_rflx_12_the_webhooks_address_is_told_and_is_a_real_one(ada: Person) -> None:
    made = make_reflex(ada, trigger_type="webhook")
    path = f"/reflexes/{made['id']}/webhook"
    told = [ada.ask("GET", path) for _ in range(2)]

    assert told[0].json() == told[1].json()
    assert (told[0].json()["method"], told[0].json()["url"]) == ("POST", made["webhook_url"])
    assert made["webhook_secret"] not in told[0].text
    assert send(ada.place, made, told[0].json()["sample_payload"]).status_code == 202
    other = make_reflex(ada)
    refusal = ada.refused("GET", f"/reflexes/{other['id']}/webhook")
    assert refusal == (409, "reflex.not_webhook")


def test_a_call_with_an_id_that_came_before_starts_nothing(ada: Person) -> None:
    made = make_reflex(ada)
    body = {"event": {"who": "Eve"}, "id": "mine-1"}
    told = [ada.post(f"/reflexes/{made['id']}/events", body, status=202) for _ in range(2)]

    assert [each["status"] for each in told] == ["received", "duplicate"]
    decided(ada, made, told[0]["event_id"])
    assert len(ada.get(f"/reflexes/{made['id']}/executions")["data"]) == 1
    other = make_reflex(ada, trigger_type="webhook")
    refusal = ada.refused("POST", f"/reflexes/{other['id']}/events", {"event": {}})
    assert refusal == (409, "reflex.not_api_call")


def test_what_happens_inside_sets_off_reflexes_that_listen_to_it(ada: Person) -> None:
    failing = make_failing_skill(ada)
    condition = f'event.skill_id == "{failing["id"]}"'
    made = make_reflex(
        ada,
        make_skill(ada, prompt_template="Somebody has to look at it.", input_schema=None),
        trigger_type="event",
        trigger_config={"events": ["execution.failed"]},
        condition=condition,
    )
    failed = execute(ada, failing)
    path = f"/reflexes/{made['id']}/events"
    event = until(lambda: next((e for e in ada.get(path)["data"] if e["decided_at"]), None))

    assert (event["state"], event["payload"]["execution_id"]) == ("fired", failed["id"])
    assert event["payload"]["error"]["code"] == "skill.template_failed"
    assert ended(ada, event["execution_id"])["status"] == "completed"


def test_events_in_quick_succession_fire_once_after_the_quiet(ada: Person) -> None:
    made = make_reflex(ada, debounce_ms=300)
    path = f"/reflexes/{made['id']}/events"
    for who in ("Bob", "Eve"):
        ada.post(path, {"event": {"who": who}}, status=202)
    events = until(lambda: _all_decided(ada.get(path)["data"]))

    told = [(each["payload"]["who"], each["because"]) for each in events]
    assert told == [("Eve", "fired"), ("Bob", "debounced")]
    assert ended(ada, events[0]["execution_id"])["input"] == {"name": "Eve"}


def _all_decided(events: list[Json]) -> list[Json] | None:
    return events if all(each["decided_at"] for each in events) else None

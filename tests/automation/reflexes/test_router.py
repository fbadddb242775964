"""The endpoints of reflexes: made, changed, tried, listed; nobody else's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from playhead.automation.reflexes.model import Reflex
from playhead.automation.reflexes.rehearsing import Firing, Rehearsal, Unknown
from playhead.base.ids import format_id
from playhead.base.time import Micros, format_instant
from playhead.kernel.identity import Role
from tests.automation.reflexes.stage import SECOND, Lab, fault, told
from tests.kernel.stage import NOW

CONDITION = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'
MARKET = {"trigger_type": "market", "trigger_config": {"series": "KXNBA"}, "condition": CONDITION}


@pytest.fixture
def url(module_service_database_url: str) -> str:
    return module_service_database_url


def test_a_reflex_is_made_read_changed_and_removed(url: str) -> None:
    async def story(lab: Lab) -> None:
        made = await lab.reflex(name="Paid", conditions={"status": "paid"}, throttle_ms=1500)
        assert made["condition"] == 'event["status"] == "paid"'
        assert made["webhook_url"].endswith(f"/api/v1/webhooks/reflexes/{made['id']}")
        path = f"/reflexes/{made['id']}"
        read = (await lab.ask("GET", path)).json()
        assert read == {name: value for name, value in made.items() if name != "webhook_secret"}
        change = {"condition": "event.n > 3", "name": None, "dedupe_key": "event.id"}
        changed = (await lab.ask("PATCH", path, change)).json()
        assert (changed["condition"], changed["conditions"]) == ("event.n > 3", None)
        assert (changed["name"], changed["throttle_ms"]) == (None, 1500)
        assert (await lab.ask("DELETE", path)).status_code == 204
        assert fault(await lab.ask("GET", path))[:2] == (404, "reflex.not_found")
        assert await lab.log() == ["reflex.created", "reflex.updated", "reflex.deleted"]

    told(url, story)


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


REFUSED: tuple[tuple[Mapping[str, Any], int, str, str | None], ...] = (
    ({"trigger_type": "email"}, 422, "reflex.trigger_unavailable", "trigger_type"),
    ({"trigger_type": "file_change"}, 422, "reflex.trigger_unavailable", "trigger_type"),
    ({"trigger_type": "schedule"}, 422, "reflex.trigger_unavailable", "trigger_type"),
    ({"trigger_type": "smoke"}, 422, "request.invalid", "trigger_type"),
    (
        {"trigger_config": {"secret": "x"}},
        422,
        "reflex.trigger_config_invalid",
        "trigger_config.secret",
    ),
    (
        {"trigger_type": "event", "trigger_config": {"events": ["boom"]}},
        422,
        "reflex.trigger_config_invalid",
        "trigger_config.events[0]",
    ),
    (
        {"trigger_type": "market", "trigger_config": {}},
        422,
        "reflex.trigger_config_invalid",
        "trigger_config",
    ),
    ({"condition": "event.a >"}, 422, "reflex.condition_invalid", "condition"),
    ({"condition": "event.a"}, 422, "reflex.condition_invalid", "condition"),
    ({"dedupe_key": "[event.a]"}, 422, "reflex.condition_invalid", "dedupe_key"),
    (
        {"conditions": {"filters": [{"field": "a", "operator": "like", "value": 1}]}},
        422,
        "reflex.condition_invalid",
        "conditions.filters[0].operator",
    ),
    (
        {"condition": "true", "conditions": {"a": 1}},
        422,
        "reflex.conditions_ambiguous",
        "conditions",
    ),
    ({**MARKET, "condition": "book.spread > 2"}, 422, "reflex.condition_invalid", "condition"),
    (
        {**MARKET, "condition": None, "conditions": {"a": 1}},
        422,
        "reflex.condition_invalid",
        "conditions",
    ),
    ({"skill_id": "skl_" + "0" * 26}, 404, "skill.not_found", None),
    ({"skill_id": "nonsense"}, 422, "id.invalid", "skill_id"),
    ({"label": "best"}, 404, "skill.label_not_found", None),
    ({"input": {"a": "\0"}}, 422, "reflex.input_invalid", "input"),
    ({"conditions": {"\0": 1}}, 422, "reflex.input_invalid", "conditions"),
    ({"input": _deep(500)}, 422, "reflex.input_invalid", "input"),
    ({"input": _deep(40)}, 422, "reflex.input_invalid", "input"),
    ({"pause_after": 0}, 422, "request.invalid", "pause_after"),
    ({"webhook_secret": "x"}, 422, "request.invalid", "webhook_secret"),
)


def test_what_cannot_be_a_reflex_is_refused_with_its_field(url: str) -> None:
    async def story(lab: Lab) -> None:
        skill_id = await lab.skill()
        for chosen, status, code, field in REFUSED:
            body = {"skill_id": skill_id, "trigger_type": "webhook", **chosen}
            answer = await lab.ask("POST", "/reflexes", body)
            assert answer.status_code == status, (chosen, answer.text)
            found = fault(answer)
            assert found[1] == code, (chosen, found)
            assert found[2] == field or field is None, (chosen, found)
        assert await lab.rows("SELECT reflex_id FROM reflexes") == []

    told(url, story)


def test_a_reflex_is_not_switched_on_while_its_skill_is_off(url: str) -> None:
    async def story(lab: Lab) -> None:
        skill_id = await lab.skill(is_active=False)
        body = {"skill_id": skill_id, "trigger_type": "api_call"}
        assert fault(await lab.ask("POST", "/reflexes", body))[:2] == (409, "skill.inactive")
        reflex = await lab.reflex(**body, is_active=False)
        path = f"/reflexes/{reflex['id']}"
        for refused in (
            await lab.ask("POST", f"{path}/activate"),
            await lab.ask("POST", f"{path}/toggle"),
            await lab.ask("PATCH", path, {"is_active": True}),
        ):
            assert fault(refused)[:2] == (409, "skill.inactive")
        async with lab.tenants.transaction(lab.tenant) as tx:
            await tx.execute("UPDATE skills SET is_active = true")
        states = [
            (await lab.ask("POST", f"{path}/{verb}")).json()["is_active"]
            for verb in ("activate", "activate", "toggle", "toggle", "deactivate")
        ]
        assert states == [True, True, False, True, False]

    told(url, story)


def test_a_reflex_whose_label_is_gone_is_switched_off_and_not_on(url: str) -> None:
    async def story(lab: Lab) -> None:
        skill_id = await lab.skill()
        reflex = await lab.reflex(skill_id=skill_id, trigger_type="api_call")
        async with lab.tenants.transaction(lab.tenant) as tx:
            await tx.execute("UPDATE reflexes SET label = 'gone'")
        path = f"/reflexes/{reflex['id']}"
        off = await lab.ask("POST", f"{path}/deactivate")
        assert (off.status_code, off.json()["is_active"]) == (200, False)
        refused = await lab.ask("POST", f"{path}/activate")
        assert fault(refused)[:2] == (404, "skill.label_not_found")

    told(url, story)


def test_lists_are_filtered_and_paged_in_both_forms(url: str) -> None:
    async def story(lab: Lab) -> None:
        skill_id = await lab.skill()
        for number in range(5):
            lab.clock.at += SECOND
            kind = "api_call" if number % 2 else "webhook"
            await lab.reflex(name=f"r{number}", trigger_type=kind, skill_id=skill_id)
        first = (await lab.ask("GET", "/reflexes", limit="2")).json()
        rest = await lab.ask("GET", "/reflexes", limit="3", cursor=first["next_cursor"])
        names = [each["name"] for each in first["data"] + rest.json()["data"]]
        assert names == ["r4", "r3", "r2", "r1", "r0"]
        page = await lab.ask("GET", "/reflexes", page="2", page_size="2", skill_id=skill_id)
        numbers = {name: page.json()[name] for name in ("total", "page", "page_size", "has_more")}
        assert numbers == {"total": 5, "page": 2, "page_size": 2, "has_more": True}
        calls = (await lab.ask("GET", "/reflexes", trigger_type="api_call")).json()
        assert [each["name"] for each in calls["data"]] == ["r3", "r1"]
        off = (await lab.ask("GET", "/reflexes", is_active="false")).json()
        assert off["data"] == []
        for nonsense in ("", "skl_"):
            refused = await lab.ask("GET", "/reflexes", skill_id=nonsense)
            assert fault(refused) == (422, "id.invalid", "skill_id")

    told(url, story)


def test_a_test_tells_what_an_event_would_come_to_and_runs_it_if_asked(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(condition="event.n > 3")
        path = f"/reflexes/{reflex['id']}/test"
        no = (await lab.ask("POST", path, {"event_data": {"n": 1}})).json()
        assert (no["matched"], no["would_execute_skill"], no["because"]) == (
            False,
            False,
            "not_matched",
        )
        missing = (await lab.ask("POST", path, {"event_data": {}})).json()
        assert missing["trace"]["condition"]["reason"] == 'there is no "n" in it'
        yes = (await lab.ask("POST", path, {"event_data": {"n": 4}})).json()
        assert (yes["matched"], yes["would_execute_skill"]) == (True, True)
        assert await lab.started() == []
        ran = (await lab.ask("POST", path, {"event_data": {"n": 4}, "execute": True})).json()
        (execution,) = await lab.started()
        assert ran["execution_id"].startswith("exe_")
        assert execution.execution_type == "test"
        assert await lab.events(reflex) == []

    told(url, story)


def test_a_market_reflex_is_tried_with_its_variables(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(**MARKET)
        path = f"/reflexes/{reflex['id']}/test"
        book = {"best_yes_bid": "0.61", "spread": "0.02"}
        yes = await lab.ask("POST", path, {"event_data": {"book": book}})
        assert yes.json()["matched"] is True
        no = await lab.ask("POST", path, {"event_data": {"book": {**book, "spread": "0.0201"}}})
        assert no.json()["matched"] is False
        for event in ({"book": {"best": "1"}}, {"book": {"spread": 0.02}}):
            refused = await lab.ask("POST", path, {"event_data": event})
            assert fault(refused)[:2] == (422, "reflex.event_invalid")

    told(url, story)


def test_what_came_of_reflexes_is_counted(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", condition="event.n > 3")
        path = f"/reflexes/{reflex['id']}"
        for number, id in ((1, "a"), (4, "b"), (5, "b")):
            body = {"event": {"n": number}, "id": id}
            answer = await lab.ask("POST", f"{path}/events", body)
            assert answer.status_code == 202
        assert answer.json()["status"] == "duplicate"
        await lab.work()
        stats = (await lab.ask("GET", f"{path}/stats")).json()
        assert stats["events_by_state"] == {"fired": 1, "not_fired": 1}
        assert stats["events_by_reason"] == {"fired": 1, "not_matched": 1}
        assert stats["executions_by_status"] == {"pending": 1}
        overview = (await lab.ask("GET", "/reflexes/stats")).json()
        assert overview["triggers_by_type"] == {"api_call": 1}
        assert [each["reflex_id"] for each in overview["recent_triggers"]] == [reflex["id"]]
        full = (await lab.ask("GET", f"{path}/full")).json()
        assert len(full["recent_events"]) == 2
        runs = (await lab.ask("GET", f"{path}/executions")).json()["data"]
        assert full["recent_executions"] == runs
        assert (full["trigger_count"], runs[0]["execution_type"]) == (1, "reflex")
        fired = (await lab.ask("GET", f"{path}/events", state="fired", page="1")).json()
        assert fired["total"] == 1

    told(url, story)


def test_nobody_else_sees_or_changes_a_reflex_and_readers_only_read(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call")
        path = f"/reflexes/{reflex['id']}"
        stranger = await lab.member(Role.OWNER, elsewhere=True)
        viewer = await lab.member(Role.VIEWER)
        asked: list[tuple[str, str, Any]] = [
            ("GET", "", None),
            ("GET", "/full", None),
            ("GET", "/stats", None),
            ("GET", "/events", None),
            ("GET", "/executions", None),
            ("GET", "/webhook", None),
            ("PATCH", "", {"name": "mine"}),
            ("POST", "/activate", None),
            ("POST", "/toggle", None),
            ("POST", "/reset-errors", None),
            ("POST", "/regenerate-secret", {}),
            ("POST", "/test", {"event_data": {}}),
            ("POST", "/events", {"event": {}}),
            ("DELETE", "", None),
        ]
        for method, rest, body in asked:
            answer = await lab.ask(method, path + rest, body, who=stranger)
            assert fault(answer)[:2] == (404, "reflex.not_found"), (method, rest, answer.text)
            if method != "GET":
                refused = await lab.ask(method, path + rest, body, who=viewer)
                assert fault(refused)[:2] == (403, "auth.scope_missing"), (method, rest)
        assert (await lab.ask("GET", "/reflexes", who=stranger)).json()["data"] == []
        assert (await lab.ask("GET", path, who=viewer)).status_code == 200
        theirs = {"trigger_type": "webhook", "skill_id": reflex["skill_id"]}
        stolen = await lab.ask("POST", "/reflexes", theirs, who=stranger)
        assert fault(stolen)[:2] == (404, "skill.not_found")

    told(url, story)


class Rehearser:
    """Says that a reflex would have fired once."""

    async def rehearse(
        self, reflex: Reflex, *, since: Micros, until: Micros, most: int
    ) -> Rehearsal:
        assert isinstance(reflex.reflex_id, UUID)
        firing = Firing(since, "KXNBA-1", "KXNBA-1:7", {"ticker": "KXNBA-1"})
        unknown = [Unknown("KXNBA-1", since, until, "gap")]
        return Rehearsal(since, until, [firing], False, 2, {"throttled": 1}, most, unknown)

    def stream(self, *_: object, **__: object) -> Any:
        raise AssertionError


def test_a_reflex_on_a_market_is_rehearsed_and_no_other(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex, other = await lab.reflex(**MARKET), await lab.reflex()
        body = {"from": format_instant(NOW), "to": format_instant(Micros(NOW + SECOND))}
        path = f"/reflexes/{reflex['id']}/rehearse"
        told = (await lab.ask("POST", path, {**body, "limit": 7})).json()
        assert (told["matched"], told["looked_at"], told["not_fired"]) == (2, 7, {"throttled": 1})
        assert told["firings"][0]["ticker"] == "KXNBA-1"
        assert told["unknown"][0]["cause"] == "gap"
        refused = await lab.ask("POST", f"/reflexes/{other['id']}/rehearse", body)
        assert fault(refused)[:2] == (409, "reflex.not_market")

    told(url, story, rehearsing=Rehearser())


def test_what_a_rehearsal_finds_is_run_only_if_that_is_asked_for(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(**MARKET)
        body = {"from": format_instant(NOW), "to": format_instant(Micros(NOW + SECOND))}
        path = f"/reflexes/{reflex['id']}/rehearse"

        assert (await lab.ask("POST", path, body)).json()["firings"][0]["execution_id"] is None
        viewer = await lab.member(Role.VIEWER)
        refused = await lab.ask("POST", path, {**body, "execute": True}, who=viewer)
        assert fault(refused)[:2] == (403, "auth.scope_missing")
        too_many = await lab.ask("POST", path, {**body, "execute": True, "limit": 101})
        assert too_many.status_code == 422

        [firing] = (await lab.ask("POST", path, {**body, "execute": True})).json()["firings"]
        [run] = await lab.rows("SELECT execution_id, execution_type, at, trigger FROM executions")
        assert firing["execution_id"] == format_id("exe", run.execution_id)
        assert (run.execution_type, run.at) == ("test", NOW)
        assert run.trigger["source_id"] == firing["source_id"]

    told(url, story, rehearsing=Rehearser())

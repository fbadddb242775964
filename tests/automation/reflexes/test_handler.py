"""What becomes of events: fired or not, once, exactly, and told why."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from playhead.automation.executions import Ended, ExecutionStatus, ExecutionType
from playhead.automation.reflexes import EventName, News, broadcast, emit, note_events
from playhead.automation.reflexes.model import MOST_CHAINED, NewEvent, Source
from playhead.automation.reflexes.repository import forget_events_before
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from tests.automation.reflexes.stage import SECOND, Lab, told, uuid_of


@pytest.fixture
def url(module_service_database_url: str) -> str:
    return module_service_database_url


async def _call(lab: Lab, reflex: dict[str, object], **event: object) -> None:
    lab.clock.at += 1000  # ids of one millisecond come in any order
    path = f"/reflexes/{reflex['id']}/events"
    answer = await lab.ask("POST", path, {"event": event})
    assert answer.status_code == 202, answer.text


def test_throttle_and_dedupe_are_told_and_hold(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(
            trigger_type="api_call",
            throttle_ms=10_000,
            dedupe_key="event.id",
            dedupe_window_ms=60_000,
        )
        began = lab.clock.at
        for at, id in ((0, "a"), (5, "b"), (10, "a"), (12, "c"), (61, "a")):
            lab.clock.at = began + at * SECOND
            await _call(lab, reflex, id=id)
            await lab.work()
        assert await lab.told(reflex) == [
            ("fired", "fired"),
            ("not_fired", "throttled"),
            ("not_fired", "duplicate"),
            ("fired", "fired"),
            ("fired", "fired"),
        ]
        await _call(lab, reflex, other=1)
        await lab.work()
        assert (await lab.told(reflex))[-1] == ("not_fired", "dedupe_key_unknown")
        assert len(await lab.started()) == 3

    told(url, story)


def test_throttle_is_exact_however_many_decide_at_once(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", throttle_ms=10_000)
        for number in range(12):
            lab.clock.at += SECOND
            await _call(lab, reflex, number=number)
        due = await lab.due()
        assert len(due) == 12
        handler = lab.handler
        await asyncio.gather(*(handler.run(lab.lease(row)) for row in reversed(due)))
        fired = [
            each["payload"]["number"] for each in await lab.events(reflex) if each["execution_id"]
        ]
        assert fired == [0, 10]
        assert len(await lab.started()) == 2

    told(url, story)


def test_of_events_that_are_debounced_the_newest_fires_once_it_is_quiet(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", debounce_ms=5000)
        for number in range(3):
            lab.clock.at += 2 * SECOND
            await _call(lab, reflex, number=number)
            await lab.work()
        assert (await lab.told(reflex))[-1] == ("waiting", "waiting")
        (jobs,) = await lab.rows("SELECT count(*) AS queued FROM jobs WHERE state = 'queued'")
        assert jobs.queued <= 3
        assert await lab.started() == []
        lab.clock.at += 5 * SECOND
        await lab.work()
        assert await lab.told(reflex) == [
            ("not_fired", "debounced"),
            ("not_fired", "debounced"),
            ("fired", "fired"),
        ]
        (execution,) = await lab.started()
        assert execution.trigger["event"] == {"number": 2}

    told(url, story)


def test_a_reflex_or_skill_that_is_off_fires_nothing_and_fails_nothing(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call")
        await _call(lab, reflex)
        await lab.ask("POST", f"/reflexes/{reflex['id']}/deactivate")
        await lab.work()
        assert await lab.told(reflex) == [("not_fired", "reflex_inactive")]
        await lab.ask("POST", f"/reflexes/{reflex['id']}/activate")
        async with lab.tenants.transaction(lab.tenant) as tx:
            await tx.execute("UPDATE skills SET is_active = false")
        await _call(lab, reflex)
        await lab.work()
        (_, event) = await lab.events(reflex)
        assert (event["state"], event["because"]) == ("not_fired", "refused")
        assert event["trace"]["error"]["code"] == "skill.inactive"
        shown = (await lab.ask("GET", f"/reflexes/{reflex['id']}")).json()
        assert shown["consecutive_failures"] == 0

    told(url, story)


def test_an_input_that_the_skill_refuses_pauses_the_reflex_after_so_many(url: str) -> None:
    async def story(lab: Lab) -> None:
        schema = '{"type": "object", "required": ["ticker"]}'
        skill_id = await lab.skill(schema=schema)
        given = {"ticker": {"$event": "ticker"}}
        reflex = await lab.reflex(
            trigger_type="api_call", skill_id=skill_id, input=given, pause_after=2
        )
        for number in range(3):
            await _call(lab, reflex, number=number)
            await lab.work()
        assert await lab.told(reflex) == [
            ("failed", "refused"),
            ("failed", "refused"),
            ("not_fired", "reflex_inactive"),
        ]
        shown = (await lab.ask("GET", f"/reflexes/{reflex['id']}")).json()
        assert (shown["is_active"], shown["consecutive_failures"]) == (False, 2)
        assert shown["paused_because"] == "failures"
        assert len(lab.letters.mails) == 1
        assert "reflex.paused" in await lab.log()
        again = (await lab.ask("POST", f"/reflexes/{reflex['id']}/reset-errors")).json()
        assert (again["is_active"], again["consecutive_failures"]) == (True, 0)
        await _call(lab, reflex, ticker="KX")
        await lab.work()
        assert (await lab.told(reflex))[-1] == ("fired", "fired")

    told(url, story)


def _ended(lab: Lab, reflex_id: UUID | None, status: str, depth: int = 0) -> Ended:
    return Ended(
        new_uuid(lab.clock()),
        lab.org_id,
        None,
        ExecutionType.REFLEX if reflex_id else ExecutionType.MANUAL,
        reflex_id,
        ExecutionStatus(status),
        "model.failed" if status == "failed" else None,
        "the model is tired" if status == "failed" else None,
        depth,
        lab.clock(),
    )


async def _end(lab: Lab, ended: Ended) -> None:
    lab.clock.at += 1000
    async with lab.tenants.transaction(lab.tenant) as tx:
        await lab.witness.ended(tx, ended, now=lab.clock())


def test_failures_in_a_row_pause_and_a_success_begins_anew(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex()
        watching = await lab.reflex(
            trigger_type="event", trigger_config={"events": ["reflex.paused"]}
        )
        for status in ("failed", "failed", "completed", "failed", "cancelled", "failed"):
            await _end(lab, _ended(lab, uuid_of(reflex), status))
        shown = (await lab.ask("GET", f"/reflexes/{reflex['id']}")).json()
        assert (shown["is_active"], shown["consecutive_failures"]) == (True, 2)
        await _end(lab, _ended(lab, uuid_of(reflex), "failed"))
        shown = (await lab.ask("GET", f"/reflexes/{reflex['id']}")).json()
        assert (shown["is_active"], shown["last_error_message"]) == (False, "the model is tired")
        (event,) = await lab.events(watching)
        assert event["payload"]["reflex_id"] == reflex["id"]

    told(url, story)


def test_events_inside_set_off_reflexes_until_they_are_too_deep(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(
            trigger_type="event",
            trigger_config={"events": ["execution.failed"]},
            condition='event.error.code == "model.failed"',
        )
        for depth, status in ((0, "failed"), (0, "completed"), (3, "failed"), (4, "failed")):
            await _end(lab, _ended(lab, None, status, depth))
        await lab.work()
        assert await lab.told(reflex) == [
            ("fired", "fired"),
            ("fired", "fired"),
            ("not_fired", "too_deep"),
        ]
        depths = sorted(each.trigger["depth"] for each in await lab.started())
        assert depths == [1, 4]

    told(url, story)


def test_a_chain_of_executions_grows_by_so_many_a_minute_only(url: str) -> None:
    async def story(lab: Lab) -> None:
        config = {"events": ["execution.failed"]}
        reflex = await lab.reflex(trigger_type="event", trigger_config=config)
        for _ in range(MOST_CHAINED + 2):
            await _end(lab, _ended(lab, None, "failed", 1))
        await _end(lab, _ended(lab, None, "failed", 0))
        await lab.work()
        said = Counter(because for _, because in await lab.told(reflex))
        assert said == {"fired": MOST_CHAINED + 1, "too_many": 2}

    told(url, story)


def test_what_concerns_everybody_reaches_each_organisation_that_listens_once(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="event", trigger_config={"events": ["gap.opened"]})
        await lab.reflex(trigger_type="event", trigger_config={"events": ["habit.paused"]})
        news = News(EventName.GAP_OPENED, f"gap {lab.org_id}", lab.clock(), {"ticker": "KX"})
        counts = [await broadcast(lab.tenants, news, now=lab.clock()) for _ in range(2)]
        assert counts == [1, 0]
        (event,) = await lab.events(reflex)
        assert event["payload"] == {"type": "gap.opened", "ticker": "KX"}

    told(url, story)


def test_the_quiet_that_was_made_longer_is_waited_for(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", debounce_ms=1000)
        await _call(lab, reflex)
        await lab.work()
        await lab.ask("PATCH", f"/reflexes/{reflex['id']}", {"debounce_ms": 5000})
        lab.clock.at += 2 * SECOND
        await lab.work()
        assert await lab.told(reflex) == [("waiting", "waiting")]
        lab.clock.at += 3 * SECOND
        await lab.work()
        assert await lab.told(reflex) == [("fired", "fired")]

    told(url, story)


def test_a_market_event_is_not_judged_again_and_keeps_its_facts(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(
            trigger_type="market",
            trigger_config={"series": "KXNBA"},
            condition='book.best_yes_bid > price("0.60")',
        )
        event = NewEvent(
            new_uuid(lab.clock()),
            uuid_of(reflex),
            Source.MARKET,
            "KXNBA-1:7",
            lab.clock(),
            {"ticker": "KXNBA-1"},
            {"condition": {"values": {"book.best_yes_bid": 610_000}}},
        )
        async with lab.tenants.transaction(lab.tenant) as tx:
            first = await note_events(tx, lab.org_id, [event], now=lab.clock())
            second = await note_events(tx, lab.org_id, [event], now=lab.clock())
        assert (len(first), len(second)) == (1, 0)
        await lab.work()
        (kept,) = await lab.events(reflex)
        assert kept["because"] == "fired"
        assert kept["trace"]["condition"]["values"] == {"book.best_yes_bid": 610_000}

    told(url, story)


def test_more_than_one_round_takes_is_decided_in_several(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call", condition="event.n == 4")
        for number in range(5):
            lab.clock.at += 1
            await _call(lab, reflex, n=number)
        (*_, last) = await lab.due()
        await lab.handler.run(lab.lease(last))
        assert (await lab.told(reflex))[-1] == ("received", None)
        await lab.work()
        assert [each for each, _ in await lab.told(reflex)] == ["not_fired"] * 4 + ["fired"]

    monkeypatch.setattr("playhead.automation.reflexes.settle.MOST_AT_ONCE", 2)
    told(url, story)


def test_an_event_that_cannot_be_decided_is_given_up_and_says_so(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call")
        await _call(lab, reflex)
        (row,) = await lab.due()
        await lab.handler.give_up(lab.lease(row), "the worker died")
        assert await lab.told(reflex) == [("failed", "crashed")]

    told(url, story)


def test_news_without_anybody_who_listens_leave_nothing(url: str) -> None:
    async def story(lab: Lab) -> None:
        news = News(EventName.HABIT_PAUSED, "x", Micros(lab.clock()), {})
        async with lab.tenants.transaction(lab.tenant) as tx:
            assert await emit(tx, lab.org_id, news, now=lab.clock()) == frozenset()

    told(url, story)


def test_events_that_were_decided_long_ago_are_forgotten_and_others_stay(url: str) -> None:
    async def story(lab: Lab) -> None:
        reflex = await lab.reflex(trigger_type="api_call")
        await _call(lab, reflex, n=1)
        await lab.work()
        await _call(lab, reflex, n=2)
        lab.clock.at += 91 * 86_400 * SECOND
        await forget_events_before(lab.tenants, Micros(lab.clock.at - 90 * 86_400 * SECOND))
        assert [each["payload"]["n"] for each in await lab.events(reflex)] == [2]

    told(url, story)

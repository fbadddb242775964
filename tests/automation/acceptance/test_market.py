"""Reflexes and templates on markets of a simulated exchange that is recorded while they look."""

import time
from decimal import Decimal
from typing import Any

import pytest

from playhead.base.time import Micros, format_instant, parse_instant
from tests.automation.acceptance.making import ended, make_reflex, make_skill
from tests.automation.acceptance.place import Json, Person, until
from tests.automation.acceptance.tape import Exchange, Tape

pytestmark = pytest.mark.alone

NEAR = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'
PROMPT = (
    "{% book event.ticker as b %}It is {{ b.best_yes_bid }} to {{ b.best_yes_ask }}"
    " at {{ b.position }}."
)
BURSTS = 60
QUIET_SECONDS = 1.2
SECOND = 1_000_000
LEVELS = 5
RULES: dict[str, Json] = {
    "near": {},
    "throttled": {"throttle_ms": 100},
    "each": {"mode": "each", "throttle_ms": 50, "series": "KXFED"},
}


class Watched:
    """Reflexes on all markets of an exchange, over a while that is now past."""

    def __init__(self, ada: Person, tape: Tape) -> None:
        self.ada = ada
        self.exchange = Exchange(tape)
        self.skill = make_skill(ada, prompt_template=PROMPT, input_schema=None)
        self.since = format_instant(self.exchange.now())
        self.reflexes = {name: self._reflex(rules) for name, rules in RULES.items()}
        time.sleep(QUIET_SECONDS)  # the watcher looks for new reflexes now and then
        self.exchange.go_on(BURSTS)
        # The next instant begins: what is told of the one before is whole.
        self.until = format_instant(self.exchange.now())
        self.rehearsals = {name: self._rehearsed(name) for name in RULES}
        until(self._all_noted, every=0.2)

    def _reflex(self, rules: Json) -> Json:
        rest = dict(rules)
        config: Json = {"mode": rest.pop("mode", "edge")}
        series = rest.pop("series", None)
        config |= {"series": series} if series else {"markets": self.exchange.tickers}
        kind = {"trigger_type": "market", "trigger_config": config, "condition": NEAR}
        return make_reflex(self.ada, self.skill, **kind, **rest)

    def _rehearsed(self, name: str) -> Json:
        body = {"from": self.since, "to": self.until, "limit": 1000}
        return self.ada.post(f"/reflexes/{self.reflexes[name]['id']}/rehearse", body)

    def events(self, name: str, **chosen: object) -> list[Json]:
        """Return what reached a reflex, the oldest first."""
        path = f"/reflexes/{self.reflexes[name]['id']}/events"
        return list(reversed(self.ada.get(path, limit=1000, **chosen)["data"]))

    def _all_noted(self) -> bool:
        noted = {name: self.events(name) for name in RULES}
        return not self.ada.get("/executions/running")["data"] and all(
            all(each["decided_at"] for each in found)
            and len(found) >= self.rehearsals[name]["matched"]
            for name, found in noted.items()
        )


@pytest.fixture(scope="module")
def watched(ada: Person, tape: Tape) -> Watched:
    """A while of trading that reflexes have seen."""
    return Watched(ada, tape)


def in_short(each: Json, told: str = "payload") -> tuple[str, str, Any]:
    """Return of a firing, or of an event that fired, when it was, where, and with which book."""
    return each["at"], each["source_id"], each[told]


def test_a_reflex_fires_within_a_second_of_the_events_receipt(watched: Watched) -> None:
    fired = watched.events("near", state="fired")
    late = [parse_instant(each["received_at"]) - parse_instant(each["at"]) for each in fired]
    runs = [ended(watched.ada, each["execution_id"]) for each in fired]
    asked = [parse_instant(each["created_at"]) - parse_instant(each["at"]) for each in runs]

    assert len(fired) >= 3
    assert 0 <= min(late) <= max(late) < SECOND
    assert max(asked) < SECOND
    assert {each["status"] for each in runs} == {"completed"}


def test_it_fires_once_for_each_time_that_the_condition_comes_to_hold(watched: Watched) -> None:
    fired = watched.events("near", state="fired")
    reflex_id = watched.reflexes["near"]["id"]
    executions = watched.ada.get(
        "/executions", reference_id=reflex_id, execution_type="reflex", page=1
    )

    assert len({each["source_id"] for each in fired}) == len(fired)
    assert len({each["execution_id"] for each in fired}) == len(fired)
    assert executions["total"] == len(fired)
    assert [each["because"] for each in watched.events("near")] == ["fired"] * len(fired)


def test_it_fires_with_the_book_that_history_has_of_that_instant(watched: Watched) -> None:
    for event in watched.events("near", state="fired"):
        told, ticker = event["payload"]["book"], event["payload"]["ticker"]
        kept = watched.ada.get(f"/markets/{ticker}/book", at=event["at"], clock="received")

        assert kept["coverage"]["state"] == "proven"
        assert (kept["position"], kept["received_at"]) == (told["position"], event["at"])
        assert told["position"] == event["payload"]["position"]
        for side in ("yes", "no"):
            assert told[side] == best_of(kept[side])
        assert Decimal(told["best_yes_bid"]) > Decimal("0.60")
        assert Decimal(told["spread"]) <= Decimal("0.02")


def best_of(levels: list[list[str]]) -> list[list[str]]:
    """Return the best bids of a side, as a reflex tells them."""
    ordered = sorted(levels, key=lambda level: Decimal(level[0]), reverse=True)
    return [[price, size] for price, size in ordered[:LEVELS]]


def test_the_change_before_it_did_not_fulfil_the_condition(watched: Watched) -> None:
    whole = 0
    for event in watched.events("near", state="fired"):
        before = format_instant(Micros(parse_instant(event["at"]) - 1))
        ticker = event["payload"]["ticker"]
        book = watched.ada.get(f"/markets/{ticker}/book", at=before, clock="received")
        if book["yes"] and book["no"]:
            whole += 1
            bid, no_bid = (Decimal(best_of(book[side])[0][0]) for side in ("yes", "no"))
            assert not (bid > Decimal("0.60") and 1 - no_bid - bid <= Decimal("0.02"))
    assert whole


@pytest.mark.parametrize("name", RULES)
def test_rehearsed_over_the_same_interval_it_fires_exactly_the_same(
    watched: Watched, name: str
) -> None:
    fired = sorted(in_short(each) for each in watched.events(name, state="fired"))
    rehearsal = watched.rehearsals[name]
    firings = sorted(in_short(each, told="event") for each in rehearsal["firings"])
    reasons = [each["because"] for each in watched.events(name, state="not_fired")]

    assert len(firings) >= 2
    assert [each[:2] for each in fired] == [each[:2] for each in firings]
    assert fired == firings
    assert (rehearsal["has_more"], rehearsal["matched"]) == (False, len(fired) + len(reasons))
    assert rehearsal["not_fired"] == {each: reasons.count(each) for each in set(reasons)}
    assert rehearsal["looked_at"] > 100


def test_a_rehearsal_runs_nothing_and_gives_the_same_again(watched: Watched) -> None:
    path = f"/reflexes/{watched.reflexes['near']['id']}"
    before = watched.ada.get(f"{path}/stats")
    body = {"from": watched.since, "to": watched.until, "limit": 1000}
    again = watched.ada.post(f"{path}/rehearse", body)
    some = watched.ada.post(f"{path}/rehearse", {**body, "limit": 1})

    assert again == watched.rehearsals["near"]
    assert (some["firings"], some["has_more"]) == (again["firings"][:1], True)
    assert watched.ada.get(f"{path}/stats") == before
    refusals = [
        watched.ada.refused("POST", f"{path}/rehearse", {**body, **wrong})[1]
        for wrong in ({"to": watched.since}, {"to": "2099-01-01T00:00:00Z"}, {"limit": 1001})
    ]
    assert refusals == ["reflex.interval_invalid"] * 2 + ["request.invalid"]
    other = make_reflex(watched.ada, watched.skill)
    refusal = watched.ada.refused("POST", f"/reflexes/{other['id']}/rehearse", body)
    assert refusal == (409, "reflex.not_market")


def test_a_rehearsal_runs_the_skill_if_it_is_asked_to_with_the_books_of_then(
    watched: Watched,
) -> None:
    path = f"/reflexes/{watched.reflexes['near']['id']}"
    before = watched.ada.get(path)["trigger_count"]
    body = {"from": watched.since, "to": watched.until, "limit": 2, "execute": True}
    told = watched.ada.post(f"{path}/rehearse", body)["firings"]
    runs = [ended(watched.ada, each["execution_id"]) for each in told]

    assert [(each["status"], each["execution_type"]) for each in runs] == [
        ("completed", "test")
    ] * 2
    assert [each["at"] for each in runs] == [each["at"] for each in told]
    for ran, firing in zip(runs, told, strict=True):
        assert ran["output"].endswith(f" at {firing['event']['book']['position']}.")
    assert watched.ada.get(path)["trigger_count"] == before


def test_the_skill_is_told_the_book_of_the_instant_at_which_it_fired(watched: Watched) -> None:
    for event in watched.events("near", state="fired"):
        ran = ended(watched.ada, event["execution_id"])
        book = event["payload"]["book"]
        told = f"It is {book['best_yes_bid']} to {book['best_yes_ask']} at {book['position']}."

        assert ran["at"] == event["at"]
        assert ran["output"].endswith(told)


def test_a_template_looks_at_a_past_instant_as_history_has_it(watched: Watched) -> None:
    event = watched.events("near", state="fired")[0]
    ticker, at = event["payload"]["ticker"], event["at"]
    prompt = (
        "{% book '" + ticker + "', depth: 1 as b %}{{ b.known }} {{ b.yes | json }}"
        "{% trades '" + ticker + "', most: 2 as t %} {{ t | size }}"
        "{% candles '" + ticker + "', interval: '1m', most: 1 as c %} {{ c | size }}"
    )
    skill = make_skill(watched.ada, prompt_template=prompt, input_schema=None)
    ran = watched.ada.post(f"/skills/{skill['id']}/execute", {"at": at}, wait=20)
    price, size = event["payload"]["book"]["yes"][0]

    assert ran["status"] == "completed", ran["error_message"]
    assert f'true [{{"price": "{price}", "size": "{size}"}}] 0 0' in ran["output"]
    unknown = watched.ada.post(
        f"/skills/{skill['id']}/execute", {"at": "2020-01-01T00:00:00Z"}, wait=20
    )
    assert "false" in unknown["output"]


def test_a_reflex_on_a_market_is_tried_with_a_made_up_book(watched: Watched) -> None:
    path = f"/reflexes/{watched.reflexes['near']['id']}/test"
    near = {"book": {"known": True, "best_yes_bid": "0.61", "spread": "0.02"}}
    far = {"book": {"known": True, "best_yes_bid": "0.61", "spread": "0.03"}}

    assert watched.ada.post(path, {"event_data": near})["matched"] is True
    assert watched.ada.post(path, {"event_data": far})["matched"] is False

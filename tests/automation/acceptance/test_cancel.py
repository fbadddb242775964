"""Cancelling, and what else happens at a provider: a scripted one, which the worker asks."""

import time
from collections.abc import Iterator

import pytest

from tests.automation.acceptance.making import ended, ids, make_skill
from tests.automation.acceptance.place import Json, Person, until
from tests.automation.acceptance.provider import provider_on_a_thread
from tests.automation.models.scripted import COUNTS, Fault, Script, ScriptedProvider
from tests.automation.models.scripted.server import Exchange

pytestmark = pytest.mark.alone

CLOSED_SECONDS = 1.0
FINAL_SECONDS = 2.0
DRIPS = Script(texts=("drip ",) * 2000, seconds_between=0.02)
STALLS = Script(stall_after=2)
KEY = "sk-secret-0123456789abcdef-tail"


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    """A server that speaks OpenAI's protocol and does as it is told."""
    with provider_on_a_thread() as running:
        yield running


@pytest.fixture(scope="module")
def eve(ada: Person, provider: ScriptedProvider) -> Person:
    """Somebody who has given a key for that server."""
    body = {"provider": "openai", "key": KEY, "base_url": f"{provider.address}/v1"}
    ada.post("/provider-keys", body, status=201)
    return ada


def started(person: Person, provider: ScriptedProvider, script: Script) -> Json:
    """Return an execution of which two texts, at least, have come."""
    provider.script = script
    provider.exchanges.clear()
    names = [each["name"] for each in person.get("/models", provider="openai")["data"]]
    skill = make_skill(person, model=names[-1])
    body = {"input_data": {"name": "Eve"}}
    told = person.post(f"/skills/{skill['id']}/execute", body, status=202)

    def running() -> Json | None:
        found = person.get(f"/executions/{told['execution_id']}")
        return found if found["output_length"] > 8 else None

    return until(running)


def closed(provider: ScriptedProvider) -> Exchange:
    """Return the only request, once its client has gone."""
    (exchange,) = provider.exchanges
    until(lambda: exchange.closed.is_set(), 5)
    return exchange


@pytest.mark.parametrize("script", [DRIPS, STALLS], ids=["while it writes", "while it stalls"])
def test_exec_03_a_running_execution_is_cancelled_in_time_and_keeps_what_was_said(
    eve: Person, provider: ScriptedProvider, script: Script
) -> None:
    running = started(eve, provider, script)
    path = f"/executions/{running['id']}"
    assert running["status"] == "running"
    assert running["id"] in ids(eve.get("/executions/running"))

    since = time.monotonic()
    asked = eve.ask("POST", f"{path}/cancel")
    done = ended(eve, running["id"])
    took = time.monotonic() - since

    assert (asked.status_code, asked.json()["execution_id"]) in {
        (200, running["id"]),
        (202, running["id"]),
    }
    assert closed(provider).closed_at - since <= CLOSED_SECONDS
    assert (done["status"], took <= FINAL_SECONDS) == ("cancelled", True)
    assert "".join(script.texts).startswith(done["output"])
    assert done["output"].startswith(running["output"])
    assert (done["cancelled_by"], done["attempts"]) == (running["created_by"], 1)
    assert done["cancel_asked_at"] is not None
    assert eve.refused("POST", f"{path}/cancel") == (409, "execution.cannot_cancel")
    assert len(provider.exchanges) == 1
    assert eve.get("/executions", status="cancelled")["data"][0]["id"] == running["id"]


def test_one_that_was_cancelled_is_tried_again_and_its_tokens_and_cost_are_told(
    eve: Person, provider: ScriptedProvider
) -> None:
    running = started(eve, provider, STALLS)
    eve.ask("POST", f"/executions/{running['id']}/cancel")
    ended(eve, running["id"])
    provider.script = Script()
    again = eve.post(f"/executions/{running['id']}/retry", status=202)
    done = ended(eve, again["execution_id"])

    assert (done["status"], done["output"]) == ("completed", "Once upon a time.")
    assert done["usage"] == {
        "input": COUNTS.input,
        "cached_input": COUNTS.cached,
        "cache_write": COUNTS.written,
        "output": COUNTS.output,
        "reasoning": COUNTS.reasoning,
        "is_complete": True,
    }
    assert float(done["cost_usd"]) > 0
    costs = eve.get("/executions/cost-breakdown")["data"]
    assert done["model"] in {each["model"] for each in costs}


def test_the_output_is_told_while_it_comes(eve: Person, provider: ScriptedProvider) -> None:
    running = started(eve, provider, DRIPS)
    path = f"/api/v1/executions/{running['id']}/stream"
    headers = {"Authorization": f"Bearer {eve.token}"}
    seen: list[str] = []
    with eve.place.client.stream("GET", path, headers=headers) as told:
        for line in told.iter_lines():
            if line.startswith("event: "):
                seen.append(line.removeprefix("event: "))
            if seen.count("output") == 3:
                eve.ask("POST", f"/executions/{running['id']}/cancel")
                seen.append("cancel")
    assert (seen[0], seen[-1]) == ("started", "finished")
    assert seen.index("cancel") > 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(401, "invalid_api_key"), "model.key_rejected"),
        (Fault(400, "bad"), "model.request_invalid"),
    ],
    ids=["key", "request"],
)
def test_what_can_never_succeed_is_not_tried_again(
    eve: Person, provider: ScriptedProvider, fault: Fault, code: str
) -> None:
    provider.script = Script(fault=fault)
    provider.exchanges.clear()
    names = [each["name"] for each in eve.get("/models", provider="openai")["data"]]
    skill = make_skill(eve, model=names[-1])
    body = {"input_data": {"name": "Eve"}}
    done = eve.post(f"/skills/{skill['id']}/execute", body, wait=20)

    assert (done["status"], done["attempts"], done["error_code"]) == ("failed", 1, code)
    assert len(provider.exchanges) == 1
    assert KEY not in str(done)

"""Skills, habits and reflexes to ask about, and executions that have ended."""

import secrets
from typing import Any

import psycopg

from playhead.automation.models import LOCAL_MODEL
from playhead.base.ids import parse_id
from tests.automation.acceptance.place import Json, Person, until

PROMPT = "Say hello to {{ name }} now."
INPUT = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
FAILS = "Look at it: {% trades 'NEVER-RECORDED' as found %}{{ found | size }}"
YEARLY = "0 0 1 1 *"
FINAL = {"completed", "failed", "cancelled"}
DAY = 86_400_000_000
_AGE = """
UPDATE executions SET created_at = created_at - %(by)s, started_at = started_at - %(by)s,
       ended_at = ended_at - %(by)s WHERE execution_id = %(id)s
"""


def some_name(word: str = "skill") -> str:
    """Return a name that nothing else has."""
    return f"{word} {secrets.token_hex(6)}"


def make_skill(person: Person, **chosen: Any) -> Json:
    """Make a skill that greets, unless something else is chosen."""
    body = {
        "name": some_name(),
        "prompt_template": PROMPT,
        "model": LOCAL_MODEL,
        "input_schema": INPUT,
        **chosen,
    }
    return person.post("/skills", body, status=201)


def make_failing_skill(person: Person) -> Json:
    """Make a skill whose executions fail: its market was never recorded."""
    return make_skill(person, prompt_template=FAILS, input_schema=None)


def execute(person: Person, skill: Json, name: str = "Bob") -> Json:
    """Run a skill; return its execution, which has ended."""
    body = {"input_data": {"name": name} if skill["input_schema"] else {}}
    return person.post(f"/skills/{skill['id']}/execute", body, wait=20)


def executed_before(person: Person, skill: Json, days: int) -> Json:
    """Return an execution of ``skill`` that ended so many days ago."""
    ran = execute(person, skill)
    told = {"by": days * DAY, "id": parse_id("exe", ran["id"], field="id")}
    with psycopg.connect(person.place.database_url) as connection:
        assert connection.execute(_AGE, told).rowcount == 1
    return ran


def make_habit(person: Person, skill: Json | None = None, **chosen: Any) -> Json:
    """Make a habit that nothing sets off but a request."""
    skill = skill or make_skill(person)
    config = {"name": "Bob"} if skill["input_schema"] else {}
    body = {"skill_id": skill["id"], "schedule_cron": YEARLY, "config": config, **chosen}
    return person.post("/habits", body, status=201)


def make_reflex(person: Person, skill: Json | None = None, **chosen: Any) -> Json:
    """Make a reflex that calls of the API set off, unless something else is chosen."""
    skill = skill or make_skill(person)
    given = {"name": {"$event": "who"}} if skill["input_schema"] else {}
    body = {"skill_id": skill["id"], "trigger_type": "api_call", "input": given, **chosen}
    return person.post("/reflexes", body, status=201)


def ended(person: Person, execution_id: str) -> Json:
    """Return an execution once it has ended."""

    def look() -> Json | None:
        found = person.get(f"/executions/{execution_id}")
        return found if found["status"] in FINAL else None

    return until(look)


def call(person: Person, reflex: Json, event: Json) -> Json:
    """Set off a reflex by a call; return its event once it is decided."""
    taken = person.post(f"/reflexes/{reflex['id']}/events", {"event": event}, status=202)
    assert taken["status"] == "received"
    return decided(person, reflex, taken["event_id"])


def decided(person: Person, reflex: Json, event_id: str) -> Json:
    """Return an event once it is decided."""

    def look() -> Json | None:
        found = person.get(f"/reflexes/{reflex['id']}/events")["data"]
        return next((e for e in found if e["id"] == event_id and e["decided_at"]), None)

    return until(look)


def ids(page: Json) -> list[str]:
    """Return the ids of a list."""
    return [each["id"] for each in page["data"]]

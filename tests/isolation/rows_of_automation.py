"""The tables of jobs and of automation: all are an organisation's."""

from uuid import UUID

from psycopg.types.json import Jsonb

from tests.isolation.tables import ADDED, ALL, KEPT, NOW, Columns, TenantTable, some_id

MADE = {"created_by": "usr_ada", "created_at": NOW}


def job(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    what = {"kind": "execution", "subject": some_id(org_id, "execution", n), "most_attempts": 3}
    times = {"created_at": NOW, "due_at": NOW}
    return {"job_id": some_id(org_id, "job", n), "org_id": org_id, **what, **times}


def skill(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    what = {"name": f"skill {n}", "category": "custom", "version": 1, "updated_at": NOW}
    return {"skill_id": some_id(org_id, "skill", n), "org_id": org_id, **what, **MADE}


def skill_version(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    what = {"prompt_template": "Say hello.", "model": "m", "output_format": "text"}
    number = {"org_id": org_id, "skill_id": some_id(org_id, "skill"), "version": n}
    return {**number, **what, "parameters": Jsonb({}), **MADE}


def skill_label(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    which = {"org_id": org_id, "skill_id": some_id(org_id, "skill"), "version": 1}
    return {**which, "label": f"label {n}", "updated_at": NOW}


def provider_key(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    provider = ("anthropic", "google", "openai")[n % 3]
    secret = {"sealed": b"\x01", "hint": "...abcd"}
    return {"org_id": org_id, "provider": provider, **secret, **MADE, "updated_at": NOW}


def execution(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    ids = {"execution_id": some_id(org_id, "execution", n), "job_id": some_id(org_id, "job", n)}
    what = {"model": "m", "execution_type": "manual", "input": Jsonb({}), "at": NOW}
    return {"org_id": org_id, **ids, "skill_id": some_id(org_id, "skill"), **what, **MADE}


def habit(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    ids = {"habit_id": some_id(org_id, "habit", n), "skill_id": some_id(org_id, "skill")}
    when = {"schedule_cron": "0 9 * * *", "timezone": "UTC", "planned_to": NOW}
    rules = {"overlap": "skip", "misfire": "skip", "misfire_most": 1, "misfire_window": 0}
    more = {"jitter": 0, "pause_after": 3, "updated_at": NOW}
    return {"org_id": org_id, **ids, **when, **rules, **more, **MADE}


def occurrence(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    return {"org_id": org_id, "habit_id": some_id(org_id, "habit"), "tick": n, "due_at": n}


def reflex(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    ids = {"reflex_id": some_id(org_id, "reflex", n), "skill_id": some_id(org_id, "skill")}
    what = {"trigger_type": "webhook", "trigger_config": Jsonb({}), "pause_after": 3}
    rules = {"debounce": 0, "throttle": 0, "dedupe_window": 0, "updated_at": NOW}
    return {"org_id": org_id, **ids, **what, **rules, **MADE}


def reflex_secret(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    whose = {"org_id": org_id, "reflex_id": some_id(org_id, "reflex")}
    return {**whose, "number": n, "sealed": b"\x01", "created_at": NOW}


def reflex_event(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    ids = {"event_id": some_id(org_id, "reflex event", n), "reflex_id": some_id(org_id, "reflex")}
    what = {"source": "webhook", "source_id": f"msg {n}", "payload": Jsonb({})}
    return {"org_id": org_id, **ids, **what, "received_at": NOW, "at": NOW}


def reflex_position(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    whose = {"org_id": org_id, "reflex_id": some_id(org_id, "reflex", n)}
    return {**whose, "revision": 1, "state": Jsonb({}), "updated_at": NOW}


AUTOMATION = (
    TenantTable("jobs", "org_id", KEPT, job),
    TenantTable("skills", "org_id", ALL, skill),
    TenantTable("skill_versions", "org_id", ADDED, skill_version),
    TenantTable("skill_labels", "org_id", ALL, skill_label),
    TenantTable("provider_keys", "org_id", ALL, provider_key),
    TenantTable("executions", "org_id", ALL, execution),
    TenantTable("habits", "org_id", ALL, habit),
    TenantTable("occurrences", "org_id", ALL, occurrence),
    TenantTable("reflexes", "org_id", ALL, reflex),
    TenantTable("reflex_secrets", "org_id", ALL, reflex_secret),
    TenantTable("reflex_events", "org_id", ALL, reflex_event),
    TenantTable("reflex_positions", "org_id", ALL, reflex_position),
)
"""In the order in which rows can be made."""

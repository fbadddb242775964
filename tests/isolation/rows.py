"""Every table of the schema, in one of three lists. A new table needs one entry here.

A table of tenants goes into `TENANT`, behind the tables that its rows refer to: its tenant column,
what the service may do (whatever is not named is to be "permission denied"), and a function that
makes the columns of the n-th row of an organisation and a person. The matrix, the plan gate and the
completeness tests then hold it to what they hold every other. A table that is the same for every
tenant goes into `SHARED`, one of the service itself into `SERVICE`.
"""

from uuid import UUID

from psycopg.types.json import Jsonb

from tests.isolation.rows_of_automation import AUTOMATION
from tests.isolation.tables import (
    ADDED,
    ALL,
    KEPT,
    NOW,
    VERBS,
    WHAT_TO_DO,
    Columns,
    ServiceTable,
    TenantTable,
    Verb,
    some_hash,
    some_id,
)

__all__ = [
    "ADDED",
    "ALL",
    "KEPT",
    "NOW",
    "SERVICE",
    "SHARED",
    "TENANT",
    "VERBS",
    "WHAT_TO_DO",
    "Columns",
    "ServiceTable",
    "TenantTable",
    "Verb",
    "some_hash",
    "some_id",
]


def organisation(org_id: UUID, _user_id: UUID, _n: int) -> Columns:
    return {"org_id": org_id, "name": "Acme", "created_at": NOW, "updated_at": NOW}


def person(_org_id: UUID, user_id: UUID, _n: int) -> Columns:
    address = f"{user_id}@example.org"
    names = {"first_name": "Ada", "last_name": "Lovelace", "created_at": NOW, "updated_at": NOW}
    return {"user_id": user_id, "email": address, "email_key": address, **names}


def membership(org_id: UUID, user_id: UUID, _n: int) -> Columns:
    return {"org_id": org_id, "user_id": user_id, "role": "viewer", "created_at": NOW}


def invitation(org_id: UUID, user_id: UUID, n: int) -> Columns:
    return {
        "invitation_id": some_id(org_id, "invitation", n),
        "org_id": org_id,
        "email": f"guest{n}@example.org",
        "role": "viewer",
        "token_hash": some_hash(org_id, "invitation", n),
        "invited_by": user_id,
        "created_at": NOW,
        "expires_at": NOW,
    }


def identity(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    subject = f"{user_id} {n}"
    return {"issuer": "https://id", "subject": subject, "user_id": user_id, "created_at": NOW}


def session(org_id: UUID, user_id: UUID, n: int) -> Columns:
    return {
        "session_id": some_id(user_id, "session", n),
        "user_id": user_id,
        "org_id": org_id,
        "created_at": NOW,
        "refreshed_at": NOW,
        "expires_at": NOW,
        "address": "192.0.2.1",
        "user_agent": "curl",
    }


def refresh_token(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    return {
        "token_hash": some_hash(user_id, "refresh", n),
        "session_id": some_id(user_id, "session"),
        "user_id": user_id,
        "issued_at": NOW,
        "expires_at": NOW,
    }


def mail_token(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    return {
        "token_hash": some_hash(user_id, "mail", n),
        "user_id": user_id,
        "purpose": "verify_email",
        "email": f"{user_id}@example.org",
        "created_at": NOW,
        "expires_at": NOW,
    }


def api_key(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    return {
        "key_id": some_id(org_id, "key", n),
        "org_id": org_id,
        "name": f"key {n}",
        "hint": "ph_live_abc",
        "key_hash": some_hash(org_id, "key", n),
        "is_test": False,
        "scopes": ["history:read"],
        "created_at": NOW,
        "updated_at": NOW,
    }


def key_usage(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    day = f"2027-01-{n:02}"
    return {"org_id": org_id, "key_id": some_id(org_id, "key"), "day": day, "requests": n}


def idempotency_key(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    times = {"started_at": NOW, "lease_until": NOW, "expires_at": NOW}
    hashes = {"key_hash": some_hash(org_id, "key", n), "request_hash": b"\x01" * 32}
    return {"org_id": org_id, "caller": "usr_ada", **hashes, **times}


def audit_head(org_id: UUID, _user_id: UUID, _n: int) -> Columns:
    return {"org_id": org_id, "number": 0, "hash": b"\x00" * 32}


def audit_entry(org_id: UUID, _user_id: UUID, n: int) -> Columns:
    what = {"action": "key.created", "subject": f"key_{n}", "details": Jsonb({"n": n})}
    whence = {"actor": "usr_ada", "address": "192.0.2.1", "request_id": "req_1"}
    return {"org_id": org_id, "at": NOW, **what, **whence}


TENANT = (
    TenantTable("organisations", "org_id", ALL, organisation),
    TenantTable("people", "user_id", KEPT, person),
    TenantTable("memberships", "org_id", ALL, membership),
    TenantTable("invitations", "org_id", ALL, invitation),
    TenantTable("identities", "user_id", ADDED | {"delete"}, identity),
    TenantTable("sessions", "user_id", KEPT, session),
    TenantTable("refresh_tokens", "user_id", KEPT, refresh_token),
    TenantTable("mail_tokens", "user_id", KEPT, mail_token),
    TenantTable("api_keys", "org_id", KEPT, api_key),
    TenantTable("api_key_usage", "org_id", KEPT, key_usage),
    TenantTable("idempotency_keys", "org_id", ALL, idempotency_key),
    # Only the function that chains the log touches its heads.
    TenantTable("audit_heads", "org_id", frozenset(), audit_head),
    TenantTable("audit_log", "org_id", ADDED, audit_entry, system=ADDED),
    *AUTOMATION,
)
"""In the order in which rows can be made."""


def signing_key(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    secret = {"public_key": Jsonb({}), "sealed": b"\x01"}
    return {"key_id": f"{user_id} {n}", **secret, "created_at": NOW, "signs_from": NOW}


def oauth_flow(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    return {"state_hash": some_hash(user_id, "flow", n), "sealed": b"\x01", "expires_at": NOW}


def mail(_org_id: UUID, user_id: UUID, n: int) -> Columns:
    mail_id = some_id(user_id, "mail", n)
    return {"mail_id": mail_id, "sealed": b"\x01", "created_at": NOW, "due_at": NOW}


SERVICE = (
    ServiceTable("signing_keys", "the service's own keys, sealed: read to sign", KEPT, signing_key),
    ServiceTable(
        "oauth_flows",
        "nobody has signed in yet; taken out by the function that knows the state",
        frozenset({"insert"}),
        oauth_flow,
    ),
    ServiceTable(
        "outgoing_mail",
        "sealed; lent to senders by a function",
        frozenset({"insert"}),
        mail,
    ),
)

SHARED = frozenset(
    {
        "alembic_version",  # which migrations were applied
        "audit_days",
        "audits",
        "captures",
        "clock_faults",
        "coverage",
        "events",
        "exchange_states",
        "grids",
        "incidents",
        "keyframes",
        "lifecycles",
        "maintenance",
        "markets",
        "segment_data",
        "segments",
        "streams",
        "trades",
        "wounds",
    }
)
"""The tape: what the exchange said is the same for everyone. The service reads it, no more."""

"""Bodies that nobody should send, to every endpoint of accounts that takes one."""

import secrets

import pytest
from hypothesis import strategies as st

from tests.entrypoints.whole import PASSWORD
from tests.hostile.drawing import declared_by, drawn, tried
from tests.hostile.stage import AUTH, Arena
from tests.hostile.values import Json, damaged, mangled
from tests.hostile.wire import JSON, Asked

EXAMPLES = 40
EMAIL = "somebody@example.org"
ORG = "/api/v1/orgs/{org_id}"
OPEN: dict[str, Json] = {
    f"POST {AUTH}/signup": {
        "email": EMAIL,
        "password": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "organisation": "Engines",
    },
    f"POST {AUTH}/login": {"email": EMAIL, "password": PASSWORD},
    f"POST {AUTH}/refresh": {"refresh_token": "ph_refresh_nothing", "org_id": "org_" + "0" * 26},
    f"POST {AUTH}/logout": {"refresh_token": "ph_refresh_nothing"},
    f"POST {AUTH}/password/forgot": {"email": EMAIL},
    f"POST {AUTH}/password/reset": {"token": "ph_reset_nothing", "password": PASSWORD},
    f"POST {AUTH}/email/verify": {"token": "ph_verify_nothing"},
    f"POST {AUTH}/oauth/callback": {"code": "a", "state": "b", "redirect_uri": "https://a.b/"},
    "POST /api/v1/api-keys/report-leak": {"key": "ph_live_nothing", "where": "in a paste"},
}
BEHIND: dict[str, Json] = {
    f"PATCH {AUTH}/me": {
        "first_name": "Ada",
        "current_password": "another horse",
        "new_password": "yet another horse",
    },
    "POST /api/v1/orgs": {"name": "Engines"},
    f"PATCH {ORG}": {"name": "Engines"},
    f"POST {ORG}/invitations": {"email": EMAIL, "role": "viewer"},
    "POST /api/v1/invitations/accept": {"token": "ph_invite_nothing"},
    "POST /api/v1/api-keys": {
        "name": "Desk",
        "scopes": ["history:read"],
        "expires_at": "2126-01-01T00:00:00Z",
        "allowed_networks": ["192.0.2.0/24"],
        "limit_per_minute": 5,
        "test": False,
    },
    "POST /api/v1/verify": {"ticker": "A", "at": "2026-01-01T00:00:00Z", "certificate": {}},
}
SECRETS = [PASSWORD.encode(), b"another horse"]


def of_another(body: bytes) -> bytes:
    """The same of another account, of which nothing was asked yet."""
    return body.replace(EMAIL.encode(), f"{secrets.token_hex(8)}@example.org".encode())


@pytest.mark.parametrize("operation", [*OPEN, *BEHIND])
def test_no_body_however_hostile_is_our_failure(arena: Arena, operation: str) -> None:
    method, path = operation.split()
    body = (OPEN | BEHIND)[operation]
    owner = arena.sign_up() if operation in BEHIND or "{" in path else None
    headers = (JSON,) if owner is None else (JSON, owner.token)
    target = path.replace("{org_id}", owner.org_id if owner else "").encode()
    bodies = [*mangled(body), *drawn(damaged(body), EXAMPLES)]
    declared = declared_by(arena)[method, path]
    asked = [Asked(method, target, headers, of_another(each)) for each in bodies]

    answers = tried(
        arena,
        asked,
        secrets=SECRETS,
        holds=lambda _, answer: str(answer.status) in declared,
    )

    assert len(answers) >= EXAMPLES
    statuses = [answer.status for answer in answers]
    assert statuses.count(422) >= EXAMPLES / 2
    assert statuses.count(429) <= EXAMPLES / 8


TYPES = [
    b"",
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"application/json; charset=utf-7",
    b"application/json; charset=\xff",
    b"application/json;;;",
    b"application/vnd.api+json",
    b"*/*",
    b"/",
    b"application/" + b"x" * 60_000,
]
ENCODINGS = [b"gzip", b"br", b"deflate", b"gzip, gzip", b"identity", b"chunked", b"\xff"]


def test_no_type_or_encoding_of_a_body_however_hostile_is_our_failure(arena: Arena) -> None:
    whole = mangled(OPEN[f"POST {AUTH}/login"])
    picked = st.tuples(st.sampled_from(TYPES), st.sampled_from(ENCODINGS), st.sampled_from(whole))
    asked = [
        Asked(
            "POST",
            f"{AUTH}/login".encode(),
            ((b"content-type", kind), (b"content-encoding", encoding)),
            of_another(body),
        )
        for kind, encoding, body in drawn(picked, 120)
    ]

    answers = tried(arena, asked, holds=lambda _, answer: answer.status in {200, 401, 422, 429})
    assert sum(answer.status == 429 for answer in answers) < 12

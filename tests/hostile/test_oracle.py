"""What somebody else has, and what nobody has, looks the same from outside."""

import re
import secrets
from collections.abc import Iterator

import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.kernel.api_keys.text import new_key
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.identity import Scope
from tests.entrypoints.whole import PASSWORD, Json, now
from tests.hostile.drawing import tried
from tests.hostile.stage import (
    AUTH,
    Arena,
    Person,
    execution_of,
    habit_of,
    invitation_of,
    reflex_of,
    skill_of,
)
from tests.hostile.wire import Answer, Asked, bearer_field, json_asked

VARYING = {"x-request-id", "x-process-time", "date"}
PREFIXES = {
    "org_id": "org",
    "user_id": "usr",
    "invitation_id": "inv",
    "session_id": "ses",
    "api-keys/{id}": "key",
    "skills/{id}": "skl",
    "skill_id": "skl",
    "execution_id": "exe",
    "habit_id": "hab",
    "reflexes/{id}": "rfx",
}
"""Of ids by the names that paths give them; where one name is of several, with what is before."""

OTHERS = {"number": "1", "label": "production", "provider": "openai"}
"""What else is named in paths: the same for everybody."""

PUBLIC = {
    "/api/v1/markets/{ticker}",
    "/api/v1/markets/{ticker}/book",
    "/api/v1/markets/{ticker}/changes",
    "/api/v1/audits/{id}",
    "/api/v1/auth/oauth/{provider}",
    "/api/v1/provider-keys/{provider}",
    "/api/v1/webhooks/reflexes/{id}",
}
"""What these name is everybody's, or asked for by a signature."""
BODIES: dict[str, Json] = {
    "PATCH /api/v1/orgs/{org_id}": {"name": "Mine"},
    "PATCH /api/v1/orgs/{org_id}/members/{user_id}": {"role": "viewer"},
    "POST /api/v1/orgs/{org_id}/invitations": {"email": "me@example.org", "role": "owner"},
    "PATCH /api/v1/api-keys/{id}": {"name": "Mine"},
    "POST /api/v1/api-keys/{id}/rotate": {},
    "PATCH /api/v1/skills/{id}": {"name": "Mine"},
    "POST /api/v1/skills/{id}/labels": {"label": "production", "version": 1},
    "PATCH /api/v1/habits/{habit_id}": {"timezone": "UTC"},
    "PATCH /api/v1/reflexes/{id}": {"name": "Mine"},
    "POST /api/v1/reflexes/{id}/test": {"event_data": {}},
    "POST /api/v1/reflexes/{id}/events": {"event": {}},
    "POST /api/v1/reflexes/{id}/rehearse": {
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-01T00:01:00Z",
    },
}
QUERIES = {"DELETE /api/v1/orgs/{org_id}": "?confirm=Ada's%20organisation"}
Ids = dict[str, str]
Seen = tuple[int, list[tuple[bytes, bytes]], str]
ID = re.compile(r"(?:org|usr|inv|ses|key|skl|exe|hab|rfx)_[0-9a-z]{26}")


def seen(answer: Answer) -> Seen:
    """All that a stranger can compare, but for what differs from one request to the next."""
    headers = [
        (name, re.sub(rb"\d+", b"0", value) if name.startswith(b"ratelimit") else value)
        for name, value in answer.headers
        if name.decode() not in VARYING
    ]
    return answer.status, headers, re.sub(r'"request_id":"[^"]+"', "", answer.body.decode())


def without_asked(said: Seen, asked: Asked) -> Seen:
    """The same without the ids that were asked for, which may be repeated."""
    status, headers, body = said
    for found in set(ID.findall(asked.target.decode())):
        body = body.replace(found, found[:4])
    return status, headers, body


def belongings(arena: Arena, person: Person) -> Ids:
    """The id of one thing of each kind that somebody has."""
    return {
        "org": person.org_id,
        "usr": str(arena.read(person, f"{AUTH}/me")["id"]),
        "inv": invitation_of(arena, person),
        "ses": str(arena.read(person, f"{AUTH}/sessions")["data"][0]["id"]),
        "key": str(arena.make(person, "/api/v1/api-keys", {"name": "theirs"})["id"]),
        "skl": skill_of(arena, person),
        "exe": execution_of(arena, person),
        "hab": habit_of(arena, person),
        "rfx": reflex_of(arena, person),
    }


def nobodys() -> Ids:
    """Well-formed ids of nothing."""
    return {prefix: format_id(prefix, new_uuid(now())) for prefix in PREFIXES.values()}


def prefixes_in(path: str) -> set[str]:
    """The kinds of the ids in a path."""
    return {prefix for name, prefix in PREFIXES.items() if _place(name) in path}


def _place(name: str) -> str:
    return name if "{" in name else f"{{{name}}}"


def with_ids(arena: Arena) -> Iterator[tuple[str, str]]:
    for path, methods in arena.api.app.openapi()["paths"].items():
        if "{" in path and path not in PUBLIC:
            yield from ((method.upper(), path) for method in methods)


def filled(method: str, path: str, ids: Ids, *headers: tuple[bytes, bytes]) -> Asked:
    operation = f"{method} {path}"
    named = OTHERS | {
        _place(name).partition("{")[2].rstrip("}"): ids[prefix]
        for name, prefix in PREFIXES.items()
        if _place(name) in path
    }
    target = path.format(**named) + QUERIES.get(operation, "")
    if operation in BODIES:
        return json_asked(method, target, BODIES[operation], *headers)
    return Asked(method, target.encode(), headers)


def test_what_another_tenant_has_and_what_nobody_has_are_answered_alike(arena: Arena) -> None:
    owner, stranger = arena.sign_up(), arena.sign_up()
    theirs, mine = belongings(arena, owner), {"org": stranger.org_id}
    key = arena.make(stranger, "/api/v1/api-keys", {"name": "k", "scopes": list(Scope)})["key"]
    walked = list(with_ids(arena))
    for method, path in walked:
        for headers in (stranger.token, bearer_field(key)):
            for within in {}, mine:
                asked = [
                    filled(method, path, {**ids, **within}, headers)
                    for ids in (theirs, nobodys(), nobodys())
                ]
                if within and (path.count("{") < 2 or "{org_id}" not in path):
                    continue
                real, missing, again = [
                    without_asked(seen(answer), each)
                    for each, answer in zip(asked, tried(arena, asked), strict=True)
                ]
                assert real == missing == again, (method, path)
                assert real[0] == 404 or is_a_key_refused(headers, path, real[0]), (path, real)

    assert len(walked) >= 60
    assert belongings_stand(arena, owner, theirs)


def is_a_key_refused(headers: tuple[bytes, bytes], path: str, status: int) -> bool:
    # Sessions are a person's: a key is told so before anything is looked up.
    return headers[1].startswith(b"Bearer ph_") and "/sessions/" in path and status == 403


def belongings_stand(arena: Arena, owner: Person, ids: Ids) -> bool:
    arena.read(owner, f"{AUTH}/me")
    members = arena.read(owner, f"/api/v1/orgs/{ids['org']}/members")["data"]
    invitations = arena.read(owner, f"/api/v1/orgs/{ids['org']}/invitations")["data"]
    key = arena.read(owner, f"/api/v1/api-keys/{ids['key']}")
    return (
        [each["role"] for each in members] == ["owner"]
        and [each["status"] for each in invitations] == ["pending"]
        and (key["state"], key["name"]) == ("live", "theirs")
    )


def test_ids_that_are_none_are_refused_alike_wherever_they_stand(arena: Arena) -> None:
    owner = arena.sign_up()
    ids = belongings(arena, owner)
    asked = [
        filled(method, path, {**ids, kind: wrong}, owner.token)
        for method, path in with_ids(arena)
        for kind in sorted(prefixes_in(path))
        for wrong in (ids[kind][:-1], ids[kind].upper(), "usr" + ids[kind][3:] + "x", "0", "%00")
    ]

    answers = tried(arena, asked, holds=lambda _, answer: answer.status == 422)
    assert len(answers) >= 300
    assert belongings_stand(arena, owner, ids)


def test_ids_of_another_kind_are_no_ids_here(arena: Arena) -> None:
    owner = arena.sign_up()
    ids = belongings(arena, owner)
    asked = [
        filled(method, path, {**ids, kind: other}, owner.token)
        for method, path in with_ids(arena)
        for kind in sorted(prefixes_in(path))
        for name, other in ids.items()
        if kind != name
    ]

    answers = tried(arena, asked, holds=lambda _, answer: answer.status == 422)
    assert len(answers) >= 480


def test_to_ask_for_another_organisation_tells_nothing_of_it(arena: Arena) -> None:
    owner, stranger = arena.sign_up(), arena.sign_up()
    asked = [
        Asked("GET", path, (credentials, (b"x-org-id", org.encode())))
        for path in (b"/api/v1/markets", b"/api/v1/auth/me", b"/api/v1/api-keys")
        for credentials in (stranger.token, bearer_field(str(stranger.answer["api_key"])))
        for org in (owner.org_id, nobodys()["org"])
    ]
    answers = [seen(each) for each in tried(arena, asked)]

    assert {status for status, _, _ in answers} == {403}
    assert answers[::2] == answers[1::2]


@pytest.mark.parametrize("path", ["login", "password/forgot"])
def test_who_has_an_account_is_not_told(arena: Arena, path: str) -> None:
    known = arena.sign_up().email
    unknown = f"{secrets.token_hex(8)}@example.org"
    body = {"password": "not this horse"} if path == "login" else {}
    asked = [
        json_asked("POST", f"{AUTH}/{path}", {"email": email, **body})
        for email in (known, unknown)
        for _ in range(2)
    ]
    answers = [seen(each) for each in tried(arena, asked)]

    assert answers[0][0] == (401 if path == "login" else 202)
    assert all(answer == answers[0] for answer in answers)


def test_to_check_a_password_is_the_same_work_whether_or_not_there_is_one(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = arena.sign_up().email
    checked: list[str] = []
    verify = Passwords._verify

    def counted(self: Passwords, password: str, kept: str) -> bool:
        checked.append(re.sub(r"\$[^$]+\$[^$]+$", "", kept))
        return verify(self, password, kept)

    monkeypatch.setattr(Passwords, "_verify", counted)
    for email in (known, f"{secrets.token_hex(8)}@example.org"):
        body = {"email": email, "password": "not this horse"}
        assert arena.ask(json_asked("POST", f"{AUTH}/login", body)).status == 401

    assert len(checked) == 2
    assert checked[0] == checked[1]


def test_to_invite_somebody_does_not_tell_whether_they_have_an_account(arena: Arena) -> None:
    owner, known = arena.sign_up(), arena.sign_up().email
    unknown = f"{secrets.token_hex(8)}@example.org"
    path = f"/api/v1/orgs/{owner.org_id}/invitations"
    made = [arena.make(owner, path, {"email": each, "role": "viewer"}) for each in (known, unknown)]

    assert {frozenset(each) for each in made} == {frozenset(made[0])}
    assert {each["status"] for each in made} == {"pending"}


def test_a_key_that_is_over_and_one_that_never_was_are_refused_alike(arena: Arena) -> None:
    owner = arena.sign_up()
    made = arena.make(owner, "/api/v1/api-keys", {"name": "over"})
    arena.ask(Asked("DELETE", f"/api/v1/api-keys/{made['id']}".encode(), (owner.token,)))
    keys = [str(made["key"]), new_key(is_test=False)]
    answers = [
        seen(each)
        for each in tried(
            arena, [Asked("GET", b"/api/v1/markets", (bearer_field(key),)) for key in keys]
        )
    ]

    assert answers[0][0] == 401
    assert answers[0] == answers[1]


def test_to_report_a_key_does_not_tell_whether_there_is_such_a_key(arena: Arena) -> None:
    owner = arena.sign_up()
    keys = [str(owner.answer["api_key"]), new_key(is_test=False), new_key(is_test=True)]
    answers = [
        seen(each)
        for each in tried(
            arena,
            [json_asked("POST", "/api/v1/api-keys/report-leak", {"key": key}) for key in keys],
        )
    ]

    assert answers[0][0] == 202
    assert all(answer == answers[0] for answer in answers)


def test_a_token_of_a_mail_that_is_none_is_refused_as_one_of_another_kind(arena: Arena) -> None:
    person = arena.sign_up()
    verifying = arena.mailed(person.email, "ph_verify_")
    texts = [verifying, "ph_reset_" + "x" * 43, "ph_reset_", verifying.swapcase()]
    answers = [
        seen(each)
        for each in tried(
            arena,
            [
                json_asked("POST", f"{AUTH}/password/reset", {"token": text, "password": PASSWORD})
                for text in texts
            ],
            secrets=[verifying.encode()],
        )
    ]

    assert answers[0][0] == 422
    assert all(answer == answers[0] for answer in answers)

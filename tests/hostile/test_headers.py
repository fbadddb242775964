"""Headers, credentials, cursors, ids and addresses that nobody should send."""

import base64
import string
from collections.abc import Callable

import msgspec
from hypothesis import strategies as st

from playhead.kernel.api_keys.text import ALPHABET
from tests.hostile.drawing import drawn, tried
from tests.hostile.stage import AUTH, Arena
from tests.hostile.values import VALUES, encoded
from tests.hostile.wire import Answer, Asked, bearer_field, json_asked

NAMES = [
    *(b"authorization", b"x-api-key", b"x-org-id", b"x-request-id", b"idempotency-key"),
    *(b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"x-real-ip"),
    *(b"host", b"origin", b"referer", b"cookie", b"user-agent", b"accept", b"accept-encoding"),
    *(b"content-type", b"content-length", b"transfer-encoding", b"te", b"trailer", b"expect"),
    *(b"connection", b"upgrade", b"range", b"if-none-match", b"if-modified-since", b"via"),
    *(b"x-http-method-override", b"x-method-override", b"x-original-url", b"x-rewrite-url"),
    *(b"access-control-request-method", b"access-control-request-headers", b"x-playhead"),
]
ALLOWED = bytes([9, *range(0x20, 0x7F), *range(0x80, 0x100)])
VALUES_KNOWN = [
    *(b"", b" ", b"\t", b"*", b"null", b"-1", b"0", b"9" * 5_000, b"\xff\xfe", b"chunked"),
    *(b"Bearer", b"Bearer ", b"bearer x", b"Basic YTpi", b"Bearer a b", b"Bearer a,Bearer b"),
    *(b"ph_live_", b"ph_live_" + b"0" * 49, b"ph_live_" + b"0" * 60_000, b"ph_test_\xff"),
    *(b"a.b.c", b"..", b"e30.e30.", b"eyJhbGciOiJub25lIn0.e30.", b"a" * 8_193),
    *(b"org_" + b"0" * 26, b"ORG_" + b"0" * 26, b"usr_" + b"0" * 26, b"org_8" + b"0" * 25),
    *(b"127.0.0.1", b"::1", b"127.0.0.1, 10.0.0.1", b"[::1]:80", b"for=127.0.0.1;proto=https"),
    *(b"DELETE", b"/api/v1/orgs", b"https://evil.example", b"localhost:99999", b"localhost."),
    *(b"gzip;q=nan", b"bytes=0-0,1-1,2-2", b"a=b; a=c; __Host-a=b", b"100-continue", b"websocket"),
    *(b"text/html;q=0.1", b"application/x-ndjson", b"a\r\nSet-Cookie: a=b", b"a\nX: y", b"a\x00b"),
]
FIELDS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(VALUES_KNOWN) | st.lists(st.sampled_from(ALLOWED), max_size=40).map(bytes),
)
"""Duplicates are likely, and meant."""
PLACES = [
    ("GET", "/health"),
    ("GET", "/api/v1/markets"),
    ("GET", "/api/v1/coverage"),
    ("GET", f"{AUTH}/me"),
    ("HEAD", f"{AUTH}/me"),
    ("OPTIONS", f"{AUTH}/me"),
    ("POST", f"{AUTH}/login"),
    ("POST", f"{AUTH}/refresh"),
    ("POST", f"{AUTH}/logout"),
    ("POST", "/api/v1/api-keys"),
    ("DELETE", f"/api/v1/api-keys/key_{'0' * 26}"),
]


def test_no_headers_however_hostile_are_our_failure(arena: Arena) -> None:
    owner = arena.sign_up()
    asked = [
        Asked(method, path.encode(), (*fields, *([owner.token] if known else [])), b"")
        for (method, path), fields, known in drawn(
            st.tuples(
                st.sampled_from(PLACES), st.lists(FIELDS, min_size=1, max_size=5), st.booleans()
            ),
            250,
        )
    ]

    answers = tried(arena, asked, secrets=[owner.token[1][7:]])

    assert not any(answer.header("Set-Cookie") or answer.header("X") for answer in answers)


def test_a_header_that_came_twice_is_no_way_in(arena: Arena) -> None:
    owner, other = arena.sign_up(), arena.sign_up()
    wrong = bearer_field("nothing")
    pairs = [
        (owner.token, owner.token),
        (owner.token, other.token),
        (wrong, owner.token),
        (owner.token, wrong),
        (owner.token, (b"x-api-key", b"ph_live_nothing")),
        (owner.token, (b"x-org-id", owner.org_id.encode()), (b"x-org-id", owner.org_id.encode())),
        (owner.token, (b"x-org-id", b"")),
        (owner.token, (b"x-org-id", other.org_id.encode())),
        (owner.token, (b"x-org-id", other.org_id.upper().encode())),
    ]
    answers = tried(arena, [Asked("GET", b"/api/v1/orgs", pair) for pair in pairs])

    assert [answer.status for answer in answers] == [401, 401, 401, 401, 401, 422, 422, 403, 422]


def test_a_key_one_character_off_opens_nothing_and_is_not_repeated(arena: Arena) -> None:
    owner = arena.sign_up()
    text = str(owner.answer["api_key"])
    off = st.one_of(
        st.tuples(st.integers(0, len(text) - 1), st.sampled_from(ALPHABET)).map(
            lambda at: text[: at[0]] + at[1] + text[at[0] + 1 :]
        ),
        st.integers(0, len(text) - 1).map(lambda at: text[:at] + text[at + 1 :]),
        st.tuples(st.integers(0, len(text)), st.sampled_from(ALPHABET + " \t.=_-")).map(
            lambda at: text[: at[0]] + at[1] + text[at[0] :]
        ),
    ).filter(lambda near: near.strip() != text)
    near = sorted(set(drawn(off, 220)))
    asked = [
        Asked("GET", b"/api/v1/markets", (field,))
        for each in near
        for field in (bearer_field(each), (b"x-api-key", each.encode()))
    ]

    tried(
        arena,
        asked,
        secrets=[text.encode(), *(each.encode() for each in near)],
        holds=lambda _, answer: answer.status == 401,
    )
    assert len(asked) >= 300


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else encoded(value)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


HEADS = [
    {"alg": "none"},
    {"alg": "None", "typ": "JWT"},
    {"alg": "HS256"},
    {"alg": "RS256"},
    {"alg": ["RS256"]},
    {"alg": None},
    {"alg": "RS256", "kid": "../../../dev/null"},
    {"alg": "RS256", "kid": "' OR 1=1 --"},
    {"alg": "RS256", "kid": {"a": []}},
    {"alg": "RS256", "kid": "\x00" * 300},
    {"alg": "RS256", "jku": "http://127.0.0.1:1/keys"},
    {"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
    {"alg": "RS256", "x5u": "file:///etc/passwd"},
    {"alg": "RS256", "crit": ["b64"], "b64": False},
    {"alg": "RS256", "zip": "DEF"},
    {"alg": "RSA-OAEP", "enc": "A256GCM"},
    [],
    0,
    None,
    b"[" * 5_000,
    b"\xff\xfe",
    b"",
]


def test_no_forged_token_is_our_failure_or_lets_anybody_in(arena: Arena) -> None:
    owner = arena.sign_up()
    genuine = owner.token[1][7:].decode()
    head, payload, signature = genuine.split(".")
    kid = msgspec.json.decode(base64.urlsafe_b64decode(head + "==="))["kid"]
    heads = st.sampled_from(HEADS).map(part) | st.sampled_from(
        [part(each | {"kid": kid}) for each in HEADS if isinstance(each, dict)]
    )
    claims = st.just(payload) | st.dictionaries(
        st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "sid", "org", "jti"]),
        VALUES,
        max_size=6,
    ).map(part)
    ends = st.sampled_from([signature, "", "AA", "A" * 342, signature[1:], "=" * 4])
    forged = st.tuples(heads, claims, ends).map(".".join) | st.sampled_from(
        [
            f"{head}.{payload}",
            f"{head}.{payload}.",
            f"{head}..{signature}",
            f"..{signature}",
            f"{head}.{payload}.{signature}.{signature}",
            f"{genuine}.a.b",
            genuine[1:],
            genuine[:-1],
            genuine.swapcase(),
            f"{head}.{payload[:-4]}AAAA.{signature}",
        ]
    )
    asked = [
        Asked("GET", f"{AUTH}/me".encode(), (bearer_field(each),))
        for each in drawn(forged, 200)
        if each != genuine
    ]

    tried(
        arena,
        asked,
        secrets=[genuine.encode(), signature.encode()],
        holds=lambda _, answer: answer.status == 401,
    )


def test_an_altered_cursor_goes_nowhere(arena: Arena) -> None:
    owner = arena.sign_up()
    arena.make(owner, "/api/v1/api-keys", {"name": "second"})
    page = arena.read(owner, "/api/v1/api-keys?limit=1")
    cursor, here = str(page["next_cursor"]), "/api/v1/api-keys?limit=1&cursor="
    there = arena.read(owner, here + cursor)["data"]
    off = st.tuples(
        st.integers(0, len(cursor) - 1),
        st.sampled_from(string.ascii_letters + string.digits + "-_.~"),
    ).map(lambda at: cursor[: at[0]] + at[1] + cursor[at[0] + 1 :])
    altered = [each for each in drawn(off, 100) if each != cursor]
    other = arena.sign_up()

    asked = [Asked("GET", (here + each).encode(), (owner.token,)) for each in altered]
    for answer in tried(arena, asked):
        # The last character holds bits that stand for nothing.
        assert answer.status == 422 or answer.json()["data"] == there
    foreign = [
        Asked("GET", (here + cursor).encode(), (other.token,)),
        Asked("GET", f"/api/v1/api-keys?revoked=true&cursor={cursor}".encode(), (owner.token,)),
        Asked("GET", f"/api/v1/audit?cursor={cursor}".encode(), (owner.token,)),
    ]
    elsewhere = tried(arena, foreign)
    assert elsewhere[0].status == 200  # a place in time: among other people's keys, none is seen
    assert {each["name"] for each in elsewhere[0].json()["data"]} <= {"first", "First key"}
    assert [answer.status for answer in elsewhere[1:]] == [422, 422]


TAILS = [
    b"%00",
    b"%ff%fe",
    b"%",
    b"%zz",
    b"..",
    b"%2e%2e%2f",
    b"%252e%252e",
    b";a=b",
    b"//",
    b"%0d%0aSet-Cookie:%20a=b",
    b"?a=%00",
    b"?a&a&a=&=&&",
    b"?cursor=" + b"A" * 20_000,
    b"?" + b"&".join(b"a%d=1" % number for number in range(5_000)),
    b"?limit=1&limit=2",
    b"?limit=9e9",
    b"?limit=" + b"9" * 5_000,
    b"?limit=%D9%A1",
    b"?limit=1_0",
    b"?%00=%00",
    b"?\x80\xff",
    b"x" * 100_000,
    b"%41" * 20_000,
    b"/../../health",
]
METHODS = [
    "GET",
    "HEAD",
    "PUT",
    "POST",
    "DELETE",
    "TRACE",
    "CONNECT",
    "FOO",
    "get",
    "OPTIONS",
    "X" * 900,
]


def test_no_address_or_method_however_hostile_is_our_failure(arena: Arena) -> None:
    owner = arena.sign_up()
    places = [
        "/",
        "/api/v1/",
        "/api/v1/markets/",
        "/api/v1/api-keys",
        f"/api/v1/orgs/{owner.org_id}",
    ]
    asked = [
        Asked(method, place.encode() + tail, (owner.token, (b"idempotency-key", b"k")))
        for method, place, tail in drawn(
            st.tuples(st.sampled_from(METHODS), st.sampled_from(places), st.sampled_from(TAILS)),
            250,
        )
        if method != "DELETE" or "orgs" not in place
    ]

    answers = tried(arena, asked, secrets=[owner.token[1][7:]])

    assert {answer.status for answer in answers} <= {200, 204, 403, 404, 405, 409, 422}


def test_no_header_makes_a_get_something_else(arena: Arena) -> None:
    owner = arena.sign_up()
    key = arena.make(owner, "/api/v1/api-keys", {"name": "kept"})["id"]
    overriding: Callable[[bytes], Asked] = lambda name: Asked(  # noqa: E731
        "GET", f"/api/v1/api-keys/{key}".encode(), (owner.token, (name, b"DELETE"))
    )
    tried(
        arena,
        [
            *map(overriding, (b"x-http-method-override", b"x-http-method", b"x-method-override")),
            Asked("GET", f"/api/v1/api-keys/{key}?_method=DELETE".encode(), (owner.token,)),
        ],
    )

    assert arena.read(owner, f"/api/v1/api-keys/{key}")["state"] == "live"


IDEMPOTENCY = [b"", b" ", b"x" * 256, b"x" * 60_000, b"\xff", b"a\tb", b"' OR 1=1 --", b"%00", b"~"]


def test_no_idempotency_key_however_hostile_is_our_failure(arena: Arena) -> None:
    owner = arena.sign_up()
    asked = [
        json_asked(
            "POST", "/api/v1/api-keys", {"name": "k"}, owner.token, (b"idempotency-key", key)
        )
        for key in IDEMPOTENCY
    ]

    answers: list[Answer] = tried(arena, asked)
    assert {answer.status for answer in answers} == {201, 422}

"""Pages of listed origins may call and read; no other page may."""

import pytest

from playhead.web.cors import EXPOSED_HEADERS, InvalidOrigin, parse_origins
from playhead.web.edge import Edge
from tests.web.edges import edge_app, send

OURS = "https://app.playhead.example"
OPEN = edge_app(Edge(origins=parse_origins([OURS, "http://localhost:3000"])))
GRANT = "Access-Control-Allow-Origin"
GRANTS = (GRANT, "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers")
STATUSES = [("/address", 200), ("/nowhere", 404), ("/fail/401", 401), ("/fail/429", 429)]


@pytest.mark.parametrize(("path", "status"), [*STATUSES, ("/fail/500", 500)])
def test_a_configured_origin_may_read_every_answer_errors_included(path: str, status: int) -> None:
    answer = send(OPEN, path, [("Origin", OURS)])

    assert answer.status == status
    assert [answer.one(name) for name in GRANTS] == [OURS, "true", ", ".join(EXPOSED_HEADERS)]
    assert answer.one("Vary") == "Origin"
    assert answer.one("X-Request-ID")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "*",
        "",
        OURS + ".evil.example",
        "http://app.playhead.example",
        OURS + ":444",
        OURS.upper(),
    ],
)
def test_an_unknown_origin_gets_no_cors_grant(origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
        answer = send(OPEN, "/address", asked, method=method)
        assert [answer.one(name) for name in GRANTS] == [None, None, None]
        assert answer.one("Vary") == "Origin"


def test_two_origins_at_once_are_none() -> None:
    answer = send(OPEN, "/address", [("Origin", OURS), ("Origin", "https://evil.example")])

    assert answer.one(GRANT) is None


def test_where_no_origin_is_listed_nothing_is_said() -> None:
    answer = send(edge_app(Edge()), "/address", [("Origin", OURS)])

    assert (answer.one(GRANT), answer.one("Vary")) == (None, None)


def test_a_preflight_is_answered_before_anybody_has_to_say_who_they_are() -> None:
    asked = [("Origin", OURS), ("Access-Control-Request-Method", "PATCH")]
    answer = send(OPEN, "/fail/401", asked, method="OPTIONS")

    assert (answer.status, answer.body) == (204, b"")
    assert answer.one(GRANT) == OURS
    assert "PATCH" in (answer.one("Access-Control-Allow-Methods") or "")
    assert "Idempotency-Key" in (answer.one("Access-Control-Allow-Headers") or "")
    assert (answer.one("Vary") or "").startswith("Origin, Access-Control-Request-Method")


@pytest.mark.parametrize("text", ["*", "null", "", "https://a.example/path", "ftp://a.example"])
def test_what_is_no_origin_cannot_be_listed(text: str) -> None:
    with pytest.raises(InvalidOrigin):
        parse_origins([text])


def test_an_origin_is_listed_as_browsers_write_it() -> None:
    listed = parse_origins([" HTTPS://App.Example/ ", "http://[::1]:3000"])

    assert listed == {"https://app.example", "http://[::1]:3000"}


@pytest.mark.parametrize("origin", [OURS, "https://evil.example", "*", "null"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_star_is_never_said_and_so_never_with_credentials(origin: str, method: str) -> None:
    asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
    answer = send(OPEN, "/address", asked, method=method)

    granted = {name: value for name, value in answer.headers if name.startswith("access-control")}
    assert not any("*" in value for value in granted.values())
    assert ("access-control-allow-credentials" in granted) == (origin == OURS)

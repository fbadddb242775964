"""What every answer carries."""

import re

import pytest

from playhead.web.edge import Edge
from playhead.web.requests import SAFE_HEADERS, new_request_id
from tests.web.client import api, ask, fault
from tests.web.edges import edge_app, send


def test_a_sane_request_id_is_echoed() -> None:
    answer = ask(api(), "/health", headers={"X-Request-ID": "trade-bot.17_a"})

    assert answer.headers["X-Request-ID"] == "trade-bot.17_a"


@pytest.mark.parametrize("hostile", ["", "a b", "x" * 129, "a;b", '"><script>'])
def test_any_other_request_id_is_replaced(hostile: str) -> None:
    answer = ask(api(), "/health", headers={"X-Request-ID": hostile})

    assert re.fullmatch(r"req_[0-9a-z]{23}", answer.headers["X-Request-ID"])


def test_request_ids_sort_by_time_and_differ() -> None:
    made = [new_request_id() for _ in range(100)]

    assert len(set(made)) == len(made)
    assert [each[:12] for each in made] == sorted(each[:12] for each in made)


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/api/v1/markets?limit=0"])
def test_every_answer_says_how_long_it_took_and_is_safe_to_show(path: str) -> None:
    headers = ask(api(), path).headers

    assert re.fullmatch(r"\d+\.\d{6}", headers["X-Process-Time"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_request_addressed_to_another_host_is_refused() -> None:
    answer = ask(api(), "/health", headers={"Host": "evil.example"})

    assert fault(answer) == (403, "host.forbidden", "Host")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_this_machine_may_be_called_by_any_of_its_names(host: str) -> None:
    assert ask(api(), "/health", headers={"Host": host}).status_code == 200


def test_a_name_that_was_configured_is_ours_too() -> None:
    app = edge_app(Edge(host_names=["API.playhead.example"]))

    assert send(app, "/address", [("Host", "api.playhead.example:443")]).status == 200
    assert send(app, "/address", [("Host", "playhead.example")]).status == 403


def test_a_request_with_two_hosts_is_addressed_to_nobody() -> None:
    asked = [("Host", "localhost"), ("Host", "evil.example")]

    assert send(edge_app(Edge()), "/address", asked).status == 403


def test_what_was_put_beside_an_answer_goes_out_with_it() -> None:
    assert send(edge_app(Edge()), "/address").one("X-Credits-Cost") == "3"


def test_the_answer_of_last_resort_has_its_id_and_every_safe_header() -> None:
    answer = send(edge_app(Edge()), "/fail/500", [("X-Request-ID", "mine")])

    assert (answer.status, answer.one("X-Request-ID")) == (500, "mine")
    assert {name: answer.one(name) for name in SAFE_HEADERS} == SAFE_HEADERS


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_browser_that_came_by_tls_is_kept_there(scheme: str) -> None:
    answer = send(edge_app(Edge()), "/address", scheme=scheme)

    assert (answer.one("Strict-Transport-Security") is None) == (scheme == "http")

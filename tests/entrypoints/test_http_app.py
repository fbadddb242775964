"""The API as a whole: what it declares, and that nothing hostile breaks it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.web.problems import STATUS_OF_KIND
from tests.history.markets.fakes import FakeMarkets, market
from tests.history.rewind.builders import TICKER, proven_answer
from tests.history.rewind.fakes import FakeRewind
from tests.web.client import api, ask

APP = api(rewind=FakeRewind(proven_answer()), markets=FakeMarkets([market(TICKER)]))
PATHS = {
    "/api/v1/markets",
    "/api/v1/markets/{ticker}",
    "/api/v1/markets/{ticker}/book",
    "/api/v1/markets/{ticker}/changes",
    "/api/v1/verify",
    "/api/v1/coverage",
    "/api/v1/incidents",
    "/api/v1/audits",
    "/api/v1/audits/{id}",
    "/api/v1/audits/rates",
    "/health",
    "/health/ready",
}
CODES = {
    "/api/v1/markets": {"cursor.invalid", "database.unavailable"},
    "/api/v1/markets/{ticker}": {"market.not_found", "database.unavailable"},
    "/api/v1/markets/{ticker}/book": {
        "market.not_found",
        "book.in_future",
        "database.unavailable",
    },
    "/api/v1/markets/{ticker}/changes": {
        "market.not_found",
        "book.in_future",
        "cursor.invalid",
        "changes.empty_interval",
        "changes.stream_not_paged",
        "changes.moved",
        "stream.too_many",
        "database.unavailable",
    },
    "/api/v1/verify": {
        "verify.nothing_to_verify",
        "verify.too_far",
        "verify.too_many",
        "body.too_large",
        "database.unavailable",
    },
    "/api/v1/coverage": {
        "market.not_found",
        "cursor.invalid",
        "coverage.empty_interval",
        "coverage.in_future",
        "coverage.parameter_misplaced",
        "database.unavailable",
    },
    "/api/v1/incidents": {"cursor.invalid", "coverage.empty_interval", "database.unavailable"},
    "/api/v1/audits": {
        "market.not_found",
        "cursor.invalid",
        "coverage.empty_interval",
        "database.unavailable",
    },
    "/api/v1/audits/{id}": {"audit.not_found", "database.unavailable"},
    "/api/v1/audits/rates": {
        "market.not_found",
        "cursor.invalid",
        "coverage.parameter_misplaced",
        "database.unavailable",
    },
    "/health": set(),
    "/health/ready": {"service.not_ready"},
}
EVERYWHERE = {"request.invalid", "internal"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in APP.openapi()["paths"].items():
        for operation in methods.values():
            yield path, operation


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"])
        for each in value.values():
            yield from references(each)
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_route_is_in_the_document() -> None:
    assert {path for path, _ in operations()} == PATHS


def test_the_document_is_openapi_3_1_and_says_what_to_send() -> None:
    document = ask(APP, "/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert "X-API-Key" in document["info"]["description"]


@pytest.mark.parametrize(("path", "operation"), list(operations()))
def test_every_route_declares_each_of_its_errors(path: str, operation: dict[str, Any]) -> None:
    declared = {
        code
        for status, response in operation["responses"].items()
        if status != "200"
        for code in response["content"]["application/json"]["examples"]
    }

    assert declared == CODES[path] | EVERYWHERE


@pytest.mark.parametrize(("path", "operation"), list(operations()))
def test_every_declared_error_is_the_envelope(path: str, operation: dict[str, Any]) -> None:
    errors = {status: each for status, each in operation["responses"].items() if status != "200"}

    assert {int(status) for status in errors} <= {*STATUS_OF_KIND.values(), 500}
    for response in errors.values():
        schema = response["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize(("path", "operation"), list(operations()))
def test_every_route_describes_itself_and_its_answer(path: str, operation: dict[str, Any]) -> None:
    assert operation["description"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]


def test_every_reference_leads_somewhere() -> None:
    document = APP.openapi()
    schemas = document["components"]["schemas"]

    assert {ref.rpartition("/")[2] for ref in references(document)} <= set(schemas)


def test_the_docs_page_shows_every_route_and_fetches_nothing() -> None:
    page = ask(APP, "/docs")

    assert page.headers["Content-Type"].startswith("text/html")
    assert all(f" {path}</code>" in page.text for path in PATHS)
    assert "<script" not in page.text
    assert "//" not in page.text.replace("<!doctype", "")


NAMES = st.sampled_from(
    [
        "at",
        "clock",
        "depth",
        "view",
        "strict",
        "from",
        "to",
        "limit",
        "cursor",
        "with_book",
        "status",
        "event",
        "search",
        "include",
        "days",
        "kind",
        "matches",
        "cause",
        "open",
        "by",
        "ticker",
        "unheard_of",
    ]
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(
        ["raw", "yes", "exchange", "true", "total", "active", "gap", TICKER, "%00", "\x00"]
    ),
)
ROUTES = st.sampled_from(
    [
        *(f"/api/v1/{list}" for list in ("markets", "coverage", "incidents", "audits")),
        *(f"/api/v1/markets/{TICKER}{tail}" for tail in ("", "/book", "/changes")),
        "/api/v1/audits/rates",
        "/status",
    ]
)
ACCEPTED = st.sampled_from(["*/*", "application/json", "application/x-ndjson", ",;q=,"])


@settings(deadline=None, max_examples=150)
@given(path=ROUTES, params=st.dictionaries(NAMES, VALUES, max_size=5), accept=ACCEPTED)
def test_no_query_however_hostile_is_our_failure(
    path: str, params: dict[str, str], accept: str
) -> None:
    answer = ask(APP, path, params=params, headers={"Accept": accept})

    assert answer.status_code in {200, 404, 422}


@settings(deadline=None, max_examples=100)
@given(ticker=st.text(min_size=1, max_size=30))
def test_no_ticker_however_hostile_is_our_failure(ticker: str) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in ticker.encode("utf-8", "surrogatepass"))
    answer = ask(APP, f"/api/v1/markets/{escaped}/book")

    assert answer.status_code in {404, 422}

"""One envelope for every error."""

import logging
from typing import ClassVar

import pytest

from playhead.base.errors import (
    Conflict,
    Forbidden,
    Incomplete,
    Invalid,
    LimitReached,
    NotFound,
    PlayheadError,
    Unauthenticated,
    Unavailable,
)
from playhead.web.problems import status_of
from tests.history.rewind.builders import TICKER
from tests.history.rewind.fakes import FakeRewind
from tests.web.client import api, ask, fault

STATUSES = [
    (Invalid, 422),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (LimitReached, 429),
    (Incomplete, 409),
    (Unavailable, 503),
    (PlayheadError, 500),
]


class Failing(FakeRewind):
    error: ClassVar[Exception]

    async def book(self, *_: object, **__: object) -> None:  # type: ignore[override]
        raise self.error


def failing_with(error: Exception) -> FakeRewind:
    return type("FailingWith", (Failing,), {"error": error})()  # type: ignore[no-any-return]


def book_path(query: str = "") -> str:
    return f"/api/v1/markets/{TICKER}/book{query}"


@pytest.mark.parametrize(("kind", "status"), STATUSES)
def test_each_kind_has_its_status_and_a_feature_error_that_of_its_kind(
    kind: type[PlayheadError], status: int
) -> None:
    feature_error = type("OfAFeature", (kind,), {"code": "a.feature"})
    answer = ask(api(rewind=failing_with(feature_error("no", field="f", at=1))), book_path())

    assert fault(answer) == (status, "a.feature", "f")
    assert answer.json()["error"]["details"] == {"at": 1}
    assert status_of(feature_error) == status


@pytest.mark.parametrize("kind", [LimitReached, Unavailable])
def test_what_may_be_repeated_says_when(kind: type[PlayheadError]) -> None:
    answer = ask(api(rewind=failing_with(kind("later"))), book_path())

    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(("knows", "says"), [(7, "7"), (0, "1")])
@pytest.mark.parametrize("kind", [LimitReached, Unavailable, Conflict])
def test_an_error_that_knows_when_to_come_back_says_so(
    kind: type[PlayheadError], knows: int, says: str
) -> None:
    answer = ask(api(rewind=failing_with(kind("later", retry_after=knows))), book_path())

    assert answer.headers["Retry-After"] == says


def test_what_nobody_foresaw_is_a_500_that_tells_nothing_but_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = ask(api(rewind=failing_with(ValueError("secret"))), book_path())

    assert fault(answer) == (500, "internal", None)
    assert "secret" not in answer.text
    assert answer.headers["X-Request-ID"] in caplog.text


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1/markets/", "/api/v1/markets/A/B", "/%00"])
def test_an_unknown_route_is_a_404(path: str) -> None:
    assert fault(ask(api(), path)) == (404, "route.not_found", None)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_a_route_has_not_is_a_405(method: str) -> None:
    answer = ask(api(), book_path(), method=method)

    assert fault(answer) == (405, "method.not_allowed", None)
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?at=2026-11-21T12:00:00", "at"),
        ("?at=yesterday", "at"),
        ("?at=0001-01-01T00:00:00%2B14:00", "at"),
        ("?at=9999-12-31T23:59:59-14:00", "at"),
        ("?at=", "at"),
        ("?clock=wall", "clock"),
        ("?depth=0", "depth"),
        ("?depth=10001", "depth"),
        ("?depth=1.5", "depth"),
        ("?view=no", "view"),
        ("?strict=perhaps", "strict"),
        ("?att=2026-11-21T12:00:00Z", "att"),
    ],
)
def test_a_wrong_parameter_is_a_422_that_names_it(query: str, field: str) -> None:
    assert fault(ask(api(), book_path(query))) == (422, "request.invalid", field)


def test_an_unescaped_plus_is_explained() -> None:
    answer = ask(api(), book_path("?at=2026-11-21T12:00:00+02:00"))

    assert answer.json()["error"]["message"].endswith("; a + in a query is sent as %2B")


@pytest.mark.parametrize("ticker", ["%00", "a%20b", "%F0%9F%98%80", "x" * 201])
def test_a_malformed_ticker_is_a_422(ticker: str) -> None:
    assert fault(ask(api(), f"/api/v1/markets/{ticker}")) == (422, "request.invalid", "ticker")


def test_a_refusal_is_short_however_long_the_request() -> None:
    long = "x" * 300
    answers = [
        ask(api(), book_path("?" + "&".join(f"{long}{number}=1" for number in range(100)))),
        ask(api(), f"/api/v1/{long * 100}"),
        ask(api(), f"/api/v1/markets/{long}/{long * 100}"),
    ]

    assert [answer.status_code for answer in answers] == [422, 404, 404]
    assert len(answers[0].json()["error"]["details"]["errors"]) == 20
    assert max(len(answer.content) for answer in answers) < 20_000

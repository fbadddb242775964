"""``POST /api/v1/verify`` over a verifier in memory."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.base.errors import PlayheadError
from playhead.history.books import Book, parse_price, parse_size
from playhead.history.rewind import Clock
from playhead.history.verify import Claim, TooFar, TooManyVerifications
from tests.history.rewind.builders import TICKER, second
from tests.history.verify.fakes import FakeVerifier
from tests.web.client import api, ask, fault

PATH = "/api/v1/verify"
DIGEST = "sha256:" + "0f" * 32
ANSWER: dict[str, Any] = {
    "ticker": TICKER,
    "at": "2026-11-21T12:00:10.000000Z",
    "clock": "received",
    "view": "raw",
    "position": 68719476743,
    "yes": [["0.4100", "3.00"], ["0.4200", "12.50"]],
    "no": [["0.5500", "100.00"]],
    "coverage": {"state": "proven"},
    "certificate": {"digest": DIGEST, "capture": "main", "from_position": 7, "sid": 1},
    "last_known": None,
}
SHOWN = Book(
    yes={parse_price("0.41"): parse_size("3"), parse_price("0.42"): parse_size("12.5")},
    no={parse_price("0.55"): parse_size("100")},
)


def post(answer: object, verifier: FakeVerifier | None = None) -> httpx2.Response:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    headers = {"Content-Type": "application/json"}
    app = api(verifier=verifier or FakeVerifier())
    return ask(app, PATH, method="POST", headers=headers, content=content)


def asked(answer: dict[str, Any]) -> Claim:
    verifier = FakeVerifier()
    assert post(answer, verifier).status_code == 200
    (claim,) = verifier.asked
    return claim


def test_an_answer_as_it_was_given_is_a_claim() -> None:
    assert asked(ANSWER) == Claim(TICKER, second(10), Clock.RECEIVED, DIGEST, SHOWN, "main", 7)


def test_bids_and_asks_are_the_same_levels() -> None:
    sides = {"yes": None, "no": None, "bids": ANSWER["yes"][::-1], "asks": [["0.4500", "100.00"]]}

    assert asked({**ANSWER, "view": "yes", **sides}).shown == SHOWN


def test_no_more_is_needed_than_ticker_instant_clock_and_digest() -> None:
    bare = {key: ANSWER[key] for key in ("ticker", "at", "clock")}
    claim = asked({**bare, "certificate": {"digest": DIGEST}})

    assert claim == Claim(TICKER, second(10), Clock.RECEIVED, DIGEST)


def test_the_verdict_is_told_with_what_it_rests_on() -> None:
    body = post(ANSWER).json()

    assert (body["verdict"], body["reason"], body["given_digest"]) == ("same", None, DIGEST)
    assert (body["ticker"], body["at"], body["clock"]) == (TICKER, ANSWER["at"], "received")
    assert set(body["checks"]) == {
        "checksums",
        "sequence_unbroken",
        "snapshot_found",
        "confirmed_at",
    }


@pytest.mark.parametrize("unknown", [{"certificate": None}, {}], ids=["null", "absent"])
def test_an_answer_that_says_unknown_claims_nothing(unknown: dict[str, None]) -> None:
    bare = {key: value for key, value in ANSWER.items() if key != "certificate"}

    assert fault(post(bare | unknown)) == (422, "verify.nothing_to_verify", "certificate")


@pytest.mark.parametrize(
    ("altered", "field"),
    [
        ({"ticker": "a b"}, "ticker"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-21T12:00:10"}, "at"),
        ({"clock": "kitchen"}, "clock"),
        ({"certificate": {}}, "certificate.digest"),
        ({"certificate": {"digest": DIGEST[:-1]}}, "certificate.digest"),
        ({"certificate": {"digest": DIGEST, "from_position": -1}}, "certificate.from_position"),
        ({"certificate": {"digest": DIGEST, "from_position": 2**63}}, "certificate.from_position"),
        ({"yes": [["0.41x", "3.00"]]}, "yes"),
        ({"yes": [["0.4100"]]}, "yes"),
        ({"yes": [["0.41", "3.00"], ["0.4100", "3.00"]]}, "yes"),
        ({"no": [["0.41", "1.00"]] * 20_001}, "no"),
        ({"no": None}, None),
    ],
)
def test_what_is_no_answer_is_refused_with_the_field(
    altered: dict[str, Any], field: str | None
) -> None:
    assert fault(post({**ANSWER, **altered})) == (422, "request.invalid", field)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 500_000], ids=repr)
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert fault(post(body))[:2] == (422, "request.invalid")


def test_a_body_beyond_the_limit_is_refused() -> None:
    padded = {**ANSWER, "padding": "x" * 2**20}

    assert fault(post(padded)) == (422, "body.too_large", None)


@pytest.mark.parametrize(
    ("error", "status"), [(TooFar(5), 422), (TooManyVerifications(2), 429)], ids=["far", "many"]
)
def test_what_is_not_looked_into_says_so(error: PlayheadError, status: int) -> None:
    assert fault(post(ANSWER, FakeVerifier(error))) == (status, error.code, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ANSWER, "bids", "digest"]), inner, max_size=5)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=100)
@given(altered=st.dictionaries(st.sampled_from([*ANSWER, "bids", "asks"]), JSON, max_size=4))
def test_no_answer_however_hostile_is_our_failure(altered: dict[str, Any]) -> None:
    assert post({**ANSWER, **altered}).status_code in {200, 422}

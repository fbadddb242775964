"""REST answers, kept and explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import (
    Forbidden,
    Invalid,
    LimitReached,
    NotFound,
    PlayheadError,
    Unauthenticated,
    Unavailable,
)
from playhead.history.kalshi import Answer, Unreadable, decode_answer, encode_answer
from playhead.history.kalshi.answers import error_text, refusal_of

SHAPES = {
    '{"error":{"code":"not_found","message":"not found"}}': "not_found: not found",
    '{"error":{"code":"authentication_error","message":"authentication_error",'
    '"details":"NOT_FOUND"}}': "authentication_error: NOT_FOUND",
    '{"code":"invalid_parameters","message":"invalid parameters","details":"limit"}': (
        "invalid_parameters: invalid parameters: limit"
    ),
    '{"msg":"Parameter validation failed"}': "Parameter validation failed",
    '{"error":"too many requests"}': "too many requests",
    "<html>Bad Gateway</html>": "<html>Bad Gateway</html>",
    "[]": "[]",
    "": "",
}
KINDS: dict[int, type[PlayheadError]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    429: LimitReached,
    500: Unavailable,
    503: Unavailable,
}


@pytest.mark.parametrize(("body", "said"), SHAPES.items())
def test_every_shape_of_an_error_body_is_understood(body: str, said: str) -> None:
    assert error_text(body) == said


@pytest.mark.parametrize(("status", "kind"), KINDS.items())
def test_a_status_has_its_kind_of_error(status: int, kind: type[PlayheadError]) -> None:
    assert isinstance(refusal_of(status, ""), kind)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_kept_answer_comes_back_to_the_letter(body: str) -> None:
    answer = Answer(path="/trade-api/v2/markets", query="limit=5", status=200, body=body)

    assert decode_answer(encode_answer(answer)) == answer


def test_something_else_is_no_kept_answer() -> None:
    with pytest.raises(Unreadable):
        decode_answer(b'{"path":"/"}')

"""REST questions and answers: kept as they went and came, and what a refusal says."""

import msgspec

from playhead.base.errors import PlayheadError
from playhead.history.kalshi.errors import (
    BadRequest,
    ExchangeUnavailable,
    NotAllowed,
    Refused,
    TooManyRequests,
    UnknownToExchange,
    Unreadable,
)

_KINDS: dict[int, type[PlayheadError]] = {
    401: Refused,
    403: NotAllowed,
    404: UnknownToExchange,
    429: TooManyRequests,
}


class Question(msgspec.Struct, frozen=True):
    """One request, fit to be kept. Its answer bears the same path and the same query.

    Attributes:
        get: The path from the root, such as ``/trade-api/v2/markets/orderbooks``.
        query: Without the question mark; ``""`` where there is none.
    """

    get: str
    query: str


class Answer(msgspec.Struct, frozen=True):
    """One answer, fit to be kept: ``decode_answer`` gives back what ``encode_answer`` took.

    Attributes:
        path: From the root, such as ``/trade-api/v2/markets``.
        query: Without the question mark; ``""`` where there is none.
        body: The text exactly as received.
    """

    path: str
    query: str
    status: int
    body: str


_ANSWER = msgspec.json.Decoder(Answer)


def encode_question(question: Question) -> bytes:
    """Return the question as JSON."""
    return msgspec.json.encode(question)


def encode_answer(answer: Answer) -> bytes:
    """Return the answer as JSON."""
    return msgspec.json.encode(answer)


def decode_answer(payload: bytes) -> Answer:
    """Return the answer that was encoded.

    Raises:
        Unreadable: ``payload`` is no encoded answer.
    """
    try:
        return _ANSWER.decode(payload)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreadable(f"not a kept REST answer: {error}") from error


def refusal_of(status: int, body: str) -> PlayheadError:
    """Return the error that a status of 400 or more stands for."""
    kind = _KINDS.get(status) or (ExchangeUnavailable if status >= 500 else BadRequest)
    return kind(f"the exchange answered {status}: {error_text(body) or 'nothing more'}")


def error_text(body: str) -> str:
    """Return what an error body says, whichever of the exchange's shapes it has."""
    try:
        shape = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError):
        return body.strip()[:200]
    if not isinstance(shape, dict):
        return body.strip()[:200]
    error = shape.get("error", shape)
    if not isinstance(error, dict):
        return str(error)
    words = [error.get(key) for key in ("code", "message", "msg", "details")]
    return ": ".join(dict.fromkeys(str(word) for word in words if word))

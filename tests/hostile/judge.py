"""What every answer has to be, whatever was asked."""

import re
from collections.abc import Iterable

from tests.hostile.wire import Answer, Asked

TELLTALES = re.compile(
    rb"Traceback|site-packages|psycopg|pydantic|starlette|asyncio\.|\.py\b|/tmp/|/home/|/work/"
    rb"|\bSELECT\b|\bINSERT INTO\b|\bDELETE FROM\b|pg_catalog|relation \"|\b0x[0-9a-f]{8}"
)
"""An address in memory begins a word: within an id the same signs may stand by chance."""
FAULT = {"code", "message", "status", "field", "details"}
ALWAYS = ("X-Request-ID", "X-Process-Time", "X-Content-Type-Options", "Content-Security-Policy")
OWN_FAULT = 500
REFUSED = 400
WITHOUT_BODY = 204
MOST_BYTES = 64 * 1024
"""Of a refusal: who sends much may not make us send more."""


def judge(asked: Asked, answer: Answer, *, secrets: Iterable[bytes] = ()) -> None:
    """Raise AssertionError unless ``answer`` is one that we may give."""
    said = (asked.method, asked.target[:300], asked.headers, asked.body[:300], answer.status)
    assert answer.status < OWN_FAULT, (said, answer.body)
    for name in ALWAYS:
        assert answer.header(name), (said, name)
    for field in answer.headers:
        assert not re.search(rb"[\r\n\x00]", b"".join(field)), (said, field)
    if answer.status >= REFUSED:
        if asked.method != "HEAD":
            _judge_refusal(said, answer)
        _judge_silence(asked, answer, secrets)
    if answer.status == WITHOUT_BODY:
        assert answer.body == b"", said


def _judge_refusal(said: object, answer: Answer) -> None:
    assert answer.header("Content-Type") == "application/json", said
    assert len(answer.body) <= MOST_BYTES, (said, len(answer.body))
    body = answer.json()
    assert set(body) == {"error", "request_id"}, (said, body)
    assert set(body["error"]) == FAULT, (said, body)
    assert body["error"]["status"] == answer.status, (said, body)
    assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", body["error"]["code"]), (said, body)
    assert isinstance(body["error"]["message"], str), said
    assert body["request_id"] == answer.header("X-Request-ID"), (said, body)


def _judge_silence(asked: Asked, answer: Answer, secrets: Iterable[bytes]) -> None:
    told = b"\n".join([answer.body, *(value for _, value in answer.headers)])
    for secret in secrets:
        assert len(secret) < 8 or secret not in told, ("a secret came back", secret, told)
    sent = b"\n".join([asked.target, asked.body, *(value for _, value in asked.headers)])
    for found in TELLTALES.finditer(told):
        assert found.group() in sent, ("what is inside shows", found.group(), told)

"""What a client is told about its limits."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from playhead.web.edge import Edge, install_edge
from playhead.web.limits import Bucket, Limiter, LimitExceeded, Rate
from playhead.web.problems import INTERNAL, install_problems, problems
from playhead.web.wire import JsonBytes
from tests.web.edges import send
from tests.web.limits.servers import Clock

KEY = Bucket("key", "k", Rate(600, 60, 600))
PLAN = Bucket("plan", "p", Rate(10, 60, 2))


def limited_app(*buckets: Bucket, clock: Clock | None = None) -> FastAPI:
    app, limiter = FastAPI(), Limiter(None, now=clock or Clock())
    install_problems(app)

    @app.get("/", responses=problems(LimitExceeded))
    async def read(request: Request) -> PlainTextResponse:
        for bucket in buckets:
            await limiter.enforce([bucket], request.scope)
        return PlainTextResponse("fine")

    install_edge(app, Edge(), last_resort=lambda _: JsonBytes(b"{}", INTERNAL))
    return app


def told(app: FastAPI) -> tuple[Any, ...]:
    answer = send(app, "/")
    names = ("RateLimit-Policy", "RateLimit", "Retry-After")
    return (answer.status, *(answer.one(name) for name in names))


def test_an_answer_says_what_is_left() -> None:
    assert told(limited_app(KEY)) == (200, '"key";q=600;w=60', '"key";r=599;t=1', None)


def test_each_limit_is_told_of() -> None:
    assert told(limited_app(KEY, PLAN)) == (
        200,
        '"key";q=600;w=60, "plan";q=10;w=60;ph-burst=2',
        '"key";r=599;t=1, "plan";r=1;t=6',
        None,
    )


def test_the_excess_is_a_429_and_what_comes_after_the_window_is_not() -> None:
    clock = Clock()
    app = limited_app(PLAN, clock=clock)
    seen = [told(app)[0] for _ in range(3)]

    assert seen == [200, 200, 429]
    assert told(app)[2:] == ('"plan";r=0;t=6', "6")
    clock.turn(6)
    assert told(app)[0] == 200


def test_whoever_is_refused_is_told_a_number_of_seconds_of_at_least_one() -> None:
    clock = Clock()
    app = limited_app(Bucket("key", "k", Rate(1000, 1, 1)), clock=clock)
    send(app, "/")
    answer = send(app, "/")

    assert (answer.status, answer.one("Retry-After")) == (429, "1")
    assert b'"code":"rate.limited"' in answer.body
    assert b'"retry_after":1' in answer.body


def test_the_tightest_bucket_speaks_for_all() -> None:
    limiter = Limiter(None, now=Clock())

    async def act() -> None:
        assert (await limiter.check([KEY, PLAN])).remaining == 1
        assert (await limiter.check([PLAN, KEY])).remaining == 0
        with pytest.raises(LimitExceeded, match="plan"):
            await limiter.check([KEY, PLAN])

    asyncio.run(act())

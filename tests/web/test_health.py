"""Alive and ready are two things."""

import asyncio

import pytest

from playhead import __version__
from playhead.web import health
from tests.web.client import api, ask, fault


async def works() -> None:
    pass


async def fails() -> None:
    raise ConnectionError


async def hangs() -> None:
    await asyncio.sleep(60)


def test_alive_answers_with_the_version_whatever_is_down() -> None:
    answer = ask(api(checks={"database": fails}), "/health")

    assert answer.json() == {"status": "ok", "version": __version__}


def test_ready_names_the_parts_that_work() -> None:
    answer = ask(api(checks={"valkey": works, "database": works}), "/health/ready")

    assert answer.json() == {"status": "ready", "parts": ["database", "valkey"]}


def test_not_ready_names_each_part_that_is_down() -> None:
    answer = ask(api(checks={"valkey": works, "database": fails}), "/health/ready")

    assert fault(answer) == (503, "service.not_ready", None)
    assert answer.json()["error"]["details"] == {"down": ["database"]}


def test_a_part_that_hangs_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.01)
    answer = ask(api(checks={"database": hangs}), "/health/ready")

    assert answer.json()["error"]["details"] == {"down": ["database"]}

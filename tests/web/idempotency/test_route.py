"""A POST with a key is done once, however often it is sent."""

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.web.idempotency import KEPT, LEASE, Asked, KeptAnswer
from tests.web.idempotency.fakes import FakeStore
from tests.web.idempotency.shop import Shop, asked, code_of, post

NOW = Micros(1_800_000_000 * MICROS_PER_SECOND)
REUSED, IN_FLIGHT = (422, "idempotency.key_reused"), (409, "idempotency.in_flight")


def new_shop(store: FakeStore | None = None) -> Shop:
    return Shop(store or FakeStore(), NOW)


def test_a_repeat_is_given_the_first_answer_and_does_nothing() -> None:
    shop = new_shop()
    first, again = asked(shop), asked(shop)

    assert (first.status_code, first.json()) == (201, {"number": 1, "item": "book"})
    assert (again.status_code, again.content, shop.made) == (201, first.content, 1)
    kept = ("Content-Type", "Content-Length", "Location")
    assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
    assert first.headers.get("Idempotency-Replayed") is None
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


@pytest.mark.parametrize("other", [{"item": "pen"}, {"path": "/api/orders?now=1"}])
def test_a_key_that_comes_with_another_request_is_refused(other: dict[str, str]) -> None:
    shop = new_shop()
    asked(shop)

    assert code_of(asked(shop, **other)) == REUSED
    assert shop.made == 1


@pytest.mark.parametrize("other", [{"key": "k2"}, {"key": None}, {"who": "key_1"}])
def test_another_key_or_caller_is_another_request(other: dict[str, str | None]) -> None:
    shop = new_shop()

    assert [asked(shop).json()["number"], asked(shop, **other).json()["number"]] == [1, 2]


def test_of_twenty_at_once_one_is_done_and_the_others_are_told_so() -> None:
    shop = new_shop()
    shop.busy_seconds = 0.05

    async def all_at_once() -> list[int]:
        answers = await asyncio.gather(*(post(shop) for _ in range(20)))
        waiting = [each for each in answers if each.status_code == 409]
        assert {each.headers["Retry-After"] for each in waiting} == {"1"}
        assert {code_of(each) for each in waiting} == {IN_FLIGHT}
        return sorted(each.status_code for each in answers)

    assert asyncio.run(all_at_once()) == [201] + [409] * 19
    assert (shop.made, asked(shop).json()["number"]) == (1, 1)


@pytest.mark.parametrize(("fails", "status"), [("taken", 409), ("fast", 429), ("broken", 500)])
def test_an_error_gives_the_key_back(fails: str, status: int) -> None:
    shop = new_shop()
    shop.fails = fails
    assert asked(shop).status_code == status

    shop.fails = None
    assert (asked(shop).status_code, asked(shop).headers["Idempotency-Replayed"]) == (201, "true")


def test_a_malformed_body_gives_the_key_back() -> None:
    shop = new_shop()
    refused = asked(shop, item=None)

    assert code_of(refused) == (422, "request.invalid")
    assert asked(shop).status_code == 201


@pytest.mark.parametrize("path", ["/api/refusals", "/api/streams"])
def test_refusals_and_streams_are_not_kept(path: str) -> None:
    shop = new_shop()
    asked(shop, path=path)

    assert asked(shop, path=path).headers.get("Idempotency-Replayed") is None
    assert shop.made == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\tb"])
def test_a_key_is_up_to_255_characters_of_printable_ascii(key: str) -> None:
    shop = new_shop()
    refused = asked(shop, key=key.encode("latin-1"))

    assert code_of(refused) == (422, "request.invalid")
    assert refused.json()["error"]["field"] == "Idempotency-Key"
    assert asked(shop, key="x" * 255).status_code == 201


@settings(deadline=None, max_examples=60)
@given(key=st.text(st.characters(max_codepoint=255), max_size=300))
def test_no_key_however_hostile_is_our_failure(key: str) -> None:
    # What HTTP itself does not carry never gets here.
    sent = "".join(each for each in key if each not in "\r\n\0").strip()
    status = asked(new_shop(), key=sent.encode("latin-1")).status_code

    is_printable = 1 <= len(sent) <= 255 and all(" " <= each <= "~" for each in sent)
    assert status == (201 if is_printable else 422)


def test_who_may_not_ask_learns_nothing_of_keys() -> None:
    shop = new_shop()
    asked(shop)

    assert code_of(asked(shop, who=None)) == (401, "unauthenticated")


def test_where_nobody_owns_it_the_key_is_not_looked_at() -> None:
    store = FakeStore()
    shop = new_shop(store)

    assert [asked(shop, who="nobody").json()["number"] for _ in range(2)] == [1, 2]
    assert store.kept == {}


def test_a_request_that_died_frees_its_key_when_its_lease_ends() -> None:
    store = FakeStore()
    shop = new_shop(store)
    asked(shop)
    next(iter(store.kept.values())).answer = None  # as if it had been killed before the end

    shop.now = Micros(NOW + LEASE - 1)
    assert code_of(asked(shop)) == IN_FLIGHT
    assert code_of(asked(shop, item="pen")) == REUSED
    shop.now = Micros(NOW + LEASE)
    assert asked(shop).json()["number"] == 2


def test_an_answer_is_kept_for_a_day() -> None:
    shop = new_shop()
    asked(shop)

    shop.now = Micros(NOW + KEPT - 1)
    assert asked(shop).json()["number"] == 1
    shop.now = Micros(NOW + KEPT)
    assert asked(shop).json()["number"] == 2


def test_get_takes_no_key() -> None:
    shop = new_shop()
    asked(shop, path="/api/orders", method="GET", key="\u00e9".encode("latin-1"))
    operations = shop.app.openapi()["paths"]["/api/orders"]

    assert "parameters" not in operations["get"]
    assert [each["name"] for each in operations["post"]["parameters"]] == ["Idempotency-Key"]
    conflicts = operations["post"]["responses"]["409"]["content"]["application/json"]["examples"]
    assert set(conflicts) == {"conflict", "idempotency.in_flight"}


class Forgetful(FakeStore):
    async def finish(self, asked: Asked, started_at: Micros, answer: KeptAnswer) -> None:
        raise ConnectionError

    async def release(self, asked: Asked, started_at: Micros) -> None:
        raise ConnectionError


@pytest.mark.parametrize(("fails", "status"), [(None, 201), ("taken", 409)])
def test_what_was_done_is_told_even_if_it_cannot_be_kept(
    fails: str | None, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    shop = new_shop(Forgetful())
    shop.fails = fails

    with caplog.at_level(logging.ERROR):
        assert asked(shop).status_code == status
    assert "idempotency key" in caplog.text

"""Many requests that each could be honest: guesses, storms, floods."""

import secrets
from collections import Counter
from typing import Any

import pytest

from playhead.kernel.access import AccessRegister
from playhead.kernel.api_keys.text import new_key
from playhead.kernel.auth.passwords import Passwords
from tests.entrypoints.whole import PASSWORD, some_address
from tests.hostile.drawing import AT_ONCE, tried
from tests.hostile.stage import AUTH, Arena
from tests.hostile.wire import Answer, Asked, bearer_field, json_asked

PER_MINUTE = 5
WINDOW_SECONDS = 60
GUESSES_PER_MINUTE = 60


def login(email: str, password: str, address: str | None = None) -> Asked:
    asked = json_asked("POST", f"{AUTH}/login", {"email": email, "password": password})
    return from_address(asked, address)


def from_address(asked: Asked, address: str | None) -> Asked:
    return Asked(asked.method, asked.target, asked.headers, asked.body, address)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def slowed(answers: list[Answer], status: int, allowed: int) -> bool:
    """Whether so many had ``status`` and the others came too often; time may allow one more."""
    found = statuses(answers)
    return found[status] - allowed in {0, 1} and found[status] + found[429] == len(answers)


def waits(answers: list[Answer]) -> set[int]:
    return {int(str(each.header("Retry-After"))) for each in answers if each.status == 429}


@pytest.mark.parametrize("exists", [True, False])
def test_guessing_one_accounts_password_from_everywhere_is_slowed_down_and_nobody_else_is(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    email = arena.sign_up().email if exists else f"{secrets.token_hex(8)}@example.org"
    bystander = arena.sign_up().email
    checked: list[str] = []
    verify = Passwords._verify

    def counted(self: Passwords, password: str, kept: str) -> bool:
        checked.append(password)
        return verify(self, password, kept)

    monkeypatch.setattr(Passwords, "_verify", counted)
    answers = tried(arena, [login(email, f"guess {number}") for number in range(12)])

    assert slowed(answers, 401, PER_MINUTE)
    assert len(checked) == statuses(answers)[401]  # who is refused costs no hash
    assert all(1 <= seconds <= WINDOW_SECONDS // PER_MINUTE for seconds in waits(answers))
    assert arena.ask(login(bystander, PASSWORD)).status == 200
    # The spelling of an address is no way around it.
    assert arena.ask(login(email.upper(), PASSWORD)).status == 429


def test_guessing_from_one_address_is_slowed_down_whichever_accounts_are_tried(
    arena: Arena,
) -> None:
    address, person = some_address(), arena.sign_up()
    guesses = [login(f"{secrets.token_hex(8)}@example.org", "x", address) for _ in range(9)]
    answers = tried(arena, guesses)

    assert slowed(answers, 401, PER_MINUTE)
    assert arena.ask(login(person.email, PASSWORD)).status == 200
    me = Asked("GET", f"{AUTH}/me".encode(), (person.token,), address=address)
    assert arena.ask(me).status == 200


def test_an_address_that_is_written_otherwise_or_claimed_is_the_same_address(arena: Arena) -> None:
    home = "2001:db8:" + ":".join(f"{secrets.randbits(16):x}" for _ in range(2))
    asked = [
        Asked(
            each.method,
            each.target,
            (*each.headers, (b"x-forwarded-for", some_address().encode())),
            each.body,
            f"{home}::{number:x}",
        )
        for number in range(1, 9)
        for each in [login(f"{secrets.token_hex(8)}@example.org", "x")]
    ]

    assert slowed(tried(arena, asked), 401, PER_MINUTE)


def test_guessing_keys_is_slowed_down_and_then_costs_no_look_ups(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, person = some_address(), arena.sign_up()
    good = Asked(
        "GET",
        b"/api/v1/markets",
        (bearer_field(str(person.answer["api_key"])),),
        address=address,
    )
    looked_up: list[bytes] = []
    find = AccessRegister.find_key

    async def counted(self: AccessRegister, hashed: Any) -> Any:
        looked_up.append(hashed)
        return await find(self, hashed)

    monkeypatch.setattr(AccessRegister, "find_key", counted)

    def guess() -> list[Answer]:
        keys = [new_key(is_test=False) for _ in range(GUESSES_PER_MINUTE + 10)]
        return tried(
            arena,
            [Asked("GET", b"/api/v1/markets", (bearer_field(key),), b"", address) for key in keys],
        )

    first = statuses(guess())
    before = len(looked_up)
    assert arena.ask(Asked("GET", b"/api/v1/markets", good.headers)).status == 200
    known = len(looked_up)
    again = guess()

    assert GUESSES_PER_MINUTE <= first[401] <= before
    assert first[401] + first[429] == GUESSES_PER_MINUTE + 10
    # What the passing of time allows again is one look-up a second.
    assert len(looked_up) - known <= statuses(again)[401] + AT_ONCE
    assert statuses(again)[429] >= GUESSES_PER_MINUTE
    assert all(1 <= seconds <= WINDOW_SECONDS for seconds in waits(again))
    assert arena.ask(good).status == 200  # a good key that is known works from there too


def test_mistyped_keys_are_refused_without_a_look_up(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(self: AccessRegister, hashed: Any) -> Any:
        raise AssertionError(hashed)

    monkeypatch.setattr(AccessRegister, "find_key", never)
    key = new_key(is_test=False)
    wrong = [key[:-1], key + "0", key[:20] + ("a" if key[20] != "a" else "b") + key[21:]]

    asked = [Asked("GET", b"/api/v1/markets", (bearer_field(each),)) for each in wrong]
    assert statuses(tried(arena, asked)) == {401: 3}


def test_of_a_storm_of_refreshes_one_is_answered_and_the_session_goes_on(arena: Arena) -> None:
    person, address = arena.sign_up(), some_address()
    body = {"refresh_token": person.answer["refresh_token"]}
    first = from_address(json_asked("POST", f"{AUTH}/refresh", body), address)
    body = {"refresh_token": arena.ask(first).json()["refresh_token"]}
    asked = [from_address(json_asked("POST", f"{AUTH}/refresh", body), address) for _ in range(16)]
    answers = tried(arena, asked)
    (good,) = [answer for answer in answers if answer.status == 200]
    after = json_asked("POST", f"{AUTH}/refresh", {"refresh_token": good.json()["refresh_token"]})

    assert statuses(answers) == {200: 1, 401: 15}
    codes = {answer.json()["error"]["code"] for answer in answers if answer.status == 401}
    assert codes == {"auth.refresh_superseded"}
    assert arena.ask(from_address(after, address)).status == 200


def test_an_old_refresh_token_from_elsewhere_ends_the_session(arena: Arena) -> None:
    person, address = arena.sign_up(), some_address()
    stolen = json_asked(
        "POST", f"{AUTH}/refresh", {"refresh_token": person.answer["refresh_token"]}
    )
    token = arena.ask(from_address(stolen, address)).json()["refresh_token"]
    later = json_asked("POST", f"{AUTH}/refresh", {"refresh_token": token})

    assert arena.ask(stolen).json()["error"]["code"] == "auth.refresh_invalid"
    assert arena.ask(from_address(later, address)).status == 401


def test_of_twenty_equal_posts_at_once_one_is_done(arena: Arena) -> None:
    person = arena.sign_up()
    field = (b"idempotency-key", b"twenty")
    asked = json_asked("POST", "/api/v1/api-keys", {"name": "once"}, person.token, field)
    answers = arena.ask_at_once(*[asked] * 20)
    replayed = tried(arena, [asked] * 3)
    other = json_asked("POST", "/api/v1/api-keys", {"name": "twice"}, person.token, field)

    assert set(statuses(answers)) <= {201, 409}
    bodies = {each.body for each in [*answers, *replayed] if each.status == 201}
    assert len(bodies) == 1
    assert {each.header("Idempotency-Replayed") for each in replayed} == {"true"}
    assert arena.ask(other).json()["error"]["code"] == "idempotency.key_reused"
    listed = arena.read(person, "/api/v1/api-keys")["data"]
    assert [each["name"] for each in listed].count("once") == 1


def test_of_many_who_sign_up_with_one_address_one_does(arena: Arena) -> None:
    email = f"{secrets.token_hex(8)}@example.org"
    person = {"password": PASSWORD, "first_name": "Ada", "last_name": "L"}
    spellings = [email, email.upper(), email.title()]
    answers = tried(
        arena,
        [
            json_asked("POST", f"{AUTH}/signup", {"email": spellings[number % 3], **person})
            for number in range(15)
        ],
    )

    assert statuses(answers) == {201: 1, 409: 14}


def test_a_flood_of_sign_ups_from_one_address_is_slowed_down(arena: Arena) -> None:
    address = some_address()
    person = {"password": PASSWORD, "first_name": "Ada", "last_name": "L"}
    asked = [
        json_asked("POST", f"{AUTH}/signup", {"email": f"{secrets.token_hex(8)}@a.org", **person})
        for _ in range(14)
    ]
    answers = tried(arena, [from_address(each, address) for each in asked])

    assert slowed(answers, 201, 10)
    assert all(1 <= seconds <= WINDOW_SECONDS for seconds in waits(answers))

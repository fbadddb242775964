"""Keys as texts: every one can be read, and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.kernel.api_keys.text import (
    ALPHABET,
    KEY_LENGTH,
    SECRET_BYTES,
    KeyMalformed,
    new_key,
    parse_key,
)

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


def _key_of(secret: bytes, is_test: bool = False) -> str:
    return new_key(is_test=is_test, random=lambda _: secret)


KEYS = st.builds(_key_of, SECRETS, st.booleans())
CHARACTERS = st.sampled_from(ALPHABET) | st.characters()


@given(secret=SECRETS, is_test=st.booleans())
def test_a_key_reads_as_what_it_was_made_as(secret: bytes, is_test: bool) -> None:
    text = _key_of(secret, is_test)
    parsed = parse_key(text)

    assert len(text) == KEY_LENGTH == 57
    assert parsed.is_test is is_test
    assert parsed.hash == hashlib.sha256(text.encode()).digest()
    assert text.startswith(parsed.hint)
    assert len(parsed.hint) == 14


@given(one=SECRETS, other=SECRETS)
def test_different_secrets_give_different_keys(one: bytes, other: bytes) -> None:
    texts = {_key_of(one), _key_of(other)}

    assert len(texts) == len({one, other})


@given(key=KEYS, at=st.integers(0, KEY_LENGTH - 1), other=CHARACTERS)
def test_every_changed_character_is_refused(key: str, at: int, other: str) -> None:
    changed = key[:at] + other + key[at + 1 :]
    if changed != key:
        with pytest.raises(KeyMalformed):
            parse_key(changed)


def test_every_possible_change_of_one_character_of_a_key_is_refused() -> None:
    key = new_key(is_test=False, random=lambda count: bytes(range(count)))
    changed = {
        key[:at] + other + key[at + 1 :] for at in range(KEY_LENGTH) for other in ALPHABET
    } - {key}

    assert sum(_is_refused(each) for each in changed) == len(changed)


@given(key=KEYS, at=st.integers(0, KEY_LENGTH), more=CHARACTERS)
def test_a_character_too_many_or_too_few_is_refused(key: str, at: int, more: str) -> None:
    assert _is_refused(key[:at] + more + key[at:])
    assert _is_refused(key[:at] + key[at + 1 :]) or at == KEY_LENGTH


@given(key=KEYS, at=st.integers(8, KEY_LENGTH - 2))
def test_two_neighbours_that_changed_places_are_refused(key: str, at: int) -> None:
    swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]

    assert swapped == key or _is_refused(swapped)


@given(text=st.text())
def test_garbage_is_refused(text: str) -> None:
    assert _is_refused(text)
    assert _is_refused("ph_live_" + text)


def test_a_key_of_the_live_kind_cannot_be_passed_off_as_a_test_key() -> None:
    key = new_key(is_test=False)

    assert _is_refused(key.replace("ph_live_", "ph_test_"))


def _is_refused(text: str) -> bool:
    try:
        parse_key(text)
    except KeyMalformed:
        return True
    return False

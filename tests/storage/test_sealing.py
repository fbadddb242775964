"""Secrets at rest: who can open them, and who cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.storage.sealing import KEY_BYTES, SealBroken, Sealer

ONE, OTHER = b"1" * KEY_BYTES, b"2" * KEY_BYTES


@given(st.binary(max_size=200))
def test_what_was_sealed_can_be_opened(plain: bytes) -> None:
    sealer = Sealer([ONE])

    assert sealer.open(sealer.seal(plain, purpose="mail"), purpose="mail") == plain


def test_what_was_sealed_for_one_purpose_is_not_opened_for_another() -> None:
    sealer = Sealer([ONE])

    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"secret", purpose="mail"), purpose="signing")


@given(st.data())
def test_a_seal_with_one_bit_changed_is_refused(data: st.DataObject) -> None:
    sealer = Sealer([ONE])
    sealed = bytearray(sealer.seal(b"secret", purpose="mail"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), purpose="mail")


@given(st.binary(max_size=40))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer([ONE]).open(garbage, purpose="mail")


def test_after_a_rotation_old_and_new_secrets_can_be_opened() -> None:
    old, rotated = Sealer([ONE]), Sealer([OTHER, ONE])
    sealed_before = old.seal(b"before", purpose="mail")
    sealed_after = rotated.seal(b"after", purpose="mail")

    assert rotated.open(sealed_before, purpose="mail") == b"before"
    assert rotated.open(sealed_after, purpose="mail") == b"after"
    with pytest.raises(SealBroken):
        old.open(sealed_after, purpose="mail")


def test_the_same_secret_never_looks_the_same_twice() -> None:
    sealer = Sealer([ONE])

    assert len({sealer.seal(b"secret", purpose="mail") for _ in range(100)}) == 100


def test_derived_keys_differ_by_purpose_and_by_master_key() -> None:
    one, other = Sealer([ONE]), Sealer([OTHER])

    derived = {one.derive("cursors"), one.derive("other"), other.derive("cursors")}
    assert len(derived) == 3
    assert one.derive("cursors") == Sealer([ONE, OTHER]).derive("cursors")


@pytest.mark.parametrize("keys", [[], [b"short"], [ONE, b""]])
def test_a_master_key_of_another_length_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(keys)

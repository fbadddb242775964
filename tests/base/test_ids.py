"""Ids: made in order, written and read back exactly."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import ALPHABET, InvalidId, format_id, new_uuid, parse_id
from playhead.base.time import Micros

UUIDS = st.uuids()
INSTANTS = st.integers(0, 2**48 * 1000 - 1).map(Micros)


@given(UUIDS)
def test_an_id_comes_back_as_it_was_written(value: UUID) -> None:
    assert parse_id("org", format_id("org", value), field="id") == value


@given(UUIDS, UUIDS)
def test_ids_sort_like_their_uuids(one: UUID, other: UUID) -> None:
    assert (format_id("org", one) < format_id("org", other)) == (one < other)


@given(INSTANTS, INSTANTS)
def test_an_id_made_in_a_later_millisecond_sorts_later(one: Micros, other: Micros) -> None:
    first, second = sorted((one, other))
    if first // 1000 < second // 1000:
        assert new_uuid(first) < new_uuid(second)


@given(INSTANTS)
def test_an_id_is_a_uuid_of_version_seven(now: Micros) -> None:
    made = new_uuid(now)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == now // 1000


def test_the_random_bits_are_all_used() -> None:
    ones = new_uuid(Micros(0), lambda bits: 2**bits - 1)

    assert ones.int.bit_count() == 74 + 3 + 1  # random, version, variant


@given(st.text(max_size=40))
def test_nothing_but_an_id_is_read_as_one(text: str) -> None:
    try:
        value = parse_id("org", text, field="id")
    except InvalidId:
        return
    assert format_id("org", value) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "org_",
        "key_" + "0" * 26,
        "org_" + "0" * 25,
        "org_" + "0" * 27,
        "org_8" + "0" * 25,  # more than 128 bits
        "org_" + "O" * 26,
        "org_" + "0" * 25 + "\n",
    ],
)
def test_what_is_not_an_id_is_refused_with_the_fields_name(text: str) -> None:
    with pytest.raises(InvalidId) as refused:
        parse_id("org", text, field="org_id")

    assert refused.value.field == "org_id"


def test_the_alphabet_has_no_look_alikes() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ilou") & set(ALPHABET)

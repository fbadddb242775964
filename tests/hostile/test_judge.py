"""What counts as a sight of what is inside."""

import pytest

from tests.hostile.judge import TELLTALES


@pytest.mark.parametrize(
    "told",
    [
        b"<Session object at 0x7f71d9d24150>",
        b'{"id":"0x7f71d9d24150"}',
        b'Traceback (most recent call last)\n  File "main.py", line 1',
        b"psycopg.errors.UndefinedTable",
        b'relation "people" does not exist',
        b"SELECT email FROM people",
    ],
)
def test_what_is_inside_is_seen(told: bytes) -> None:
    assert TELLTALES.search(told)


@pytest.mark.parametrize("told", [b"req_00t40t0x044f799ez4cad2w", b"req_0x044f799e", b"1.5 s"])
def test_an_id_is_no_address_in_memory_whatever_it_spells(told: bytes) -> None:
    assert TELLTALES.search(told) is None

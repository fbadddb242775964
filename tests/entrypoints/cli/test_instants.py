"""Instants as they are typed."""

import pytest

from playhead.base.time import InvalidInstant, Micros
from playhead.entrypoints.cli.instants import instant_of
from tests.history.rewind.builders import second

NOW = second(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-10s", second(-10)),
        ("-1.5s", Micros(second(-2) + 500_000)),
        ("-250ms", Micros(NOW - 250_000)),
        ("-5m", second(-300)),
        ("-2h", second(-7200)),
        ("-1d", second(-86_400)),
        ("2026-11-21T12:00:07Z", second(7)),
        ("2026-11-21T14:00:07+02:00", second(7)),
    ],
)
def test_an_instant_is_so_long_ago_or_a_time_with_an_offset(text: str, expected: Micros) -> None:
    assert instant_of(text, now=NOW) == expected


def test_now_is_the_newest_there_is() -> None:
    assert instant_of("now", now=NOW) is None


@pytest.mark.parametrize(
    "text", ["", "10s", "-10", "-10 s", "-s", "yesterday", "2026-11-21T12:00:07", "-999999d"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInstant):
        instant_of(text, now=NOW)

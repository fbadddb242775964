"""What changes of the clock do to the next runs, in words."""

import pytest

from playhead.automation.habits.preview import preview
from playhead.automation.habits.schedule import parse_schedule
from playhead.base.time import parse_instant

FORWARD, BACK = "2026-03-29T00:00:00Z", "2026-10-24T23:45:00Z"


@pytest.mark.parametrize(
    ("expression", "now", "notes"),
    [
        (
            "30 2 * * *",
            FORWARD,
            ["02:30 does not exist on 2026-03-29: it runs when the clock leaps, at 03:00"],
        ),
        ("30 * * * *", FORWARD, ["02:30 does not exist on 2026-03-29: it is left out"]),
        (
            "*/30 * * * *",
            FORWARD,
            ["02:00 to 02:30 do not exist on 2026-03-29: 2 runs are left out"],
        ),
        ("30 * * * *", BACK, ["02:30 comes twice on 2026-10-25: it runs both times"]),
        ("*/30 * * * *", BACK, ["02:00 to 02:30 come twice on 2026-10-25: they run both times"]),
        ("30 2 * * *", BACK, ["02:30 comes twice on 2026-10-25: it runs the first time"]),
        (
            "0,30 2 * * *",
            BACK,
            ["02:00 to 02:30 come twice on 2026-10-25: they run the first time"],
        ),
        ("30 4 * * *", BACK, []),
    ],
)
def test_each_change_of_the_clock_is_told_in_words(
    expression: str, now: str, notes: list[str]
) -> None:
    found = preview(parse_schedule(expression, "Europe/Amsterdam"), parse_instant(now), 5)

    assert [note.message for note in found.notes] == notes

"""What can go wrong with habits."""

from uuid import UUID

from playhead.base.errors import Conflict, Invalid, NotFound
from playhead.base.ids import format_id

HABIT_PREFIX = "hab"


class HabitNotFound(NotFound):
    """The organisation has no such habit."""

    code = "habit.not_found"

    def __init__(self, habit_id: UUID) -> None:
        named = format_id(HABIT_PREFIX, habit_id)
        super().__init__(f"there is no habit {named}", habit=named)


class ScheduleInvalid(Invalid):
    """The cron expression cannot be read, or there is no time that it names."""

    code = "habit.schedule_invalid"

    def __init__(self, why: str) -> None:
        super().__init__(f"schedule_cron: {why}", field="schedule_cron")


class TimezoneUnknown(Invalid):
    """There is no time zone of this name in the IANA database."""

    code = "habit.timezone_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"timezone: there is no zone {name[:50]!r}; a name looks like Europe/Amsterdam",
            field="timezone",
        )


class TooManyHabits(Conflict):
    """The organisation has as many habits as it may have; delete one first."""

    code = "habit.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"an organisation has {most} habits at most", most=most)

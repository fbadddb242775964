"""The bodies that the endpoints of habits take."""

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from playhead.automation.habits.change import switched
from playhead.automation.habits.model import (
    LONGEST_JITTER,
    LONGEST_WINDOW,
    SECOND,
    Habit,
    HabitSettings,
    Misfire,
    Overlap,
    Policy,
)
from playhead.automation.habits.schedule import parse_schedule
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import parse_id
from playhead.web.parameters import id_schema

_USUAL = Policy()
_CLEARABLE = frozenset({"schedule_description", "label"})

Cron = Annotated[
    str,
    Field(
        max_length=200,
        description="Minute, hour, day of the month, month, day of the week; 9 to 100 characters.",
        examples=["0 9 * * 1-5"],
    ),
]
Zone = Annotated[
    str,
    Field(max_length=50, description="A name of the IANA database.", examples=["Europe/Amsterdam"]),
]
Description = Annotated[
    str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,255}$", description="In your words.")
]
Label = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x1f\x7f]{1,50}$",
        description="Of the skill's version to run; null: the newest.",
    ),
]
Most = Annotated[
    int,
    Field(strict=True, ge=1, le=100, description="How many missed ticks `run_all` makes up for."),
]
WindowSeconds = Annotated[
    int,
    Field(
        strict=True,
        ge=60,
        le=LONGEST_WINDOW // SECOND,
        description="A tick that was missed longer ago has expired.",
    ),
]
JitterSeconds = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=LONGEST_JITTER // SECOND,
        description="Each tick is put off by up to this, the same tick always by the same.",
    ),
]
PauseAfter = Annotated[
    int, Field(strict=True, ge=1, le=100, description="Failures in a row that pause the habit.")
]
Flag = Annotated[bool, Field(strict=True)]
Config = Annotated[dict[str, Any], Field(description="The input of each run.")]
SkillId = Annotated[str, Field(max_length=100), id_schema(SKILL_PREFIX)]


class Body(BaseModel):
    """A body that we take. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewHabitBody(Body):
    """A habit to make."""

    skill_id: SkillId
    schedule_cron: Cron
    schedule_description: Description | None = None
    timezone: Zone = "UTC"
    config: Config = {}
    label: Label | None = None
    is_active: Flag = True
    overlap: Overlap = Field(_USUAL.overlap, description="When a run of it still goes on.")
    misfire: Misfire = Field(_USUAL.misfire, description="When ticks were missed by a minute.")
    misfire_most: Most = _USUAL.misfire_most
    misfire_window_seconds: WindowSeconds = _USUAL.misfire_window // SECOND
    jitter_seconds: JitterSeconds = 0
    pause_after: PauseAfter = _USUAL.pause_after

    def settings(self) -> HabitSettings:
        """Return what is chosen.

        Raises:
            InvalidId: The skill's id is none.
            ScheduleInvalid: The expression cannot be read, or names no time that there is.
            TimezoneUnknown: There is no such zone.
        """
        return HabitSettings(
            parse_id(SKILL_PREFIX, self.skill_id, field="skill_id"),
            parse_schedule(self.schedule_cron, self.timezone),
            Policy(
                self.overlap,
                self.misfire,
                self.misfire_most,
                self.misfire_window_seconds * SECOND,
                self.jitter_seconds * SECOND,
                self.pause_after,
            ),
            self.label,
            self.schedule_description,
            self.config,
        )


class HabitChangesBody(Body):
    """What to change. What is not sent stays; null clears."""

    schedule_cron: Cron | None = None
    schedule_description: Description | None = None
    timezone: Zone | None = None
    config: Config | None = None
    label: Label | None = None
    is_active: Flag | None = None
    overlap: Overlap | None = None
    misfire: Misfire | None = None
    misfire_most: Most | None = None
    misfire_window_seconds: WindowSeconds | None = None
    jitter_seconds: JitterSeconds | None = None
    pause_after: PauseAfter | None = None

    @model_validator(mode="after")
    def _cannot_be_cleared(self) -> Self:
        for name in sorted(self.model_fields_set - _CLEARABLE):
            if getattr(self, name) is None:
                raise PydanticCustomError("not_clearable", "{name} cannot be null", {"name": name})
        return self

    def apply(self, habit: Habit) -> Habit:
        """Return ``habit`` with what was sent.

        Raises:
            ScheduleInvalid: The expression cannot be read, or names no time that there is.
            TimezoneUnknown: There is no such zone.
        """
        sent, settings = self.model_fields_set, habit.settings
        schedule = settings.schedule
        if {"schedule_cron", "timezone"} & sent:
            schedule = parse_schedule(
                self.schedule_cron or schedule.expression, self.timezone or schedule.timezone
            )
        changed = HabitSettings(
            settings.skill_id,
            schedule,
            self._policy(settings.policy),
            self.label if "label" in sent else settings.label,
            self.schedule_description if "schedule_description" in sent else settings.description,
            settings.config if self.config is None else self.config,
        )
        altered = replace(habit, settings=changed)
        return altered if self.is_active is None else switched(self.is_active)(altered)

    def _policy(self, policy: Policy) -> Policy:
        sent: dict[str, Any] = {
            "overlap": self.overlap,
            "misfire": self.misfire,
            "misfire_most": self.misfire_most,
            "misfire_window": _micros(self.misfire_window_seconds),
            "jitter": _micros(self.jitter_seconds),
            "pause_after": self.pause_after,
        }
        return replace(policy, **{name: each for name, each in sent.items() if each is not None})


class CronBody(Body):
    """An expression to look at."""

    expression: str = Field(max_length=1000, examples=["0 9 * * 1-5"])
    timezone: str = Field("UTC", max_length=200, examples=["Europe/Amsterdam"])
    count: int = Field(5, strict=True, ge=1, le=50, description="How many of the next runs.")


def _micros(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * SECOND

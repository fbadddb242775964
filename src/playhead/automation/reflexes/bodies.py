"""The bodies that the endpoints of reflexes take."""

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from playhead.automation.reflexes.choose import one_of
from playhead.automation.reflexes.model import Chosen, Rules, TriggerType
from playhead.automation.reflexes.rehearsing import MOST_RUN, Stretch
from playhead.automation.reflexes.triggers import TriggerKind, checked_trigger
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import parse_id
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.web.parameters import InstantParameter, id_schema

MICROS_PER_MILLI = 1000
LONGEST_CONDITION = 4000
LONGEST_KEY = 500
MOST_KEYS = 100
DAY_MS = 86_400_000

SkillId = Annotated[str, Field(max_length=50), id_schema(SKILL_PREFIX)]
Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
Label = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,50}$", description="Of a version.")]
Condition = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_CONDITION,
        description="In CEL: what must hold of the event, or of the market.",
        examples=['book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'],
    ),
]
Conditions = Annotated[
    dict[str, Any],
    Field(
        max_length=MOST_KEYS,
        description="The same as filters: `{expression?, matchAll?, filters: [{field, operator,"
        " value}]}`, or keys that the event must have with exactly these values.",
    ),
]
Config = Annotated[dict[str, Any], Field(max_length=20)]
Given = Annotated[
    dict[str, Any],
    Field(
        max_length=MOST_KEYS,
        description='The input of each run; `{"$event": "order.id"}` stands for that value of the'
        " event.",
    ),
]
DedupeKey = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, description="In CEL.")]
Debounce = Annotated[int, Field(strict=True, ge=0, le=DAY_MS)]
Throttle = Annotated[int, Field(strict=True, ge=0, le=30 * DAY_MS)]
Window = Annotated[int, Field(strict=True, ge=1, le=30 * DAY_MS)]
PauseAfter = Annotated[int, Field(strict=True, ge=1, le=100)]
Flag = Annotated[bool, Field(strict=True)]
_NOT_CLEARABLE = (
    "skill_id",
    "trigger_type",
    "trigger_config",
    "input",
    "debounce_ms",
    "throttle_ms",
    "dedupe_window_ms",
    "pause_after",
    "is_active",
)


class Body(BaseModel):
    """A body that we take. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewReflexBody(Body):
    """A reflex to make."""

    skill_id: SkillId
    trigger_type: TriggerKind
    trigger_config: Config = {}
    name: Name | None = None
    label: Label | None = None
    condition: Condition | None = None
    conditions: Conditions | None = None
    input: Given = {}
    debounce_ms: Debounce = Field(0, description="Wait until no other event matched for so long.")
    throttle_ms: Throttle = Field(0, description="Between two firings at least.")
    dedupe_key: DedupeKey | None = None
    dedupe_window_ms: Window = DAY_MS
    pause_after: PauseAfter = Field(3, description="So many failures in a row pause it.")
    is_active: Flag = True

    def chosen(self) -> Chosen:
        """Return what is chosen.

        Raises:
            InvalidId: ``skill_id`` is no id of a skill.
            TriggerUnavailable, TriggerConfigInvalid: The trigger is none that there is.
            ConditionsAmbiguous: Both forms of a condition are given.
        """
        one_of(self.condition, self.conditions)
        return Chosen(
            skill_id=parse_id(SKILL_PREFIX, self.skill_id, field="skill_id"),
            trigger=checked_trigger(self.trigger_type, self.trigger_config),
            name=self.name,
            label=self.label,
            conditions=self.conditions,
            condition=self.condition,
            input=self.input,
            rules=Rules(
                _micros(self.debounce_ms),
                _micros(self.throttle_ms),
                self.dedupe_key,
                _micros(self.dedupe_window_ms),
            ),
            pause_after=self.pause_after,
        )


class ReflexChangesBody(Body):
    """What to change. What is not sent stays; null clears."""

    skill_id: SkillId | None = None
    trigger_type: TriggerKind | None = None
    trigger_config: Config | None = None
    name: Name | None = None
    label: Label | None = None
    condition: Condition | None = None
    conditions: Conditions | None = None
    input: Given | None = None
    debounce_ms: Debounce | None = None
    throttle_ms: Throttle | None = None
    dedupe_key: DedupeKey | None = None
    dedupe_window_ms: Window | None = None
    pause_after: PauseAfter | None = None
    is_active: Flag | None = None

    @model_validator(mode="after")
    def _cannot_be_cleared(self) -> Self:
        for name in _NOT_CLEARABLE:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("not_clearable", "{name} cannot be null", {"name": name})
        return self

    def applied_to(self, chosen: Chosen) -> Chosen:
        """Return ``chosen`` with what was sent.

        Raises:
            PlayheadError: As `NewReflexBody.chosen`.
        """
        one_of(self.condition, self.conditions)
        sent = self.model_fields_set
        direct = {"name", "label", "input", "pause_after"} & sent
        changed = replace(chosen, **{name: getattr(self, name) for name in direct})
        if self.skill_id is not None:
            skill_id = parse_id(SKILL_PREFIX, self.skill_id, field="skill_id")
            changed = replace(changed, skill_id=skill_id)
        if {"condition", "conditions"} & sent:
            changed = replace(changed, condition=self.condition, conditions=self.conditions)
        return replace(self._triggered(changed), rules=self._rules(chosen.rules))

    def _triggered(self, chosen: Chosen) -> Chosen:
        if self.trigger_type is None and self.trigger_config is None:
            return chosen
        before: TriggerType = chosen.trigger.type
        kind = self.trigger_type or TriggerKind(before.value)
        config = self.trigger_config
        if config is None:
            config = dict(chosen.trigger.config) if kind.value == before.value else {}
        return replace(chosen, trigger=checked_trigger(kind, config))

    def _rules(self, rules: Rules) -> Rules:
        changed = replace(
            rules,
            debounce=_or(self.debounce_ms, rules.debounce),
            throttle=_or(self.throttle_ms, rules.throttle),
            dedupe_window=_or(self.dedupe_window_ms, rules.dedupe_window),
        )
        if "dedupe_key" in self.model_fields_set:
            changed = replace(changed, dedupe_key=self.dedupe_key)
        return changed


class ReflexTestBody(Body):
    """An event to try a reflex with."""

    __test__ = False

    event_data: dict[str, Any] = Field(description="The event; of a market, its variables.")
    execute: Flag = Field(False, description="Run the skill if it matches.")


class ReflexCallBody(Body):
    """An event that sets off a reflex."""

    event: dict[str, Any]
    id: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] | None = Field(
        None, description="Your own id of it: the same again starts nothing."
    )


class RegenerationBody(Body):
    """How to replace a secret."""

    overlap_seconds: Annotated[int, Field(strict=True, ge=0, le=7 * 86_400)] = Field(
        86_400, description="How long the four secrets before it stay good."
    )

    def overlap(self) -> Micros:
        """Return the same in microseconds."""
        return Micros(self.overlap_seconds * MICROS_PER_SECOND)


class RehearsalBody(Body):
    """Which stretch of the past: `[from, to)`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    since: InstantParameter = Field(alias="from", description="Inclusive.")
    until: InstantParameter = Field(alias="to", description="Exclusive.")
    limit: Annotated[int, Field(strict=True, ge=1, le=1000)] = 100
    execute: bool = Field(
        False,
        strict=True,
        description=f"Run the skill for each firing, as a test; needs `automation:write`, and a"
        f" `limit` of {MOST_RUN} at most.",
    )

    @model_validator(mode="after")
    def _runs_few(self) -> Self:
        if self.execute and self.limit > MOST_RUN:
            raise PydanticCustomError(
                "limit_too_large", "limit: with execute {most} at most", {"most": MOST_RUN}
            )
        return self

    def stretch(self) -> Stretch:
        """Return what is asked for."""
        return Stretch(self.since, self.until, self.limit, self.execute)


def _micros(millis: int) -> Micros:
    return Micros(millis * MICROS_PER_MILLI)


def _or(millis: int | None, before: Micros) -> Micros:
    return before if millis is None else _micros(millis)

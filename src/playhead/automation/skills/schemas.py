"""Skills on the wire."""

from typing import Any

from playhead.automation.skills.bodies import EXPORT_VERSION
from playhead.automation.skills.browse import Portrait
from playhead.automation.skills.bulk import BulkResult
from playhead.automation.skills.errors import SKILL_PREFIX
from playhead.automation.skills.model import Label, Parameters, Skill, Version
from playhead.automation.skills.relations import HabitOfSkill, Ran, ReflexOfSkill
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.web.wire import Instant, Wire, instant, instant_text


class ParametersView(Wire, frozen=True):
    """How the model is asked; null leaves a choice to the provider."""

    max_tokens: int
    temperature: float | None
    top_p: float | None
    stop: list[str]


class SkillView(Wire, frozen=True):
    """A skill with its newest version.

    Attributes:
        version: The number of the newest version.
        execution_count: How many executions of it completed.
        last_executed_at: When the latest execution of it was asked for.
    """

    id: str
    name: str
    description: str | None
    category: str
    prompt_template: str
    system_template: str | None
    model: str
    parameters: ParametersView
    input_schema: dict[str, Any] | None
    output_format: str
    is_active: bool
    version: int
    execution_count: int
    last_executed_at: Instant | None
    created_by: str
    created_at: Instant
    updated_at: Instant


class SkillPage(Wire, frozen=True):
    """Skills, the newest first; by page numbers there is a `total` in place of `next_cursor`."""

    data: list[SkillView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class SkillRunView(Wire, frozen=True):
    """An execution of a skill, in short."""

    id: str
    version: int | None
    execution_type: str
    status: str
    error_code: str | None
    duration_ms: int | None
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class SkillHabitView(Wire, frozen=True):
    """A habit that runs a skill, in short."""

    id: str
    schedule_cron: str
    schedule_description: str | None
    timezone: str
    label: str | None
    is_active: bool
    consecutive_failures: int
    created_at: Instant


class SkillReflexView(Wire, frozen=True):
    """A reflex that runs a skill, in short."""

    id: str
    name: str | None
    trigger_type: str
    label: str | None
    is_active: bool
    consecutive_failures: int
    created_at: Instant


class SkillPortraitView(SkillView, frozen=True):
    """A skill, how many habits and reflexes run it, and its newest executions (5)."""

    habit_count: int
    reflex_count: int
    recent_executions: list[SkillRunView]


class SkillFullView(SkillPortraitView, frozen=True):
    """A skill with its habits and reflexes (100 of each at most, the newest first)."""

    habits: list[SkillHabitView]
    reflexes: list[SkillReflexView]


class SkillVersionView(Wire, frozen=True):
    """A version of a skill. It never changes."""

    version: int
    labels: list[str]
    prompt_template: str
    system_template: str | None
    model: str
    parameters: ParametersView
    input_schema: dict[str, Any] | None
    output_format: str
    note: str | None
    created_by: str
    created_at: Instant


class SkillVersionPage(Wire, frozen=True):
    """Versions of a skill, the newest first; paged as skills are."""

    data: list[SkillVersionView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class SkillLabelView(Wire, frozen=True):
    """A label and the version that it points to."""

    label: str
    version: int
    updated_at: Instant


class SkillLabelList(Wire, frozen=True):
    """All labels of a skill, by name."""

    data: list[SkillLabelView]
    next_cursor: str | None
    has_more: bool


class BulkOutcomeView(Wire, frozen=True):
    """What became of one skill: `activated`, `deactivated`, `deleted`, `unchanged`, `not_found`."""

    id: str
    outcome: str


class BulkResultView(Wire, frozen=True):
    """What became of each skill."""

    action: str
    affected: int
    results: list[BulkOutcomeView]


class ExportedSkillView(Wire, frozen=True):
    """What a skill is made of, without what is only true here."""

    name: str
    description: str | None
    category: str
    prompt_template: str
    system_template: str | None
    model: str
    parameters: ParametersView
    input_schema: dict[str, Any] | None
    output_format: str


class SkillExportView(Wire, frozen=True):
    """A skill as a document, for `POST /skills/import`."""

    skill: ExportedSkillView
    version: str


def skill_view(skill: Skill) -> SkillView:
    """Return ``skill`` as it is sent."""
    return SkillView(**_fields(skill))


def portrait_view(portrait: Portrait) -> SkillPortraitView:
    """Return a skill with counts and its newest executions as it is sent."""
    return SkillPortraitView(**_fields(portrait.skill), **_relations(portrait))


def full_view(portrait: Portrait) -> SkillFullView:
    """Return a skill with all that refers to it as it is sent."""
    return SkillFullView(
        **_fields(portrait.skill),
        **_relations(portrait),
        habits=[_habit(each) for each in portrait.relations.habits],
        reflexes=[_reflex(each) for each in portrait.relations.reflexes],
    )


def version_view(version: Version) -> SkillVersionView:
    """Return a version as it is sent."""
    does = version.definition
    return SkillVersionView(
        version=version.version,
        labels=list(version.labels),
        prompt_template=does.prompt_template,
        system_template=does.system_template,
        model=does.model,
        parameters=_parameters(does.parameters),
        input_schema=_object(does.input_schema),
        output_format=does.output_format.value,
        note=version.note,
        created_by=version.created_by,
        created_at=instant_text(version.created_at),
    )


def label_view(label: Label) -> SkillLabelView:
    """Return a label as it is sent."""
    return SkillLabelView(
        label=label.label, version=label.version, updated_at=instant_text(label.updated_at)
    )


def label_list(labels: list[Label]) -> SkillLabelList:
    """Return all labels as they are sent."""
    data = [label_view(each) for each in labels]
    return SkillLabelList(data=data, next_cursor=None, has_more=False)


def bulk_view(result: BulkResult) -> BulkResultView:
    """Return what became of each skill as it is sent."""
    results = [
        BulkOutcomeView(id=format_id(SKILL_PREFIX, each), outcome=outcome.value)
        for each, outcome in result.outcomes
    ]
    return BulkResultView(action=result.action.value, affected=result.affected, results=results)


def export_view(skill: Skill) -> SkillExportView:
    """Return a skill as a document."""
    fields = _fields(skill)
    told = {name: fields[name] for name in ExportedSkillView.__struct_fields__}
    return SkillExportView(skill=ExportedSkillView(**told), version=EXPORT_VERSION)


def _fields(skill: Skill) -> dict[str, Any]:
    facts, does = skill.facts, skill.definition
    return {
        "id": format_id(SKILL_PREFIX, skill.skill_id),
        "name": facts.name,
        "description": facts.description,
        "category": facts.category.value,
        "prompt_template": does.prompt_template,
        "system_template": does.system_template,
        "model": does.model,
        "parameters": _parameters(does.parameters),
        "input_schema": _object(does.input_schema),
        "output_format": does.output_format.value,
        "is_active": facts.is_active,
        "version": skill.version,
        "execution_count": skill.execution_count,
        "last_executed_at": instant(skill.last_executed_at),
        "created_by": skill.created_by,
        "created_at": instant_text(skill.created_at),
        "updated_at": instant_text(skill.updated_at),
    }


def _relations(portrait: Portrait) -> dict[str, Any]:
    relations = portrait.relations
    return {
        "habit_count": relations.habit_count,
        "reflex_count": relations.reflex_count,
        "recent_executions": [_ran(each) for each in relations.executions],
    }


def _parameters(parameters: Parameters) -> ParametersView:
    # No money and no price: numbers that a model is given, as JSON has them.
    heat, top_p = parameters.temperature, parameters.top_p
    return ParametersView(
        max_tokens=parameters.max_tokens,
        temperature=None if heat is None else float(heat),
        top_p=None if top_p is None else float(top_p),
        stop=list(parameters.stop),
    )


def _object(schema: Any) -> dict[str, Any] | None:
    return None if schema is None else dict(schema)


def _ran(ran: Ran) -> SkillRunView:
    return SkillRunView(
        id=format_id("exe", ran.execution_id),
        version=ran.version,
        execution_type=ran.execution_type,
        status=ran.status,
        error_code=ran.error_code,
        duration_ms=_milliseconds(ran.started_at, ran.ended_at),
        created_at=instant_text(ran.created_at),
        started_at=instant(ran.started_at),
        ended_at=instant(ran.ended_at),
    )


def _habit(habit: HabitOfSkill) -> SkillHabitView:
    return SkillHabitView(
        id=format_id("hab", habit.habit_id),
        schedule_cron=habit.schedule_cron,
        schedule_description=habit.schedule_description,
        timezone=habit.timezone,
        label=habit.label,
        is_active=habit.is_active,
        consecutive_failures=habit.consecutive_failures,
        created_at=instant_text(habit.created_at),
    )


def _reflex(reflex: ReflexOfSkill) -> SkillReflexView:
    return SkillReflexView(
        id=format_id("rfx", reflex.reflex_id),
        name=reflex.name,
        trigger_type=reflex.trigger_type,
        label=reflex.label,
        is_active=reflex.is_active,
        consecutive_failures=reflex.consecutive_failures,
        created_at=instant_text(reflex.created_at),
    )


def _milliseconds(since: Micros | None, until: Micros | None) -> int | None:
    return None if since is None or until is None else (until - since) // 1000

"""The bodies that the endpoints of skills take."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from playhead.automation.skills.bulk import BulkAction
from playhead.automation.skills.errors import SKILL_PREFIX, SchemaInvalid
from playhead.automation.skills.field_list import schema_of_fields
from playhead.automation.skills.model import (
    DEFAULT_MAX_TOKENS,
    DEFAULT_MODEL,
    MOST_AT_ONCE,
    Category,
    Definition,
    Facts,
    OutputFormat,
    Parameters,
)
from playhead.base.errors import Invalid
from playhead.base.ids import parse_id
from playhead.base.texts import is_storable
from playhead.web.parameters import id_schema

EXPORT_VERSION = "1.0"
LONGEST_TEMPLATE = 65_536
MOST_VERSION = 2**31 - 1
LABEL_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,49}$"


def _storable(text: str) -> str:
    if not is_storable(text):
        raise PydanticCustomError("text_invalid", "a text has no NUL and no half characters")
    return text


def _schema(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    try:
        return schema_of_fields(value)
    except SchemaInvalid as error:
        raise PydanticCustomError("schema_invalid", "{told}", {"told": error.message}) from error


def _skill_id(text: object) -> UUID:
    try:
        return parse_id(SKILL_PREFIX, str(text), field="skill_ids")
    except Invalid as error:
        raise PydanticCustomError("id_invalid", "{told}", {"told": error.message}) from error


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        pattern=r"^[^\x00-\x1f\x7f]{2,100}$",
        description="By which people know the skill; unique but for capitals.",
    ),
]
Description = Annotated[str, Field(max_length=2_000), AfterValidator(_storable)]
Note = Annotated[
    str,
    Field(max_length=500, description="Why; kept with the new version, where there is one."),
    AfterValidator(_storable),
]
Prompt = Annotated[
    str,
    Field(min_length=10, max_length=LONGEST_TEMPLATE, description="Liquid; see the reference."),
]
System = Annotated[str, Field(max_length=LONGEST_TEMPLATE)]
Model = Annotated[
    str, Field(max_length=128, description="One of `GET /models`, by its name or an alias.")
]
InputSchema = Annotated[
    dict[str, Any],
    BeforeValidator(_schema),
    WithJsonSchema(
        {
            "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
            "description": (
                "JSON Schema (draft 2020-12), or a list of"
                " `{name, type, description, required, default}`: that is converted, and is"
                " answered as JSON Schema from then on."
            ),
        }
    ),
]
Flag = Annotated[bool, Field(strict=True)]
MaxTokens = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Temperature = Annotated[Decimal, Field(ge=0, le=2, max_digits=20)]
TopP = Annotated[Decimal, Field(ge=0, le=1, max_digits=20)]
Stop = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]],
    Field(max_length=4, description="Texts at which the answer ends."),
]
SkillIds = Annotated[
    list[Annotated[UUID, BeforeValidator(_skill_id), id_schema(SKILL_PREFIX)]],
    Field(min_length=1, max_length=MOST_AT_ONCE),
]
LabelName = Annotated[str, Field(pattern=LABEL_PATTERN, examples=["production"])]


class Body(BaseModel):
    """A body that we take. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ParametersBody(Body):
    """How the model is asked; null leaves a choice to the provider."""

    max_tokens: MaxTokens = DEFAULT_MAX_TOKENS
    temperature: Temperature | None = None
    top_p: TopP | None = None
    stop: Stop = []

    def value(self) -> Parameters:
        """Return what is chosen."""
        return Parameters(self.max_tokens, self.temperature, self.top_p, tuple(self.stop))

    def applied_to(self, parameters: Parameters) -> Parameters:
        """Return ``parameters`` with what was sent."""
        chosen = self.value()
        sent = {name: getattr(chosen, name) for name in self.model_fields_set}
        return replace(parameters, **sent)


class SkillFields(Body):
    """What can be said of a skill."""

    name: Name
    description: Description | None = None
    category: Category = Category.CUSTOM
    prompt_template: Prompt
    system_template: System | None = None
    model: Model = DEFAULT_MODEL
    parameters: ParametersBody = ParametersBody()
    input_schema: InputSchema | None = None
    output_format: OutputFormat = OutputFormat.MARKDOWN

    def definition(self) -> Definition:
        """Return what the skill is to do."""
        return Definition(
            prompt_template=self.prompt_template,
            system_template=self.system_template,
            model=self.model,
            parameters=self.parameters.value(),
            input_schema=self.input_schema,
            output_format=self.output_format,
        )

    def facts(self) -> Facts:
        """Return the rest."""
        return Facts(self.name, self.description, self.category)


class NewSkillBody(SkillFields):
    """A skill to make."""

    is_active: Flag = True
    note: Note | None = None

    def facts(self) -> Facts:
        """Return the rest."""
        return Facts(self.name, self.description, self.category, self.is_active)


class ImportBody(SkillFields):
    """An exported document, `{"skill": {...}, "version": "1.0"}`, or the fields of its skill."""

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "skill" not in given:
            return given
        if given.keys() - {"skill", "version"} or given.get("version") != EXPORT_VERSION:
            raise PydanticCustomError(
                "export_invalid",
                "an exported document has a skill and a version, which is {version}",
                {"version": EXPORT_VERSION},
            )
        return given["skill"]


class SkillChangesBody(Body):
    """What to change. What is not sent stays; null clears."""

    name: Name | None = None
    description: Description | None = None
    category: Category | None = None
    prompt_template: Prompt | None = None
    system_template: System | None = None
    model: Model | None = None
    parameters: ParametersBody | None = Field(
        None, description="Those sent change; null: all as they are when nothing is chosen."
    )
    input_schema: InputSchema | None = None
    output_format: OutputFormat | None = None
    is_active: Flag | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _cannot_be_cleared(self) -> Self:
        for name in ("name", "category", "prompt_template", "model", "output_format", "is_active"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("not_clearable", "{name} cannot be null", {"name": name})
        return self

    def applied_to(self, facts: Facts, definition: Definition) -> tuple[Facts, Definition]:
        """Return what a skill is with what was sent."""
        sent: Mapping[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        does = {name: sent[name] for name in sent.keys() & _DOES}
        if "parameters" in sent:
            chosen = self.parameters
            does["parameters"] = (
                Parameters() if chosen is None else chosen.applied_to(definition.parameters)
            )
        said = {name: sent[name] for name in sent.keys() & _SAID}
        return replace(facts, **said), replace(definition, **does)


_SAID = frozenset({"name", "description", "category", "is_active"})
_DOES = frozenset({"prompt_template", "system_template", "model", "input_schema", "output_format"})


class SkillIdsBody(Body):
    """Which skills."""

    skill_ids: SkillIds


class BulkBody(SkillIdsBody):
    """Which skills, and what to do to each."""

    action: BulkAction


class LabelBody(Body):
    """A label, and the version that it is to point to."""

    label: LabelName
    version: int = Field(strict=True, ge=1, le=MOST_VERSION)

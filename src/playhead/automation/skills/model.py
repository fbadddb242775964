"""Skills as values. Pure.

A *skill* is a name and a history of versions; a *definition* is what one version does. Whatever
changes the definition makes a new version, and no version ever changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from playhead.automation.models import Completion, Message, Speaker
from playhead.base.time import Micros

DEFAULT_MODEL = "claude-sonnet-5-5"
DEFAULT_MAX_TOKENS = 4096
MOST_SKILLS = 10_000
MOST_VERSIONS = 10_000
MOST_LABELS = 50
MOST_AT_ONCE = 100


class Category(StrEnum):
    """What a skill is for."""

    ANALYSIS = "analysis"
    GENERATION = "generation"
    TRANSFORMATION = "transformation"
    COMMUNICATION = "communication"
    AUTOMATION = "automation"
    CUSTOM = "custom"


class OutputFormat(StrEnum):
    """What form the answer of the model has; it says how to show it and is not enforced."""

    MARKDOWN = "markdown"
    JSON = "json"
    TEXT = "text"
    HTML = "html"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the model is asked.

    Attributes:
        max_tokens: The most tokens of the answer; 1 to 1,000,000.
        temperature: 0 to 2; None leaves it to the provider (some models take none).
        top_p: 0 to 1; None leaves it to the provider.
        stop: At most four texts at which the answer ends.
    """

    max_tokens: int = DEFAULT_MAX_TOKENS
    temperature: Decimal | None = None
    top_p: Decimal | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a version of a skill does."""

    prompt_template: str
    system_template: str | None = None
    model: str = DEFAULT_MODEL
    parameters: Parameters = Parameters()
    input_schema: Mapping[str, object] | None = None
    output_format: OutputFormat = OutputFormat.MARKDOWN


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the model is sent."""

    prompt: str
    system: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillVersion(Definition):
    """A definition as it is run: one version of a skill, or one that is only tried.

    Attributes:
        skill_id: None for a definition that is not saved.
        version: Its number, from 1; None likewise.
        is_active: Whether the skill is switched on now, whatever the version.
    """

    skill_id: UUID | None = None
    name: str = ""
    version: int | None = None
    is_active: bool = True

    @classmethod
    def of(cls, definition: Definition) -> Self:
        """Return a definition that is not saved as something to run."""
        return cls(**contents(definition))  # type: ignore[arg-type]

    def completion(self, rendered: Rendered) -> Completion:
        """Return the request to the model for a rendered prompt.

        Raises:
            CompletionInvalid: The prompt is empty.
        """
        asked = self.parameters
        return Completion(
            model=self.model,
            messages=(Message(Speaker.USER, rendered.prompt),),
            max_tokens=asked.max_tokens,
            system=rendered.system,
            temperature=asked.temperature,
            top_p=asked.top_p,
            stop=asked.stop,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What may change about a skill without a new version.

    Attributes:
        name: 2 to 100 characters; unique in the organisation but for capitals.
    """

    name: str
    description: str | None = None
    category: Category = Category.CUSTOM
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill with its newest version.

    Attributes:
        version: The number of the newest version.
        execution_count: How many executions of it completed.
        last_executed_at: When the latest execution of it was asked for.
    """

    skill_id: UUID
    facts: Facts
    definition: Definition
    version: int
    created_by: str
    created_at: Micros
    updated_at: Micros
    execution_count: int = 0
    last_executed_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a skill, with the labels that point to it."""

    version: int
    definition: Definition
    note: str | None
    created_by: str
    created_at: Micros
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A name that points to a version, such as ``production``."""

    label: str
    version: int
    updated_at: Micros


def contents(definition: Definition) -> dict[str, object]:
    """Return the fields of a definition by name, of any kind of definition."""
    return {each.name: getattr(definition, each.name) for each in fields(Definition)}

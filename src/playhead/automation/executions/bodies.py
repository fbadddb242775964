"""What is sent to the endpoints of executions."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from playhead.automation.executions.execute import Wish
from playhead.automation.skills import (
    DEFAULT_MODEL,
    Definition,
    InputSchema,
    OutputFormat,
    ParametersBody,
)
from playhead.web.parameters import InstantParameter

MOST_DAYS = 3650
USUAL_FORGOTTEN_DAYS = 90

Label = Annotated[str, Field(min_length=1, max_length=50)]
Input = Annotated[dict[str, Any], Field(description="What the skill's input schema asks for.")]
At = Annotated[
    InstantParameter | None,
    Field(description="The instant that the template looks at; now if left out."),
]


class Body(BaseModel):
    """A body that has no fields but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExecuteBody(Body):
    """How to run a skill: its newest version unless a version or a label is named."""

    input_data: Input = Field(default_factory=dict)
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    label: Label | None = None
    at: At = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.version is not None and self.label is not None:
            raise PydanticCustomError("version_and_label", "a version or a label, not both")
        return self

    def wish(self, mark: str | None) -> Wish:
        """Return what is asked for, by the request of that mark."""
        return Wish(self.input_data, self.version, self.label, self.at, mark=mark)


class TrialBody(Body):
    """A configuration to try without saving it, as that of a skill."""

    prompt_template: str = Field(min_length=10, max_length=65_536)
    system_template: str | None = Field(None, max_length=65_536)
    model: str = Field(DEFAULT_MODEL, max_length=128)
    parameters: ParametersBody = ParametersBody()
    input_schema: InputSchema | None = None
    output_format: OutputFormat = OutputFormat.MARKDOWN
    input_data: Input = Field(default_factory=dict)
    at: At = None

    def definition(self) -> Definition:
        """Return what is to be tried."""
        return Definition(
            prompt_template=self.prompt_template,
            system_template=self.system_template,
            model=self.model,
            parameters=self.parameters.value(),
            input_schema=self.input_schema,
            output_format=self.output_format,
        )

    def wish(self, mark: str | None) -> Wish:
        """Return what it is tried with, by the request of that mark."""
        return Wish(self.input_data, at=self.at, mark=mark)


class CleanupBody(Body):
    """Which executions to forget."""

    older_than_days: Annotated[
        int, Field(ge=1, le=MOST_DAYS, description="Those that ended so long ago.")
    ] = USUAL_FORGOTTEN_DAYS
    dry_run: Annotated[bool, Field(description="true only counts them.")] = False

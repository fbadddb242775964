"""What is sent to the endpoints of executions."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from playhead.automation.executions.execute import Wish
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
    version: int | None = Field(None, ge=1, le=2**31 - 1)
    label: Label | None = None
    at: At = None

    def wish(self) -> Wish:
        """Return what is asked for."""
        return Wish(self.input_data, self.version, self.label, self.at)


class CleanupBody(Body):
    """Which executions to forget."""

    older_than_days: int = Field(
        USUAL_FORGOTTEN_DAYS, ge=1, le=MOST_DAYS, description="Those that ended so long ago."
    )
    dry_run: bool = Field(False, description="true only counts them.")

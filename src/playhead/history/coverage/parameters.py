"""Query parameters that the endpoints of the record share."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from playhead.base.time import Micros
from playhead.history.coverage.causes import IS_GAP
from playhead.history.coverage.errors import IntervalEmpty
from playhead.web import parameters

MAX_DAYS = 90
DEFAULT_DAYS = 14


class IntervalQuery(parameters.Query):
    """An interval either end of which may be left out."""

    since: parameters.InstantParameter | None = Field(None, alias="from", description="Inclusive.")
    until: parameters.InstantParameter | None = Field(None, alias="to", description="Exclusive.")

    def bounds(self) -> tuple[Micros, Micros]:
        """Return `[since, until)`; an end that was left out is that of time.

        Raises:
            IntervalEmpty: ``to`` is not later than ``from``.
        """
        since = Micros(0) if self.since is None else self.since
        until = parameters.END_OF_TIME if self.until is None else self.until
        if until <= since:
            raise IntervalEmpty
        return since, until


def _known_cause(word: str) -> str:
    if word not in CAUSES_OF_GAPS:
        raise PydanticCustomError("cause_unknown", "there is no such cause of a gap")
    return word


CAUSES_OF_GAPS = tuple(cause for cause, counts in IS_GAP.items() if counts)

CauseParameter = Annotated[
    str,
    AfterValidator(_known_cause),
    WithJsonSchema({"type": "string", "enum": list(CAUSES_OF_GAPS)}),
]
"""Why knowledge ended."""

Days = Annotated[int, Field(ge=1, le=MAX_DAYS, description="How many days, today among them.")]

"""Types of query parameters. A malformed one is refused with its name, never guessed at."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from playhead.base.errors import Invalid
from playhead.base.ids import ALPHABET, DIGITS
from playhead.base.time import Micros, parse_instant
from playhead.web.cursors import MAX_CURSOR

END_OF_TIME = Micros(253_402_300_800_000_000)
"""The year 10000, which RFC 3339 cannot write."""

MAX_LIMIT = 1000


class Query(BaseModel):
    """The query parameters of an endpoint. One that it does not know is refused: a misspelt
    ``at`` must not be answered with the book of now.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def _micros(text: object) -> Micros:
    try:
        at = parse_instant(str(text))
    except Invalid as error:
        raise _refusal(error.message + _hint(str(text))) from error
    if not 0 <= at < END_OF_TIME:
        raise _refusal("an instant lies between the years 1970 and 9999")
    return at


def _refusal(message: str) -> PydanticCustomError:
    return PydanticCustomError("time_invalid", "{message}", {"message": message})


def _hint(text: str) -> str:
    return "; a + in a query is sent as %2B" if " " in text else ""


InstantParameter = Annotated[
    Micros,
    BeforeValidator(_micros),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-21T12:00:00.5Z"]}
    ),
]
"""RFC 3339 with an offset."""

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many at most.")]

CursorParameter = Annotated[
    str, Field(max_length=MAX_CURSOR, description="`next_cursor` of the page before.")
]

PathName = Annotated[str, Field(pattern=r"^[!-.0-~]{1,200}$")]
"""The name of a thing in a path: printable ASCII without spaces and slashes."""

SearchText = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
"""What somebody typed: any text without control characters."""


def id_schema(prefix: str) -> WithJsonSchema:
    """Return what the document says of a `PathName` that is an id; `parse_id` refuses others."""
    pattern = f"^{prefix}_[0-7][{ALPHABET}]{{{DIGITS - 1}}}$"
    return WithJsonSchema({"type": "string", "pattern": pattern})

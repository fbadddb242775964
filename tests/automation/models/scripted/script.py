"""What the scripted provider is told to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Counted(StrEnum):
    """How often the usage is sent; what is sent before the end counts less than the end."""

    ONCE = "once"
    REPEATED = "repeated"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the provider says it counted; the classes do not overlap."""

    input: int = 100
    cached: int = 40
    written: int = 10
    output: int = 7
    reasoning: int = 5


COUNTS = Counts()


@dataclass(frozen=True, slots=True)
class Fault:
    """What the provider complains of: alone, or in the stream after some texts."""

    status: int
    word: str = ""
    text: str = "as the script says"
    headers: dict[str, str] = field(default_factory=dict)
    details: tuple[Mapping[str, object], ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """One answer.

    Attributes:
        texts: The parts of the answer.
        seconds_between: How long it waits before each.
        thinking: How many parts of reasoning come before the texts.
        counted: How often the usage is sent.
        stop: How it ends: ``end``, ``length``, ``refused``, or ``declined`` (a second way to
            refuse, where the provider has one).
        is_silent: It takes the request and says nothing at all, not even a status.
        stall_after: After so many texts it says nothing for ever, but keeps the connection alive.
        drop_after: After so many texts the connection is gone.
        malformed_after: After so many texts comes what is no JSON.
        odd_after: After so many texts comes JSON of another shape.
        end_after: After so many texts the answer ends in order, without having said so.
        fault: What it complains of instead, or in the stream.
        encoding: What it claims the answer is compressed with.
    """

    texts: tuple[str, ...] = ("Once ", "upon ", "a time.")
    seconds_between: float = 0.0
    thinking: int = 0
    counted: Counted = Counted.ONCE
    stop: str = "end"
    is_silent: bool = False
    stall_after: int | None = None
    drop_after: int | None = None
    malformed_after: int | None = None
    odd_after: int | None = None
    end_after: int | None = None
    fault: Fault | None = None
    encoding: str | None = None

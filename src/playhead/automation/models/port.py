"""The port to language models: what the product asks for, and what every adapter does."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from playhead.automation.models.completion import Completion
from playhead.automation.models.usage import Tally, Usage


class StopReason(StrEnum):
    """Why an answer ended."""

    END = "end"
    MAX_TOKENS = "max_tokens"
    STOP_TEXT = "stop_text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Text:
    """The next part of the answer; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a complete answer.

    Attributes:
        usage: As the provider counted it; None when it said nothing: the caller decides.
        stop_reason: Why the answer ended.
        stop_detail: The provider's own word for it.
    """

    usage: Usage | None
    stop_reason: StopReason
    stop_detail: str


Piece = Text | Finished


class Model(Protocol):
    """A model that can be asked."""

    def stream(
        self, request: Completion, tally: Tally | None = None
    ) -> AsyncGenerator[Piece, None]:
        """Yield the answer as it comes: any number of texts, then exactly one :class:`Finished`.

        The provider is asked once, when the first piece is awaited; nothing is tried again.
        Cancelling the task that waits, or closing the iterator, closes the connection to the
        provider; what was yielded until then is the partial answer. Iterate under
        ``contextlib.aclosing`` when the end may not be reached.

        Args:
            request: What is asked.
            tally: Kept up to date with what the provider has counted, as far as it says so on the
                way: some count from the start, some with every text, some only at the end.

        Raises:
            ModelUnavailable: It did not answer to the end; trying again may help.
            ModelRefused: It will not answer this; trying again cannot help.
        """
        ...

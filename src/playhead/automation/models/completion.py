"""What is asked of a model. Frozen values, checked when they are made."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from playhead.base.errors import Invalid

LONGEST_ANSWER = 1_000_000
MOST_STOPS = 4
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}", re.ASCII)


class CompletionInvalid(Invalid):
    """A request that no model could answer; ``field`` names what is wrong with it."""

    code = "model.completion_invalid"


class Speaker(StrEnum):
    """Who says a message."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation; its text is never empty."""

    speaker: Speaker
    text: str

    def __post_init__(self) -> None:
        if not self.text:
            raise CompletionInvalid("a message needs a text", field="messages")


@dataclass(frozen=True, slots=True)
class Completion:
    """A request to a model.

    Attributes:
        model: The provider's own name of it.
        messages: At least one; the first and the last are the user's.
        max_tokens: The most tokens of the answer, reasoning included; 1 to 1,000,000.
        system: What the model is told before the conversation.
        temperature: 0 to 2; None leaves it to the provider (some models take none).
        top_p: 0 to 1; None leaves it to the provider.
        stop: At most four texts at which the answer ends; they are not part of it.
    """

    model: str
    messages: tuple[Message, ...]
    max_tokens: int
    system: str | None = None
    temperature: Decimal | None = None
    top_p: Decimal | None = None
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(is_model_name(self.model), "model", "a model has a name of up to 128 characters")
        _check(bool(self.messages), "messages", "at least one message is needed")
        ends = {self.messages[0].speaker, self.messages[-1].speaker}
        _check(ends == {Speaker.USER}, "messages", "the first and the last message are the user's")
        _check(1 <= self.max_tokens <= LONGEST_ANSWER, "max_tokens", "1 to 1,000,000")
        _check(_is_within(self.temperature, 2), "temperature", "0 to 2")
        _check(_is_within(self.top_p, 1), "top_p", "0 to 1")
        _check(len(self.stop) <= MOST_STOPS and all(self.stop), "stop", "at most 4, none empty")


def is_model_name(text: str) -> bool:
    """Return whether ``text`` can be a model's name: it also becomes part of an address."""
    return _MODEL.fullmatch(text) is not None and ".." not in text and "//" not in text


def _is_within(value: Decimal | None, most: int) -> bool:
    return value is None or (value.is_finite() and 0 <= value <= most)


def _check(is_right: bool, field: str, rule: str) -> None:
    if not is_right:
        raise CompletionInvalid(f"{field}: {rule}", field=field)

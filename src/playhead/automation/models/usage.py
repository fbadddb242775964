"""Tokens by class. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from playhead.base.errors import Invalid


class UsageInvalid(Invalid):
    """A number of tokens below zero."""

    code = "model.usage_invalid"


class TokenClass(StrEnum):
    """What a token is paid as. The classes do not overlap: a token is in exactly one."""

    INPUT = "input"
    CACHED_INPUT = "cached_input"
    CACHE_WRITE = "cache_write"
    OUTPUT = "output"
    REASONING = "reasoning"


@dataclass(slots=True)
class Tally:
    """What a provider has counted so far, for whoever stops before the end.

    Counts of a stream are running totals: the last one stands, and none is added to another.
    """

    usage: "Usage | None" = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the provider counted, by class; None where it did not say. Never estimated.

    No token is counted twice: ``input`` is without what was read from or written to a cache, and
    ``output`` is without ``reasoning``, where the provider tells these apart. Where it does not,
    they are inside ``input`` and ``output``, and their own class is None.
    """

    input: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoning: int | None = None

    def __post_init__(self) -> None:
        for name, tokens in self.counted():
            if tokens < 0:
                raise UsageInvalid(f"{tokens} tokens of class {name}", field=f"usage.{name}")

    def counted(self) -> Iterator[tuple[TokenClass, int]]:
        """Yield each class that the provider counted, with its tokens."""
        for each in TokenClass:  # the names of the attributes
            tokens = getattr(self, each)
            if tokens is not None:
                yield each, tokens

    @property
    def is_known(self) -> bool:
        """Whether both the request and the answer were counted."""
        return self.input is not None and self.output is not None

"""One attempt's answer: what came so far, and the request that brings it."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from playhead.automation.executions.errors import OutputTooLarge, TimedOut
from playhead.automation.models import (
    Completion,
    Finished,
    Model,
    ModelRefused,
    ModelUnavailable,
    Tally,
    Text,
)
from playhead.base.errors import PlayheadError
from playhead.base.texts import storable
from playhead.base.time import Micros

Outcome = Finished | PlayheadError
"""How a request ended."""


class Answer:
    """What a model has said so far, bounded; and what it was counted.

    Attributes:
        first_token_at: When the first text came; None before.
        tally: What the provider has counted so far.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._parts: list[str] = []
        self._bytes = 0
        self.first_token_at: Micros | None = None
        self.tally = Tally()

    @property
    def text(self) -> str:
        """All of it."""
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    @property
    def has_text(self) -> bool:
        """Whether anything was said."""
        return self._bytes > 0

    def add(self, text: str, now: Micros) -> None:
        """Add what was said next.

        Raises:
            OutputTooLarge: It does not fit; what fits was added.
        """
        clean = storable(text)
        encoded = clean.encode()
        room = self._most_bytes - self._bytes
        if len(encoded) > room:
            clean = encoded[:room].decode(errors="ignore")
        if self.first_token_at is None:
            self.first_token_at = now
        self._parts.append(clean)
        self._bytes += min(len(encoded), room)
        if len(encoded) > room:
            raise OutputTooLarge(self._most_bytes)


async def ask(
    model: Model,
    request: Completion,
    answer: Answer,
    *,
    seconds: float,
    now: Callable[[], Micros],
) -> Outcome:
    """Ask once, fill ``answer``, and return how that ended: never later than after ``seconds``.

    When the task is cancelled the connection to the provider is closed, and ``answer`` has what
    came until then.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _listen(model, request, answer, now)
    except TimeoutError:
        return TimedOut(seconds)
    except (ModelUnavailable, ModelRefused) as problem:
        answer.tally.usage = problem.usage or answer.tally.usage
        return problem
    except OutputTooLarge as problem:
        return problem


async def _listen(
    model: Model, request: Completion, answer: Answer, now: Callable[[], Micros]
) -> Finished:
    async with aclosing(model.stream(request, answer.tally)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                answer.add(piece.text, now())
            else:
                answer.tally.usage = piece.usage
                return piece
    raise AssertionError("an answer ended without its end")

"""A model behind a provider's API: what all adapters have in common."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol

import httpx2

from playhead.automation.models.complaints import Complaint, problem_of, problem_of_failure
from playhead.automation.models.completion import Completion
from playhead.automation.models.errors import (
    ModelError,
    ModelRefused,
    ModelStreamBroken,
    ModelUnavailable,
)
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.pacing import Step, TimeOuts, paced
from playhead.automation.models.port import Piece
from playhead.automation.models.upstream import Line, Upstream
from playhead.automation.models.usage import Tally

PLACEHOLDER = "the-key-is-written-by-upstream"
"""What the SDKs are given for a key: the real one never enters them."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What reading an answer raises that is not shaped as it should be; the SDKs do not check it."""


class Dialect(Protocol):
    """One provider's protocol, spoken through its SDK."""

    @property
    def base_url(self) -> str:
        """Where it is spoken to."""
        ...

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What its SDK raises."""
        ...

    def headers(self, key: ProviderKey) -> Mapping[str, str]:
        """Return the headers that carry the key and the version of the protocol."""
        ...

    def steps(
        self, client: httpx2.AsyncClient, request: Completion, tally: Tally
    ) -> AsyncGenerator[Step, None]:
        """Ask once, and yield what comes; write every count into ``tally``."""
        ...

    def complaint(self, error: Exception) -> Complaint | None:
        """Return what the provider complains of by ``error``; None when it says nothing."""
        ...


class HostedModel:
    """The model port over a provider's API.

    One value serves any number of requests at a time, for one key. See :class:`Model`.
    """

    def __init__(
        self, dialect: Dialect, key: ProviderKey, upstream: Upstream, time_outs: TimeOuts
    ) -> None:
        self._dialect = dialect
        self._key = key
        self._upstream = upstream
        self._time_outs = time_outs

    async def stream(
        self, request: Completion, tally: Tally | None = None
    ) -> AsyncGenerator[Piece, None]:
        """Yield the answer as it comes. See :meth:`Model.stream`."""
        dialect, tally = self._dialect, tally or Tally()
        headers = dialect.headers(self._key)
        async with self._upstream.call(dialect.base_url, headers, self._time_outs.connect) as line:
            try:
                steps = self._steps(line, request, tally)
                async with aclosing(paced(steps, self._time_outs)) as pieces:
                    async for piece in pieces:
                        yield piece
            except (ModelUnavailable, ModelRefused) as problem:
                problem.usage = problem.usage or tally.usage
                raise

    async def _steps(
        self, line: Line, request: Completion, tally: Tally
    ) -> AsyncGenerator[Step, None]:
        failures: tuple[type[Exception], ...] = (
            httpx2.HTTPError,
            *self._dialect.failures,
            *UNREADABLE,
        )
        try:
            async with aclosing(self._dialect.steps(line.client, request, tally)) as steps:
                async for step in steps:
                    yield step
            return
        except failures as error:
            problem = self._problem_of(error, line)
        # Raised out here, it drags no SDK error along that holds the whole answer.
        raise problem

    def _problem_of(self, error: Exception, line: Line) -> ModelError:
        if line.failure is not None:
            return problem_of_failure(line.failure)
        complaint = self._dialect.complaint(error)
        if complaint is None:
            return ModelStreamBroken(f"the answer cannot be read ({type(error).__name__})")
        scrubbed = Complaint(
            complaint.status,
            self._key.scrub(complaint.word),
            self._key.scrub(complaint.text),
            complaint.retry_after,
        )
        return problem_of(scrubbed, line.headers)

"""A model without a provider: deterministic, on this machine, for the demo and the tests."""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from playhead.automation.models.completion import Completion
from playhead.automation.models.errors import ModelNotOffered
from playhead.automation.models.port import Finished, Piece, StopReason, Text
from playhead.automation.models.usage import Tally, Usage

LOCAL_MODEL = "playhead-local-echo"
"""Its name says what it is: it runs here, and repeats what it is asked."""

LONGEST_ECHO = 60
_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])")


def count_tokens(text: str) -> int:
    """Return how many words and single other signs ``text`` has; white space is free."""
    return sum(1 for _ in _TOKEN.finditer(text))


class LocalModel:
    """Answers from the request alone: the same request always gets the same answer.

    The answer says that no provider was asked, how much was asked, a digest of it, and its last
    message up to :data:`LONGEST_ECHO` tokens. Its tokens are those of :func:`count_tokens`.

    Args:
        seconds_between: How long it waits before each piece of one token; 0 for none.
    """

    def __init__(self, seconds_between: float = 0.0) -> None:
        self._seconds_between = seconds_between

    async def stream(
        self, request: Completion, tally: Tally | None = None
    ) -> AsyncGenerator[Piece, None]:
        """Yield the answer token by token. See :meth:`Model.stream`."""
        if request.model != LOCAL_MODEL:
            raise ModelNotOffered(f"only {LOCAL_MODEL} is here", field="model")
        answer, reason = _cut(_answer(request), request)
        tally = tally or Tally()
        tally.usage = usage = Usage(count_tokens(_whole(request)), 0, 0, 0, 0)
        for written, token in enumerate(_pieces(answer), 1):
            await asyncio.sleep(self._seconds_between)
            tally.usage = usage = replace(usage, output=written)
            yield Text(token)
        yield Finished(usage, reason, reason.value)


def _answer(request: Completion) -> str:
    whole = _whole(request)
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    echo = _first(request.messages[-1].text, LONGEST_ECHO)
    return f"[{LOCAL_MODEL}: no provider was asked] {count_tokens(whole)} tokens, {digest}: {echo}"


def _whole(request: Completion) -> str:
    return "\n".join([request.system or "", *(message.text for message in request.messages)])


def _cut(answer: str, request: Completion) -> tuple[str, StopReason]:
    ends = [at for at in (answer.find(stop) for stop in request.stop) if at >= 0]
    reason = StopReason.STOP_TEXT if ends else StopReason.END
    answer = answer[: min(ends)] if ends else answer
    if count_tokens(answer) > request.max_tokens:
        return _first(answer, request.max_tokens), StopReason.MAX_TOKENS
    return answer, reason


def _first(text: str, most: int) -> str:
    taken = [match.group() for match, _ in zip(_TOKEN.finditer(text), range(most), strict=False)]
    return "".join(taken)


def _pieces(text: str) -> Iterator[str]:
    return (match.group() for match in _TOKEN.finditer(text))

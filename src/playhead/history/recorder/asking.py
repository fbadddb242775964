"""What goes over REST, kept in the capture: every answer, and when a book was asked for."""

from collections.abc import Callable
from random import Random

from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.kalshi import (
    BOOKS_RESOURCE,
    STATUS_RESOURCE,
    Answer,
    Question,
    RestClient,
    Signer,
    encode_answer,
    encode_question,
)
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Capture, Clock

_NANOS_PER_SECOND = 1_000_000_000


def rest_client(
    options: RecorderOptions,
    *,
    capture: Capture,
    now: Clock,
    random: Random,
    signer: Signer | None = None,
) -> RestClient:
    """Return a client whose answers go to ``capture`` before anybody reads them.

    Requests for books go there too, before each attempt: a REST book bears no time, so that it can
    only be what the book was at some moment between the two. Answers that say what the last one
    said about the exchange's state are left out for ``status_keep_seconds``.
    """
    keeper = _Keeper(capture, now, Nanos(int(options.status_keep_seconds * _NANOS_PER_SECOND)))
    return RestClient(
        options.hosts.rest_url,
        now=now,
        random=random,
        signer=signer,
        on_ask=keeper.asked,
        on_answer=keeper.answered,
        policy=options.asking,
    )


class _Keeper:
    def __init__(self, capture: Capture, now: Callable[[], Nanos], repeat_after: Nanos) -> None:
        self._capture = capture
        self._now = now
        self._repeat_after = repeat_after
        self._state: Answer | None = None
        self._kept_at = Nanos(0)

    def asked(self, question: Question) -> None:
        if question.get.endswith(BOOKS_RESOURCE):
            kept = encode_question(question)
            self._capture.append(Kind.SENT, kept, received_at=self._now())

    def answered(self, answer: Answer) -> None:
        at = self._now()
        is_state = answer.path.endswith(STATUS_RESOURCE)
        is_fresh = 0 <= at - self._kept_at < self._repeat_after
        if is_state and is_fresh and answer == self._state:
            return
        self._capture.append(Kind.REST, encode_answer(answer), received_at=at)
        if is_state:
            self._state, self._kept_at = answer, at

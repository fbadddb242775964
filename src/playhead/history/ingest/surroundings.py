"""What REST answers in a capture tell: facts of markets, the exchange's state, books to compare."""

from playhead.base.time import Micros
from playhead.history.ingest.audits import Audits
from playhead.history.ingest.draft import Draft
from playhead.history.ingest.facts import facts_of_rest
from playhead.history.ingest.rest import (
    BOOKS,
    SCHEDULE,
    STATUS,
    maintenance_of,
    rest_answer,
    shards_active,
)


class Surroundings:
    """Reads what is not on the socket. ``active`` tells which shards of the exchange trade."""

    def __init__(self, draft: Draft, audits: Audits) -> None:
        self._draft = draft
        self._audits = audits
        self.active: dict[int, bool] = {}

    def begin(self, at: Micros | None) -> None:
        """Take in that a recording begins, or goes on."""
        batch = self._draft.batch
        if batch.started_at is None:
            batch.started_at = at

    def answer(self, payload: bytes, at: Micros | None, offset: int) -> None:
        """Take in one REST answer."""
        answer = rest_answer(payload)
        if answer is None:
            return
        if answer.path.endswith(BOOKS):
            self._audits.answer(answer, at, offset)
        elif answer.path.endswith(STATUS):
            self._learn_states(shards_active(answer), at)
        elif answer.path.endswith(SCHEDULE):
            self._draft.batch.maintenance |= maintenance_of(answer)
        else:
            self._draft.learn(facts_of_rest(answer), at)

    def _learn_states(self, told: dict[int, bool], at: Micros | None) -> None:
        if at is None:
            return
        for index, is_active in told.items():
            if self.active.get(index) is not is_active:
                self.active[index] = is_active
                self._draft.batch.exchange_states.append((index, at, is_active))

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
    """Reads what is not on the socket.

    Attributes:
        active: Which shards of the exchange trade.
        gone_since: When the recorder was last there before a restart; None once the exchange has
            been heard again.
    """

    def __init__(self, draft: Draft, audits: Audits) -> None:
        self._draft = draft
        self._audits = audits
        self.active: dict[int, bool] = {}
        self.gone_since: Micros | None = None

    def begin(self, at: Micros | None) -> None:
        """Take in that a recording begins, or goes on."""
        batch = self._draft.batch
        if batch.started_at is None:
            batch.started_at = at

    def restarted(self, gone_since: Micros, at: Micros | None) -> None:
        """Take in that the recorder is there again, and since when it was not."""
        self.begin(at)
        if self.gone_since is None:
            self.gone_since = gone_since

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
        if at is None or not told:
            return
        since = at if self.gone_since is None else min(at, Micros(self.gone_since + 1))
        self.gone_since = None
        for index, is_active in told.items():
            if self.active.get(index) is not is_active:
                # While nobody listened a pause may have ended at any time: nobody vouches for it.
                was_paused = self.active.get(index) is False
                self.active[index] = is_active
                when = since if was_paused else at
                self._draft.batch.exchange_states.append((index, when, is_active))

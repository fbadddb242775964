"""Keeps leases alive, and hears who is to stop."""

from collections.abc import Callable

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.runner import Runner
from playhead.storage.postgres import DatabaseUnavailable

BEAT_SECONDS = 0.35
"""Whoever asks for a cancellation is heard within half a second,"""

SHORTEST_BEAT_SECONDS = 0.05
"""and, where the bell is heard, after this long."""


class Heartbeat:
    """Asks after all jobs of a runner with one statement."""

    def __init__(
        self, rows: JobRows, runner: Runner, *, lease_seconds: float, now: Callable[[], Micros]
    ) -> None:
        self._rows = rows
        self._runner = runner
        self._lease = int(lease_seconds * MICROS_PER_SECOND)
        self._now = now
        self._failing_since: Micros | None = None

    async def beat(self) -> None:
        """Renew what is held; cancel what is to be cancelled or is not ours any more.

        A database that is away as long as a lease lasts makes all of them lost: others may have
        taken the jobs by then.

        Raises:
            DatabaseUnavailable: The leases could not be renewed.
        """
        tokens = {job_id: lease.token for job_id, lease in self._runner.held.items()}
        if not tokens:
            self._failing_since = None
            return
        now = self._now()
        try:
            told = await self._rows.renew(
                tokens,
                # Seldom, for each time writes a row: when a third of it is gone.
                renew_before=Micros(now + self._lease * 2 // 3),
                lease_until=Micros(now + self._lease),
            )
        except DatabaseUnavailable:
            self._fail(now)
            raise
        self._failing_since = None
        for job_id, each in told.items():
            held = self._runner.held.get(job_id)
            if held is None or held.token != tokens[job_id]:
                continue  # it ended meanwhile
            if not each.is_held:
                self._runner.lose(job_id)
            elif each.cancel_asked:
                self._runner.ask_to_cancel(job_id)

    def _fail(self, now: Micros) -> None:
        if self._failing_since is None:
            self._failing_since = now
        # The last renewal may be a third of the lease older than the first failure.
        if now - self._failing_since > self._lease * 2 // 3:
            for job_id in list(self._runner.held):
                self._runner.lose(job_id)

"""Jobs: work that is done once, whoever dies.

The row in PostgreSQL is the truth. Celery on Valkey carries ids to workers: a message that is lost,
doubled or late costs time, never a job. `enqueue` in the transaction of what asks for the work; a
`Handler` does it and ends it, in the transaction of what it writes, through its `Lease`. The worker
is in `playhead.kernel.jobs.worker`, apart: whoever only enqueues need not load Celery.
"""

from playhead.kernel.jobs.bell import JobBell, SilentBell, ValkeyBell
from playhead.kernel.jobs.errors import LeaseLost
from playhead.kernel.jobs.model import Job, NewJob
from playhead.kernel.jobs.ports import Handler, Handlers, Lease
from playhead.kernel.jobs.repository import ask_to_cancel, enqueue, not_ended

__all__ = [
    "Handler",
    "Handlers",
    "Job",
    "JobBell",
    "Lease",
    "LeaseLost",
    "NewJob",
    "SilentBell",
    "ValkeyBell",
    "ask_to_cancel",
    "enqueue",
    "not_ended",
]

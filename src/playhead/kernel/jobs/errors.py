"""What can go wrong with a job."""

from uuid import UUID

from playhead.base.errors import Conflict


class LeaseLost(Conflict):
    """Somebody else has the job by now, or it has ended: whoever learns this writes nothing."""

    code = "job.lease_lost"

    def __init__(self, job_id: UUID) -> None:
        super().__init__("the job is not ours any more", job_id=str(job_id))

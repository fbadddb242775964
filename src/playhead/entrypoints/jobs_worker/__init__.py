"""The worker process: it does jobs, and what goes on beside them."""

from playhead.entrypoints.jobs_worker.process import main, new_options, run_worker
from playhead.entrypoints.jobs_worker.work import OpenWork, Work

__all__ = ["OpenWork", "Work", "main", "new_options", "run_worker"]

"""The process that turns complete runs of events into segments and drops the rows they replace."""

from functools import partial

from playhead.entrypoints.databases import owner_database_url
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.status_file import write_status
from playhead.entrypoints.worker import Stop, keep_working
from playhead.history.tape import Partitions, SegmentStore
from playhead.storage.postgres import DatabaseUnavailable, Session

IDLE_SECONDS = 1.0
LOCK = 0x7365616C6572  # "sealer"


def main(settings: Settings) -> None:
    """Seal what is planned until SIGTERM or SIGINT."""
    stop = Stop.on_signals()
    keep_working(partial(_work, settings, stop), stop)


def _work(settings: Settings, stop: Stop) -> None:
    with Session.open(owner_database_url(settings), name="playhead-sealer") as session:
        if not session.take_lock(LOCK):
            raise DatabaseUnavailable("another sealer still works on this database")
        segments = SegmentStore(session, Partitions(session))
        sealed = dropped = 0
        while not stop.is_set:
            found = segments.seal_planned(limit=64)
            sealed += found
            if not found:
                dropped += len(segments.drop_sealed_blocks())
                write_status(
                    settings.home, "sealer", {"segments": sealed, "blocks_dropped": dropped}
                )
                stop.wait(IDLE_SECONDS)

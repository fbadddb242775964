"""What can go wrong with an ingest."""

from playhead.base.errors import Conflict


class IngestOvertaken(Conflict):
    """Another ingest has moved the same capture on."""

    code = "ingest.overtaken"

    def __init__(self, *, capture_id: int) -> None:
        super().__init__(
            f"another ingest is reading capture {capture_id}; this one stops",
            capture_id=capture_id,
        )

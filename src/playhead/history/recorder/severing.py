"""A capture that can be cut off from its recorder, as the end of a process would."""

from playhead.base.errors import Unavailable
from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.recorder.ports import Capture


class Severed(Unavailable):
    """Whoever writes is cut off from the capture."""

    code = "recorder.severed"


class SeverableCapture:
    """Hands everything on to a capture, until it is severed; from then on nothing is kept.

    To end a recorder as a crash would: sever its capture, then cancel it, then close the writer.
    No end of any connection is kept, and the next recorder on the same capture shows a restart.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self.is_severed = False

    def sever(self) -> None:
        """Keep nothing more."""
        self.is_severed = True

    def append(
        self, kind: Kind, payload: bytes, *, connection: int = 0, received_at: Nanos | None
    ) -> int:
        """Keep one record and return its offset.

        Raises:
            Severed: It is too late.
        """
        if self.is_severed:
            raise Severed("the capture is cut off")
        return self._capture.append(kind, payload, connection=connection, received_at=received_at)

    def next_connection(self) -> int:
        """Return a connection number that was never used in this capture."""
        return self._capture.next_connection()

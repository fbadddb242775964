"""What a capture is made of: records, one after the other, each with a time and a connection."""

from enum import IntEnum

import msgspec

from playhead.base.time import Nanos


class Kind(IntEnum):
    """What a record holds. The numbers are on disk: never change them."""

    FRAME = 1
    """A WebSocket text frame exactly as received."""
    OPENED = 2
    """A connection opened. JSON: ``url``, ``use_yes_price``."""
    CLOSED = 3
    """A connection ended. JSON: ``cause``, ``detail``."""
    SENT = 4
    """A command that we sent, exactly as sent. Of no connection: a REST request for books is about
    to be made; JSON: ``get``, ``query``, as ``path`` and ``query`` of its answer."""
    ALIVE = 5
    """The connection answered a ping: silence so far was real silence. Empty."""
    REST = 6
    """A REST answer. JSON: ``path``, ``query``, ``status``, ``body``."""
    STARTED = 7
    """A recorder process started: every earlier connection of this capture is dead. JSON."""
    FINISHED = 8
    """Nothing will ever follow: the capture is complete. JSON: ``cause``."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One entry of a capture. A msgspec struct: ten times cheaper to make than a dataclass.

    Attributes:
        offset: Bytes from the start of the capture's logical stream to this record.
        next_offset: The same for the record after it: where to go on reading.
        received_at: UTC nanoseconds by our clock; None where the recording did not keep it.
        connection: Counts up within a capture; 0 for what belongs to no connection.
        payload: The bytes, as they came.
    """

    offset: int
    next_offset: int
    kind: Kind
    received_at: Nanos | None
    connection: int
    payload: bytes

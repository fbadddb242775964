"""Processes that write captures, to be killed or to be refused by the disk."""

import json
import resource
import sys
from pathlib import Path

from playhead.base.errors import Unavailable
from playhead.base.time import Nanos
from playhead.history.capture import CaptureWriter, Kind
from tests.history.capture.builders import read


def append_forever(folder: Path) -> None:
    """Append frames that count on; print the count when it is durable."""
    writer = CaptureWriter(folder, max_file_bytes=20_000, flush_interval_seconds=0.01)
    number = len(read(folder))
    while True:
        for _ in range(50):
            number += 1
            writer.append(Kind.FRAME, b"%d" % number, connection=1, received_at=Nanos(number))
        writer.flush()
        print(number, flush=True)


def fill_the_disk(folder: Path) -> None:
    """Append until the disk refuses, then make room and go on; print what happened."""
    refusals = []
    with CaptureWriter(folder, flush_interval_seconds=60) as writer:
        writer.append(Kind.FRAME, b"first", received_at=None)
        writer.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        writer.append(Kind.FRAME, b"x" * 2000, received_at=None)
        for attempt in (writer.flush, lambda: writer.append(Kind.FRAME, b"", received_at=None)):
            try:
                attempt()
            except Unavailable as error:
                refusals.append(error.message)
        size = next(folder.glob("*.log")).stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        writer.flush()
        writer.append(Kind.FRAME, b"last", received_at=None)
    print(json.dumps({"refusals": refusals, "size": size}))


if __name__ == "__main__":
    {"append": append_forever, "fill": fill_the_disk}[sys.argv[1]](Path(sys.argv[2]))

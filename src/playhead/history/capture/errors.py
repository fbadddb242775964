"""What can go wrong with a capture."""

from pathlib import Path

from playhead.base.errors import Conflict, Incomplete, Invalid, NotFound, Unavailable


class CaptureInUse(Conflict):
    """Another process writes this capture."""

    code = "capture.in_use"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another process is writing the capture {folder.name}")


class CaptureFinished(Conflict):
    """The capture ended for good; nothing may follow."""

    code = "capture.finished"

    def __init__(self, folder: Path, end: int) -> None:
        super().__init__(f"the capture {folder.name} is finished; nothing can be added to it")
        self.end = end


class CaptureClosed(Conflict):
    """This writer was closed already."""

    code = "capture.closed"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the writer of the capture {folder.name} is closed")


class CaptureUnwritable(Unavailable):
    """The disk refuses the capture, or lags too far behind. It may be written again later."""

    code = "capture.unwritable"

    def __init__(self, folder: Path, reason: str, *, waiting_bytes: int) -> None:
        super().__init__(
            f"cannot write the capture {folder.name}: {reason} "
            f"({waiting_bytes} bytes wait in memory; nothing that was durable is harmed)",
            waiting_bytes=waiting_bytes,
        )


class RecordTooLong(Invalid):
    """A payload is longer than a record may be."""

    code = "capture.record_too_long"


class CorruptCapture(Incomplete):
    """Bytes that were durable are damaged or gone."""

    code = "capture.corrupt"

    def __init__(self, file: Path, offset: int, fault: str) -> None:
        name = f"{file.parent.name}/{file.name}"
        super().__init__(f"{name} is damaged at offset {offset}: {fault}", offset=offset)
        self.file = file
        self.offset = offset
        self.fault = fault


class DamagedCaptures(Incomplete):
    """Captures were verified and some are not whole."""

    code = "capture.damaged"

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"damaged: {', '.join(names)}", captures=names)


class CaptureNotFound(NotFound):
    """No capture has this number or name."""

    code = "capture.not_found"


class BadCaptureName(Invalid):
    """A capture cannot bear this name."""

    code = "capture.bad_name"


class BadRecording(Invalid):
    """A recording to import cannot be read, or holds a line that is no frame."""

    code = "capture.bad_recording"

    def __init__(self, file: Path, line: int, fault: str, *, field: str | None = None) -> None:
        where = str(file) + (f", line {line}" if line else "") + (f", {field}" if field else "")
        super().__init__(f"{where}: {fault}", field=field, line=line)


class ImportedOtherwise(Conflict):
    """The same content was imported with other options before."""

    code = "capture.imported_otherwise"

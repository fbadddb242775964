"""What the tape holds, in the words of answers. Pure."""

from playhead.base.time import Micros
from playhead.history.books import Change, Price, Side, Size
from playhead.history.coverage import Absence
from playhead.history.rewind.model import BookAt, Certificate, ChangeAt, Coverage, State
from playhead.history.tape import NO_TIME, BookPoint, Columns, Interval, Stretch, book_of


def proven(stretch: Stretch) -> Coverage:
    """Return what a book of ``stretch`` rests on."""
    return Coverage(
        State.PROVEN,
        None,
        stretch.since,
        None if stretch.is_open else Micros(stretch.upto + 1),
        verified_at=stretch.interval.verified_at,
        recorder=stretch.interval.recorder,
    )


def unknown(absence: Absence) -> Coverage:
    """Return what is said where nothing is known."""
    return Coverage(
        State.UNKNOWN, absence.cause, absence.since, absence.until, recorder=absence.recorder
    )


def certificate_of(interval: Interval, point: BookPoint) -> Certificate:
    """Return where the proof of ``point`` is, which is a book of ``interval``."""
    return Certificate(
        recorder=interval.recorder,
        capture=interval.capture,
        capture_number=interval.capture_id,
        connection=interval.connection,
        sid=interval.sid,
        opened_by=interval.opened_by,
        from_position=interval.from_position,
        keyframe_position=point.keyframe_position,
        position=point.position,
        received_from=interval.received_from,
        exchange_from=interval.exchange_from,
    )


def book_at(point: BookPoint) -> BookAt:
    """Return the book of ``point`` and where it stands."""
    return BookAt(point.position, point.received_at, point.exchange_at, book_of(point.levels))


def changes_of(columns: Columns) -> tuple[ChangeAt, ...]:
    """Return events as changes, in order."""
    rows = zip(
        columns.position.tolist(),
        columns.received_at.tolist(),
        columns.exchange_at.tolist(),
        columns.level.tolist(),
        columns.change.tolist(),
        strict=True,
    )
    return tuple(
        ChangeAt(position, _time(received), _time(exchange), _change(level, size))
        for position, received, exchange, level, size in rows
    )


def _change(level: int, size: int) -> Change:
    return Change(Side(level & 1), Price(level >> 1), Size(size))


def _time(value: int) -> Micros | None:
    return None if value == NO_TIME else Micros(value)

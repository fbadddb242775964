"""What is known of one market, on the wire."""

from playhead.base.time import Micros
from playhead.history.coverage.clock import Clock
from playhead.history.coverage.timeline.model import Part
from playhead.history.tape import Interval
from playhead.web.wire import Instant, Wire, instant, instant_text


class PartView(Wire, frozen=True, kw_only=True):
    """A stretch `[since, until)` of one state, cause and provenance; it joins its neighbours.

    From `opened_by` on all are of the interval that proves it, and null when it is unknown; only
    `recorder` is then whose knowledge ended, where that is the cause.

    Attributes:
        state: `proven` or `unknown`; there is nothing in between.
        cause: Why it is unknown; null when proven.
        is_gap: Whether it should be known and is not: counts against the proven share.
        opened_by, closed_by: What began the interval, and what ended it (null: it is open).
        verified_at: When a fresh snapshot last agreed with the rebuilt book.
        capture, connection, sid: The chain of messages that the proof rests on.
        from_position, to_position: Where on the tape it begins and ends.
        detected_at: When the end of the interval was noticed.
    """

    state: str
    cause: str | None
    since: Instant
    until: Instant
    is_gap: bool
    recorder: str | None = None
    opened_by: str | None = None
    closed_by: str | None = None
    verified_at: Instant | None = None
    capture: str | None = None
    connection: int | None = None
    sid: int | None = None
    from_position: int | None = None
    to_position: int | None = None
    detected_at: Instant | None = None


class TimelinePage(Wire, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """What is known of one market over `[from, to)`, in order and without a hole.

    Attributes:
        proven_share: Of the whole interval, on every page: what is proven by what should be, cut
            to six digits after the point; null where nothing should be known.
    """

    ticker: str
    clock: str
    since: Instant
    until: Instant
    proven_share: str | None
    data: list[PartView]
    next_cursor: str | None
    has_more: bool


def part_view(part: Part, clock: Clock) -> PartView:
    """Return ``part`` as it is sent."""
    if part.absence is not None:
        return PartView(
            state=part.state.value,
            cause=part.absence.cause,
            since=instant_text(part.since),
            until=instant_text(part.until),
            is_gap=part.is_gap,
            recorder=part.absence.recorder,
        )
    assert part.interval is not None
    return _proven(part, part.interval, clock)


def _proven(part: Part, interval: Interval, clock: Clock) -> PartView:
    return PartView(
        state=part.state.value,
        cause=None,
        since=instant_text(part.since),
        until=instant_text(part.until),
        is_gap=False,
        recorder=interval.recorder,
        opened_by=interval.opened_by,
        closed_by=interval.closed_by,
        verified_at=instant(interval.verified_at),
        capture=interval.capture,
        connection=interval.connection,
        sid=interval.sid,
        from_position=interval.from_position,
        to_position=interval.to_position,
        detected_at=instant(_detected(interval, clock)),
    )


def _detected(interval: Interval, clock: Clock) -> Micros | None:
    if clock is Clock.EXCHANGE:
        return interval.detected_exchange_at
    return interval.detected_at

"""What the page of record shows, ready to be set in type. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.coverage.audits import Audit, AuditKind, Rate
from playhead.history.coverage.audits.schemas import differences
from playhead.history.coverage.days import Day
from playhead.history.coverage.incidents import Incident
from playhead.history.coverage.page.model import OVERDUE, Recorder, Standing
from playhead.history.coverage.page.texts import (
    NOTHING,
    clock_time,
    counted,
    date_and_time,
    duration,
    number,
    percent,
    share_of,
)
from playhead.history.coverage.words import words_for

GOOD, FAIR, BAD = "good", "fair", "bad"
_ASKED_BY = {AuditKind.SNAPSHOT: "over the socket, in sequence", AuditKind.REST: "by REST"}
_FAIR_SHARE = 990_000
_GOOD_SHARE = 999_000


@dataclass(frozen=True, slots=True)
class Tile:
    """A large number with a name above it and a remark below."""

    name: str
    value: str
    remark: str
    mood: str = GOOD


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day: its share as a bar 100 wide, and its sums; ``year`` goes before its name."""

    year: str
    name: str
    share: str
    proven_width: str
    gap_width: str
    gap_at: str
    mood: str
    missing: str
    markets: str
    incidents: str
    audits: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in words."""

    id: str
    what: str
    sentence: str
    when: str
    noticed: str
    markets: str
    examples: Sequence[str]
    outcome: str
    recorder: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit that did not agree."""

    id: str
    ticker: str
    when: str
    asked: str
    levels: str


@dataclass(frozen=True, slots=True)
class RecorderRow:
    """A recording that goes on."""

    name: str
    capture: str
    since: str
    books: str
    vouched: str
    slowest: str
    written: str
    mood: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    headline: str
    mood: str
    as_of: str
    tiles: Sequence[Tile]
    days: Sequence[DayRow]
    incidents: Sequence[IncidentRow]
    audits: Sequence[AuditRow]
    recorders: Sequence[RecorderRow]


def page_of(standing: Standing) -> Page:
    """Return what is shown of ``standing``."""
    return Page(
        headline=_headline(standing),
        mood=_mood(standing),
        as_of=date_and_time(standing.now),
        tiles=[
            _proven_tile(standing.today),
            _audits_tile(standing),
            _incidents_tile(standing),
            _lag_tile(standing),
        ],
        days=[_day_row(day, standing) for day in _since_the_first(standing.days)],
        incidents=[_incident_row(each) for each in standing.incidents],
        audits=[_audit_row(each) for each in standing.mismatches],
        recorders=[_recorder_row(each, standing.now) for each in standing.recorders],
    )


def _headline(standing: Standing) -> str:
    today = standing.today
    if not any(day.proven + day.gap for day in standing.days):
        return "Nothing has been recorded in the last days."
    if today.proven + today.gap == 0:
        known = "Nothing has had to be known today yet"
    elif today.gap == 0:
        known = "All that should be known is proven today"
    else:
        known = f"{percent(today.proven, today.gap)} of what should be known is proven today"
    return f"{known}; {_open_text(standing.open_incidents)}.{_silence(standing)}"


def _open_text(count: int) -> str:
    if count == 0:
        return "no incident is open"
    return f"{number(count)} {'incident is' if count == 1 else 'incidents are'} open"


def _silence(standing: Standing) -> str:
    if not standing.is_overdue:
        return ""
    return f" Nothing has been proven for {duration(standing.lag)}."


def _mood(standing: Standing) -> str:
    moods = {
        BAD if standing.is_overdue else GOOD,
        FAIR if standing.open_incidents else GOOD,
        _share_mood(standing.today),
    }
    return next(mood for mood in (BAD, FAIR, GOOD) if mood in moods)


def _share_mood(day: Day) -> str:
    whole = day.proven + day.gap
    if whole == 0 or day.proven * 1_000_000 >= whole * _GOOD_SHARE:
        return GOOD
    return FAIR if day.proven * 1_000_000 >= whole * _FAIR_SHARE else BAD


def _proven_tile(today: Day) -> Tile:
    remark = f"{duration(today.gap)} missing, summed up over {_markets(today.markets)}"
    if today.gap == 0:
        remark = f"nothing missing, over {_markets(today.markets)}"
    return Tile("Proven today", percent(today.proven, today.gap), remark, _share_mood(today))


def _audits_tile(standing: Standing) -> Tile:
    matches, mismatches = _rates(standing.rates, standing.today)
    remark = f"of {counted(matches + mismatches, 'audit', 'audits')}"
    if matches + mismatches == 0:
        return Tile("Audits that agree today", NOTHING, "no audit yet")
    if mismatches:
        remark += f"; {number(mismatches)} did not agree"
    mood = FAIR if mismatches else GOOD
    return Tile("Audits that agree today", percent(matches, mismatches), remark, mood)


def _incidents_tile(standing: Standing) -> Tile:
    today = counted(standing.today.incidents, "incident", "incidents")
    remark = f"{today} today"
    if standing.open_incidents:
        waiting = counted(standing.waiting, "market waits", "markets wait")
        remark = f"{waiting} for a book; {remark}"
    mood = FAIR if standing.open_incidents else GOOD
    return Tile("Open incidents", number(standing.open_incidents), remark, mood)


def _lag_tile(standing: Standing) -> Tile:
    if standing.proven_to is None:
        return Tile("Lag", NOTHING, "nothing is being recorded")
    remark = f"the newest proof is of {clock_time(standing.proven_to)} UTC"
    mood = BAD if standing.is_overdue else GOOD
    return Tile("Lag", duration(standing.lag), remark, mood)


def _rates(rates: Iterable[Rate], day: Day) -> tuple[int, int]:
    of_day = [rate for rate in rates if rate.day == day.day]
    return sum(rate.matches for rate in of_day), sum(rate.mismatches for rate in of_day)


def _since_the_first(days: Sequence[Day]) -> Sequence[Day]:
    """Return ``days`` up to the oldest of which anything is known, at least today."""
    known = [number for number, day in enumerate(days, 1) if day.markets or day.incidents]
    return days[: max(known, default=1)]


def _day_row(day: Day, standing: Standing) -> DayRow:
    matches, mismatches = _rates(standing.rates, day)
    gap_width = max(1, 100 * day.gap // max(1, day.proven + day.gap)) if day.gap else 0
    return DayRow(
        year="" if day is standing.today else f"{day.day:%Y-}",
        name="today" if day is standing.today else f"{day.day:%m-%d}",
        share=percent(day.proven, day.gap, digits=4),
        proven_width=share_of(100, day.proven, day.gap),
        gap_width=str(gap_width),
        gap_at=str(100 - gap_width),
        mood=_share_mood(day),
        missing=duration(day.gap) if day.gap else NOTHING,
        markets=number(day.markets),
        incidents=number(day.incidents),
        audits=percent(matches, mismatches, digits=4),
    )


def _incident_row(incident: Incident) -> IncidentRow:
    words = words_for(incident.cause)
    since = incident.detected_at if incident.received_to is None else incident.received_to
    return IncidentRow(
        id=str(incident.incident_id),
        what=words.short,
        sentence=words.sentence,
        when=date_and_time(since),
        noticed=duration(max(0, incident.detected_at - since)),
        markets=_markets(incident.markets),
        examples=incident.examples,
        outcome=_outcome(incident, since),
        recorder=incident.recorder,
        is_open=incident.is_open,
    )


def _outcome(incident: Incident, since: Micros) -> str:
    if incident.is_open:
        left = incident.markets - incident.healed
        return f"open: {number(left)} of {number(incident.markets)} without a book"
    if incident.healed_at is None:
        return "healed"
    return f"healed after {duration(max(0, incident.healed_at - since))}"


def _audit_row(audit: Audit) -> AuditRow:
    levels = len(differences(audit.said, audit.held))
    return AuditRow(
        id=str(audit.audit_id),
        ticker=audit.ticker,
        when=date_and_time(audit.received_at),
        asked=_ASKED_BY[audit.kind],
        levels=counted(levels, "level differs", "levels differ"),
    )


def _recorder_row(recorder: Recorder, now: Micros) -> RecorderRow:
    late = recorder.books and (recorder.slowest_to is None or now - recorder.slowest_to > OVERDUE)
    return RecorderRow(
        name=recorder.name,
        capture=recorder.capture,
        since=date_and_time(recorder.started_at),
        books=number(recorder.books),
        vouched=_ago(recorder.proven_to, now),
        slowest=_ago(recorder.slowest_to, now),
        written=_ago(recorder.ingested_at, now),
        mood=BAD if late else GOOD,
    )


def _ago(at: Micros | None, now: Micros) -> str:
    return NOTHING if at is None else f"{duration(max(0, now - at))} ago"


def _markets(count: int) -> str:
    return counted(count, "market", "markets")

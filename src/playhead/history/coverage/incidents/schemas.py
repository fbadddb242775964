"""Incidents on the wire."""

from playhead.base.time import Micros
from playhead.history.coverage.incidents.model import Incident
from playhead.web.wire import Instant, Wire, instant, instant_text

MICROS_PER_MILLISECOND = 1000


class ShardView(Wire, frozen=True):
    """How many markets of one matching engine were hit; null where nobody said which it is."""

    exchange_index: int | None
    markets: int


class IncidentView(Wire, frozen=True):
    """What one connection lost at one instant for one reason, over all its subscriptions.

    Attributes:
        received_to: The last good instant, by our clock.
        detected_at: When the end of knowledge was noticed.
        detection_ms: From the one to the other, in whole milliseconds.
        markets: How many markets it hit.
        healed: How many of them have a proven book again.
        healed_at: Since when all of them have; null while one is missing.
        open: Whether one is missing.
        examples: Tickers of some of them, at most five.
    """

    id: str
    cause: str
    capture: str
    recorder: str
    connection: int
    sids: list[int]
    received_to: Instant | None
    detected_at: Instant
    detection_ms: int | None
    markets: int
    healed: int
    healed_at: Instant | None
    open: bool
    shards: list[ShardView]
    examples: list[str]


class IncidentPage(Wire, frozen=True):
    """Incidents, the newest first."""

    data: list[IncidentView]
    next_cursor: str | None
    has_more: bool


def incident_view(incident: Incident) -> IncidentView:
    """Return ``incident`` as it is sent."""
    return IncidentView(
        id=str(incident.incident_id),
        cause=incident.cause,
        capture=incident.capture,
        recorder=incident.recorder,
        connection=incident.connection,
        sids=list(incident.sids),
        received_to=instant(incident.received_to),
        detected_at=instant_text(incident.detected_at),
        detection_ms=_milliseconds(incident.received_to, incident.detected_at),
        markets=incident.markets,
        healed=incident.healed,
        healed_at=None if incident.is_open else instant(incident.healed_at),
        open=incident.is_open,
        shards=[
            ShardView(exchange_index=each.exchange_index, markets=each.markets)
            for each in incident.shards
        ],
        examples=list(incident.examples),
    )


def _milliseconds(since: Micros | None, until: Micros) -> int | None:
    return None if since is None else (until - since) // MICROS_PER_MILLISECOND

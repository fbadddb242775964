"""What an ingest must remember to go on after a restart, as JSON beside its offset.

Books are not in it: the tape has them. Neither are the markets in proven intervals, nor what is
known of price grids and of markets without a book: tables have those.
"""

from base64 import b64decode, b64encode
from typing import Any, Protocol

from playhead.base.time import Micros
from playhead.history.ingest.audits import Audits
from playhead.history.ingest.clocks import OurClock
from playhead.history.ingest.crossings import Crossing, Crossings
from playhead.history.ingest.draft import Draft
from playhead.history.ingest.orders import Orders
from playhead.history.ingest.stream import Connection, Stream
from playhead.history.ingest.surroundings import Surroundings
from playhead.history.ingest.watch import Watch
from playhead.history.kalshi import SequenceTracker

Json = dict[str, Any]


class Restartable(Protocol):
    """What an ingest consists of."""

    draft: Draft
    audits: Audits
    crossings: Crossings
    surroundings: Surroundings
    connections: dict[int, Connection]
    last_heard: int | None
    clock: OurClock
    clocks: dict[int, OurClock] | None


def state_of(ingest: Restartable) -> Json:
    """Return the state of an ingest; its connections are those not known to have ended."""
    return {
        "connections": {str(number): _told(c) for number, c in ingest.connections.items()},
        "last_heard": ingest.last_heard,
        "our_clock": [ingest.clock.peak, ingest.clock.is_back],
        "clocks": {str(n): [c.peak, c.is_back] for n, c in (ingest.clocks or {}).items()},
        "incidents": ingest.draft.incidents,
        "audits": ingest.draft.audits,
        "gone_since": ingest.surroundings.gone_since,
        "active": {str(index): active for index, active in ingest.surroundings.active.items()},
        "ended": sorted(ingest.draft.ended),
        "crossings": {
            ticker: [crossing.since, crossing.changes, crossing.is_said]
            for ticker, crossing in ingest.crossings.open.items()
        },
        "watches": {
            ticker: _watch_state(live.watch)
            for ticker, live in ingest.audits.watched.items()
            if live.watch is not None
        },
    }


def restore(ingest: Restartable, state: Json) -> None:
    """Give a new ingest the state of ``state_of``; its markets are still to be filled in."""
    told = state.get("connections", {})
    ingest.connections = {int(number): _connection(int(number), told[number]) for number in told}
    ingest.last_heard = state.get("last_heard")
    ingest.clock.peak, ingest.clock.is_back = state.get("our_clock", [Micros(0), False])
    for number, (peak, is_back) in state.get("clocks", {}).items():
        clock = OurClock()
        clock.peak, clock.is_back = peak, is_back
        if ingest.clocks is not None:
            ingest.clocks[int(number)] = clock
    ingest.draft.incidents = state.get("incidents", 0)
    ingest.draft.audits = state.get("audits", 0)
    ingest.draft.ended = set(state.get("ended", ()))
    ingest.surroundings.gone_since = state.get("gone_since")
    ingest.surroundings.active = {int(i): active for i, active in state.get("active", {}).items()}
    for ticker, (since, changes, is_said) in state.get("crossings", {}).items():
        ingest.crossings.open[ticker] = Crossing(since, changes, is_said)


def restore_markets(ingest: Restartable, state: Json) -> None:
    """Give the markets that were filled in what else was known of them."""
    for number, connection in state.get("connections", {}).items():
        for sid, stream in connection["streams"].items():
            for ticker in stream["awaiting"]:
                live = ingest.draft.owners.get(ticker)
                if live is not None:
                    ingest.connections[int(number)].stream(int(sid)).awaiting.append(live)
    for ticker in ingest.crossings.open:
        if ticker in ingest.draft.owners:
            ingest.draft.owners[ticker].may_cross = True
    watches = {ticker: _watch(fields) for ticker, fields in state.get("watches", {}).items()}
    ingest.audits.restore(watches)


def _told(connection: Connection) -> Json:
    clock = connection.clock
    return {
        "use_yes_price": connection.use_yes_price,
        "clock": [
            clock.newest,
            clock.quickest,
            clock.slowest,
            clock.lagging_from,
            clock.stepped_to,
        ],
        "sequence": connection.sequence.state(),
        "orders": connection.orders.state(),
        "streams": {str(sid): _stream_state(s) for sid, s in connection.streams.items()},
    }


def _stream_state(stream: Stream) -> Json:
    return {
        "received_at": stream.received_at,
        "exchange_at": stream.exchange_at,
        "is_doubted": stream.is_doubted,
        "last_frame": b64encode(stream.last_frame).decode(),
        "lapsed": sorted(stream.lapsed),
        "awaiting": [live.ticker for live in stream.awaiting],
    }


def _watch_state(watch: Watch) -> Json:
    return {
        "request": watch.request,
        "asked_at": watch.asked_at,
        "position": watch.position,
        "start": list(watch.start.items()),
        "due": watch.due,
        "changes": watch.changes,
        "said": None if watch.said is None else list(watch.said.items()),
        "answered_at": watch.answered_at,
        "offset": watch.offset,
    }


def _watch(fields: Json) -> Watch:
    said = fields["said"]
    return Watch(
        request=(fields["request"][0], fields["request"][1]),
        asked_at=fields["asked_at"],
        position=fields["position"],
        start={code: size for code, size in fields["start"]},
        due=fields["due"],
        changes=[(position, code, change) for position, code, change in fields["changes"]],
        said=None if said is None else {code: size for code, size in said},
        answered_at=fields["answered_at"],
        offset=fields["offset"],
    )


def _connection(number: int, fields: Json) -> Connection:
    connection = Connection(number, use_yes_price=fields["use_yes_price"])
    clock = connection.clock
    if "clock" in fields:
        clock.newest, clock.quickest, clock.slowest, *faults = fields["clock"]
        clock.lagging_from, clock.stepped_to = faults
    numbers = {int(sid): last for sid, last in fields["sequence"].items()}
    connection.sequence = SequenceTracker.of(numbers)
    former = {"additions": {}, "removals": fields.get("removals", {})}
    connection.orders = Orders.restored(fields.get("orders", former))
    for sid, told in fields["streams"].items():
        stream = connection.stream(int(sid))
        stream.received_at = told["received_at"]
        stream.exchange_at = told["exchange_at"]
        stream.is_doubted = told.get("is_doubted", False)
        stream.last_frame = b64decode(told.get("last_frame", ""))
        stream.lapsed = set(told["lapsed"])
    return connection

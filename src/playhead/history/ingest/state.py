"""What an ingest must remember to go on after a restart, as JSON beside its offset.

Books are not in it: the tape has them. Neither are the markets in proven intervals: coverage has.
"""

from typing import Any

from playhead.history.ingest.stream import Connection, Stream
from playhead.history.kalshi import SequenceTracker

Json = dict[str, Any]


def state_of(connections: dict[int, Connection]) -> Json:
    """Return the state of every connection that is not known to have ended."""
    return {str(number): _connection_state(c) for number, c in connections.items()}


def connections_of(state: Json) -> dict[int, Connection]:
    """Return the connections of ``state_of``; their markets are still to be filled in."""
    return {int(number): _connection(int(number), fields) for number, fields in state.items()}


def _connection_state(connection: Connection) -> Json:
    return {
        "use_yes_price": connection.use_yes_price,
        "alive_at": connection.alive_at,
        "sequence": connection.sequence.state(),
        "removals": connection.removals,
        "streams": {str(sid): _stream_state(s) for sid, s in connection.streams.items()},
    }


def _stream_state(stream: Stream) -> Json:
    return {
        "received_at": stream.received_at,
        "exchange_at": stream.exchange_at,
        "is_doubted": stream.is_doubted,
        "doubted_at": stream.doubted_at,
        "lapsed": sorted(stream.lapsed),
        "awaiting": [live.ticker for live in stream.awaiting],
    }


def _connection(number: int, fields: Json) -> Connection:
    connection = Connection(number, use_yes_price=fields["use_yes_price"])
    connection.alive_at = fields["alive_at"]
    numbers = {int(sid): last for sid, last in fields["sequence"].items()}
    connection.sequence = SequenceTracker.of(numbers)
    connection.removals = {int(id_): tickers for id_, tickers in fields["removals"].items()}
    for sid, stream_fields in fields["streams"].items():
        stream = connection.stream(int(sid))
        stream.received_at = stream_fields["received_at"]
        stream.exchange_at = stream_fields["exchange_at"]
        stream.is_doubted = stream_fields.get("is_doubted", False)
        stream.doubted_at = stream_fields.get("doubted_at")
        stream.lapsed = set(stream_fields["lapsed"])
    return connection

"""A frame on its way out, as far as a fault must understand it."""

from functools import cached_property
from typing import Any

import msgspec

from playhead.base.time import Micros, parse_instant
from playhead.history.exchange.server.bodies import Fields, to_json

_SNAPSHOT, _CHANGE = "orderbook_snapshot", "orderbook_delta"


class Frame:
    """One frame of a subscription."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What it says, keys in the order of the wire."""
        fields: dict[str, Any] = msgspec.json.decode(self.text)
        return fields

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.fields["type"])

    @property
    def is_change(self) -> bool:
        """Whether it is a change of a book."""
        return self.kind == _CHANGE

    @property
    def is_book(self) -> bool:
        """Whether a client that misses it has a wrong book."""
        return self.kind in (_SNAPSHOT, _CHANGE)

    @property
    def ticker(self) -> str | None:
        """The market that it is about."""
        ticker = self.msg.get("market_ticker")
        return ticker if isinstance(ticker, str) else None

    @property
    def msg(self) -> Fields:
        """Its body; empty where it has none, or a list."""
        msg = self.fields.get("msg")
        return msg if isinstance(msg, dict) else {}

    @property
    def changed_at(self) -> Micros | None:
        """Exchange time of the change that it tells; None if it tells none."""
        return parse_instant(str(self.msg["ts"])) if self.is_change else None

    def with_fields(self, **fields: object) -> str:
        """Return the frame with other fields at its top."""
        return to_json(self.fields | fields) + "\n"

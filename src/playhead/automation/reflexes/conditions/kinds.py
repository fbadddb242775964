"""What the variables of a condition are. Prices and sizes are kinds of their own at save."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """The kind of a variable.

    ``PRICE`` and ``CONTRACTS`` are integers (of micro-dollars and of 0.01 contract) when a
    condition is run, and comparable with nothing else when it is saved: ``book.spread > 2`` is
    refused, not taken for two millionths of a dollar. ``INSTANT`` is UTC microseconds.
    """

    ANY = "any"
    BOOL = "bool"
    INT = "int"
    TEXT = "string"
    INSTANT = "timestamp"
    PRICE = "price"
    CONTRACTS = "contracts"


Kinds = Mapping[str, Kind]
"""The variables of a condition by name, which may hold dots."""

EVENT_KINDS: Kinds = {"event": Kind.ANY, "at": Kind.INSTANT}
"""What a condition on an event of no known form sees: the event, and when it happened."""

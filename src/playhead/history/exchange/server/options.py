"""What a simulated exchange is told when it starts."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from playhead.base.errors import Invalid
from playhead.base.time import Micros

_NO_KEYS: Mapping[str, str] = MappingProxyType({})


class InvalidOption(Invalid):
    """An option of the exchange is out of bounds."""

    code = "exchange.invalid_option"


@dataclass(frozen=True, slots=True)
class ExchangeOptions:
    """Everything that may differ from one simulated exchange to another.

    Attributes:
        markets: Markets listed at the start, 1 to 200,000.
        rate: Changes of books in one second of exchange time, over all markets, on average.
        seed: The same seed (with the same start, markets and rate) gives the same happenings.
        speed: Seconds of exchange time in a second of real time.
        start: Exchange time at the start, UTC microseconds; None for the present.
        host: A loopback address.
        port: 0 for any free one.
        open_mode: Accept any well-formed key and signature.
        public_keys: PEM texts by key id; who may connect where ``open_mode`` is off.
        control_replies_take_seq: Number ``ok``, ``unsubscribed`` and errors of a subscription with
            its data, as the real exchange does; off, they carry no ``seq``.
        omit_empty_sides: Leave an empty side out of a snapshot, as the contract says, instead of
            sending an empty list.
        control_surface: Serve ``/control/books`` and ``/control/faults``.
        most_buffered: Frames that may wait for a slow reader; then its subscriptions end.
    """

    markets: int = 200
    rate: float = 500.0
    seed: int = 1
    speed: float = 1.0
    start: Micros | None = None
    host: str = "127.0.0.1"
    port: int = 0
    open_mode: bool = True
    public_keys: Mapping[str, str] = field(default_factory=lambda: _NO_KEYS)
    control_replies_take_seq: bool = True
    omit_empty_sides: bool = False
    control_surface: bool = False
    most_buffered: int = 20_000

    def __post_init__(self) -> None:
        _require(1 <= self.markets <= 200_000, "markets", "between 1 and 200000")
        _require(0 < self.rate <= 100_000, "rate", "above 0 and at most 100000 a second")
        _require(0 < self.speed <= 10_000, "speed", "above 0 and at most 10000")
        _require(0 <= self.port <= 65_535, "port", "between 0 and 65535")
        _require(self.most_buffered >= 1, "most_buffered", "at least 1")
        _require(_is_loopback(self.host), "host", "a loopback address such as 127.0.0.1")


def _require(holds: bool, name: str, bounds: str) -> None:
    if not holds:
        raise InvalidOption(f"{name} must be {bounds}", field=name)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

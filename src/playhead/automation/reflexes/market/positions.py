"""How far a reflex is with each of its markets, as it is kept between processes. Pure."""

from collections.abc import Mapping

import msgspec

from playhead.automation.timeline import Place
from playhead.base.time import Micros


class KeptPlace(msgspec.Struct, frozen=True, array_like=True):
    """What a reflex knows of one market: what its condition came to, and the place in the tape."""

    holds: bool
    from_position: int | None
    position: int | None
    received_at: int
    exchange_at: int | None
    is_open: bool
    asides: tuple[str, ...] = ()

    @classmethod
    def of(cls, place: Place, *, holds: bool) -> "KeptPlace":
        """Return a place as it is kept."""
        return cls(
            holds,
            place.from_position,
            place.position,
            place.received_at,
            place.exchange_at,
            place.is_open,
            place.asides,
        )

    @property
    def place(self) -> Place:
        """The place."""
        return Place(
            from_position=self.from_position,
            position=self.position,
            received_at=Micros(self.received_at),
            exchange_at=None if self.exchange_at is None else Micros(self.exchange_at),
            is_open=self.is_open,
            asides=self.asides,
        )


class Kept(msgspec.Struct, frozen=True):
    """The state of a reflex."""

    markets: dict[str, KeptPlace]


def restored(state: object) -> Mapping[str, KeptPlace]:
    """Return what was kept; nothing of what cannot be understood."""
    try:
        return msgspec.convert(state, Kept).markets
    except msgspec.ValidationError:
        return {}

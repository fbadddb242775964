"""One reflex while it is followed: what it waits for, where it is, what it has matched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from playhead.automation.reflexes.conditions import compile_condition, compile_key, mentioned
from playhead.automation.reflexes.market.engine import Listening, Match, ReflexFold
from playhead.automation.reflexes.market.facts import MARKET_KINDS
from playhead.automation.reflexes.market.fold import BOOK, LIFECYCLE, TRADE, MarketFold
from playhead.automation.reflexes.market.payload import payload_of
from playhead.automation.reflexes.market.positions import Kept, KeptPlace
from playhead.automation.reflexes.market.repository import MarketReflex
from playhead.automation.reflexes.model import NewEvent, Source
from playhead.automation.timeline import Place, Selector
from playhead.base.ids import new_uuid
from playhead.base.time import Micros

KINDS = frozenset({BOOK, TRADE, LIFECYCLE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a market reflex listens to, as its trigger says."""

    selector: Selector
    on: frozenset[str]
    each: bool

    @classmethod
    def of(cls, config: Mapping[str, object]) -> "Wanted":
        """Return the trigger of a reflex, which was checked when it was saved."""
        markets, on = config.get("markets"), config.get("on")
        selector = Selector(
            tickers=tuple(str(each) for each in markets) if isinstance(markets, list) else (),
            event_ticker=_text(config.get("event")),
            series=_text(config.get("series")),
        )
        kinds = frozenset(str(each) for each in on) if isinstance(on, list) and on else {BOOK}
        return cls(selector, KINDS.intersection(kinds), config.get("mode") == "each")


def listening_of(
    wanted: Wanted, condition: str | None, key: str | None, *, revision: int, since: Micros
) -> Listening:
    """Return what a reflex waits for, compiled.

    Raises:
        ConditionInvalid: It was saved by a version that understood it.
    """
    return Listening(
        number=revision,
        condition=None if condition is None else compile_condition(condition, MARKET_KINDS),
        key=None if key is None else compile_key(key, MARKET_KINDS),
        on=wanted.on,
        each=wanted.each,
        since=since,
    )


@dataclass(slots=True, eq=False)
class Tracked:
    """A reflex that is followed.

    Attributes:
        places: How far each market was given to it.
        events: What it has matched and nobody has noted yet.
        kept_at: When those were kept last.
        is_moved: Whether ``places`` are further than what was kept.
    """

    reflex: MarketReflex
    wanted: Wanted
    fold: ReflexFold
    kept_at: Micros
    places: dict[str, Place] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    is_moved: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it can mean no other markets than those it has."""
        selector = self.wanted.selector
        is_list = selector.event_ticker is None and selector.series is None
        return is_list and all(ticker in self.places for ticker in selector.tickers)

    def meet(self, match: Match, market: MarketFold) -> None:
        """Take a match in."""
        self.events.append(event_of(self.reflex, match, market))

    def kept(self) -> Kept:
        """Return its state."""
        return Kept(
            {
                ticker: KeptPlace.of(place, holds=self.fold.holds(ticker))
                for ticker, place in self.places.items()
            }
        )


def event_of(reflex: MarketReflex, match: Match, market: MarketFold) -> NewEvent:
    """Return the event that a match is: the same whoever finds it, and whenever."""
    return NewEvent(
        event_id=event_id(reflex.reflex_id, match),
        reflex_id=reflex.reflex_id,
        source=Source.MARKET,
        source_id=match.source_id,
        at=match.at,
        payload=payload_of(market, match.moment, match.kind),
        trace=trace_of(reflex.condition, reflex.dedupe_key, match),
        dedupe_value=match.key,
    )


def trace_of(condition: str | None, key: str | None, match: Match) -> dict[str, object]:
    """Return why a match is one."""
    trace: dict[str, object] = {}
    if condition is not None:
        values = mentioned(condition, match.facts)
        trace["condition"] = {
            "source": condition,
            "value": True,
            "reason": None,
            "values": values,
        }
    if key is not None:
        trace["dedupe"] = {"source": key, "value": match.key, "reason": match.key_reason}
    return trace


def event_id(reflex_id: UUID, match: Match) -> UUID:
    """Return the id of a match, which sorts by its instant like others."""
    digest = sha256(reflex_id.bytes + match.source_id.encode()).digest()
    bits = int.from_bytes(digest, "big")

    def drawn(count: int) -> int:
        nonlocal bits
        bits, found = divmod(bits, 1 << count)
        return found

    return new_uuid(match.at, drawn)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

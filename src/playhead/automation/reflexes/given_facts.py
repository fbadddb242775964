"""The facts of an event that somebody made up, to try a reflex with. Pure."""

from collections.abc import Iterator, Mapping

from playhead.automation.reflexes.conditions import Kind, Kinds
from playhead.automation.reflexes.conditions.functions import contracts, price
from playhead.automation.reflexes.errors import EventInvalid
from playhead.automation.reflexes.model import TriggerType
from playhead.automation.reflexes.variables import kinds_of
from playhead.base.errors import Invalid
from playhead.base.time import Micros, parse_instant

_SCALED = {Kind.PRICE: price, Kind.CONTRACTS: contracts}
_PLAIN = {Kind.BOOL: bool, Kind.INT: int, Kind.TEXT: str}


def facts_of(trigger: TriggerType, event: Mapping[str, object], at: Micros) -> dict[str, object]:
    """Return what the condition of a reflex sees of ``event``.

    Of a market they are its variables, ``{"book": {"best_yes_bid": "0.61"}}``: prices and sizes as
    decimal texts.

    Raises:
        EventInvalid: A variable is unknown, or of another kind.
    """
    if trigger is not TriggerType.MARKET:
        return {"event": dict(event), "at": at}
    kinds = kinds_of(trigger)
    facts: dict[str, object] = {"at": at}
    for name, value in _flat(event, ""):
        facts[name] = _fact(name, value, kinds)
    return facts


def _flat(event: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    for key, value in event.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        elif value is not None:
            yield f"{before}{key}"[:100], value


def _fact(name: str, value: object, kinds: Kinds) -> object:
    kind = kinds.get(name)
    if kind is None:
        raise EventInvalid(f"names {name}, which is no variable of a market")
    try:
        if kind in _SCALED:
            return _SCALED[kind](value) if isinstance(value, str) else _wrong(name, kind)
        if kind is Kind.INSTANT:
            return parse_instant(str(value))
    except (ValueError, Invalid) as error:
        raise EventInvalid(f"has no {kind} in {name}: {error}") from error
    is_right = isinstance(value, _PLAIN[kind]) and (kind is Kind.BOOL or value is not True)
    return value if is_right else _wrong(name, kind)


def _wrong(name: str, kind: Kind) -> object:
    example = ', such as "0.60"' if kind in _SCALED else ""
    raise EventInvalid(f"has no {kind} in {name}{example}")

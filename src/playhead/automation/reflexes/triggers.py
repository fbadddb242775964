"""The kinds of triggers and how each is configured; what cannot be set off is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from playhead.automation.reflexes.errors import TriggerConfigInvalid, TriggerUnavailable
from playhead.automation.reflexes.model import EventName, Trigger, TriggerType

MOST_MARKETS = 500

Ticker = Annotated[str, Field(pattern=r"^[!-.0-~]{1,200}$")]


class TriggerKind(StrEnum):
    """What the API takes for a kind of trigger; not all of them can be set off here."""

    WEBHOOK = "webhook"
    EVENT = "event"
    MARKET = "market"
    API_CALL = "api_call"
    EMAIL = "email"
    FILE_CHANGE = "file_change"
    SCHEDULE = "schedule"


_INSTEAD = {
    TriggerKind.EMAIL: "no mail arrives here; have whatever reads it send a webhook",
    TriggerKind.FILE_CHANGE: "no files are watched here; have whatever watches send a webhook",
    TriggerKind.SCHEDULE: "use a habit, POST /api/v1/habits",
}


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NothingConfig(_Config):
    """Of webhooks and calls of the API there is nothing to choose."""


class EventConfig(_Config):
    """Which internal events set the reflex off."""

    events: Annotated[
        list[Annotated[EventName, Field(strict=False)]],
        Field(min_length=1, max_length=len(EventName)),
    ]


class MarketOn(StrEnum):
    """What of a market sets the reflex off."""

    BOOK = "book"
    TRADE = "trade"
    LIFECYCLE = "lifecycle"


class MarketMode(StrEnum):
    """Whether it fires when the condition comes to hold, or each time that it holds."""

    EDGE = "edge"
    EACH = "each"


class MarketConfig(_Config):
    """Which markets, and what of them. Any of `markets`, `event` and `series` is enough."""

    markets: Annotated[list[Ticker], Field(min_length=1, max_length=MOST_MARKETS)] | None = None
    event: Ticker | None = None
    series: Ticker | None = None
    on: Annotated[
        list[Annotated[MarketOn, Field(strict=False)]],
        Field(min_length=1, max_length=len(MarketOn)),
    ] = [MarketOn.BOOK]
    mode: Annotated[MarketMode, Field(strict=False)] = MarketMode.EDGE

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if self.markets is None and self.event is None and self.series is None:
            raise PydanticCustomError(
                "no_markets", "name markets, an event or a series: one of them at least"
            )
        return self


_CONFIGS: Mapping[TriggerType, type[_Config]] = {
    TriggerType.WEBHOOK: NothingConfig,
    TriggerType.API_CALL: NothingConfig,
    TriggerType.EVENT: EventConfig,
    TriggerType.MARKET: MarketConfig,
}


def checked_trigger(kind: TriggerKind, config: Mapping[str, object]) -> Trigger:
    """Return a trigger whose configuration is in order, with what was left out filled in.

    Raises:
        TriggerUnavailable: Nothing here sets off reflexes of that kind.
        TriggerConfigInvalid: The configuration is not one of that kind.
    """
    if kind in _INSTEAD:
        raise TriggerUnavailable(kind, _INSTEAD[kind])
    type = TriggerType(kind.value)
    try:
        checked = _CONFIGS[type].model_validate(config)
    except ValidationError as error:
        raise _refusal(error) from error
    return Trigger(type, checked.model_dump(mode="json", exclude_none=True))


def _refusal(error: ValidationError) -> TriggerConfigInvalid:
    found = [
        {"field": _place(each["loc"]), "message": each["msg"][:300]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ][:20]
    first = found[0]
    return TriggerConfigInvalid(first["message"], field=first["field"], errors=found)


def _place(loc: tuple[int | str, ...]) -> str:
    text = "trigger_config"
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:50]}"
    return text

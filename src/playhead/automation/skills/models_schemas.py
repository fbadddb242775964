"""The price book on the wire."""

from playhead.automation.models import LOCAL_MODEL
from playhead.automation.models.prices import ModelPrices, PriceBook, Tier
from playhead.base.exact import format_scaled
from playhead.base.time import Micros
from playhead.web.wire import Wire

PICO_DIGITS = 6
"""One pico-dollar a token is a millionth of a dollar for a million tokens."""


class ModelPriceView(Wire, frozen=True):
    """Dollars for a million tokens, by class of token; exact decimals.

    Attributes:
        above: They hold for requests of more tokens than this.
        dollars_per_million: `input`, `cached_input`, `cache_write`, `output`, `reasoning`; a class
            that is not there has no price of its own, and is refused if a provider counts it.
    """

    above: int
    dollars_per_million: dict[str, str]


class ModelView(Wire, frozen=True):
    """A model that skills can name.

    Attributes:
        name: What a skill says; the aliases mean the same.
        local: Whether it runs here, asks no provider and costs nothing.
        context_window: Tokens that it can hold; null where this is not known.
        prices: As they are now, by size of request; none where it had no price yet.
    """

    name: str
    provider: str
    local: bool
    aliases: list[str]
    context_window: int | None
    prices: list[ModelPriceView]


class ModelList(Wire, frozen=True):
    """All models, by provider and name."""

    data: list[ModelView]
    next_cursor: str | None
    has_more: bool


def model_list(prices: PriceBook, now: Micros, provider: str | None) -> ModelList:
    """Return the models of ``provider``, or of all, as they are sent."""
    data = [_model(each, now) for each in prices if provider in (None, each.provider)]
    return ModelList(data=data, next_cursor=None, has_more=False)


def _model(model: ModelPrices, now: Micros) -> ModelView:
    period = model.period_at(now)
    return ModelView(
        name=model.model,
        provider=model.provider,
        local=model.model == LOCAL_MODEL,
        aliases=sorted(model.aliases),
        context_window=model.context_window,
        prices=[_tier(each) for each in period.tiers] if period else [],
    )


def _tier(tier: Tier) -> ModelPriceView:
    told = {
        name.value: format_scaled(pico, PICO_DIGITS, 2) for name, pico in tier.pico_dollars.items()
    }
    return ModelPriceView(above=tier.above, dollars_per_million=told)

"""The price book: finds a model by its name, and prices what it was used for."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from playhead.automation.models.prices.errors import (
    ModelUnknown,
    PriceBookInvalid,
    TokenPriceUnknown,
    UsageIncomplete,
)
from playhead.automation.models.prices.model import (
    Cost,
    ModelPrices,
    Tier,
    without_snapshot,
)
from playhead.automation.models.usage import TokenClass, Usage
from playhead.base.time import Micros

REMEMBERED = 1000
"""So many names, at most, are looked up once: anybody may ask for dates without an end."""

_NEEDED = (TokenClass.INPUT, TokenClass.OUTPUT)
_ASKED = (TokenClass.INPUT, TokenClass.CACHED_INPUT, TokenClass.CACHE_WRITE)


class PriceBook:
    """Prices by provider and model. A name that is not written in it is refused, never guessed."""

    def __init__(self, models: Iterable[ModelPrices]) -> None:
        """Take models.

        Raises:
            PriceBookInvalid: Two models of a provider share a name.
        """
        self._models: dict[tuple[str, str], ModelPrices] = {}
        for each in models:
            for name in {each.model, *each.aliases}:
                if self._models.setdefault((each.provider, name), each) is not each:
                    raise PriceBookInvalid(f"{each.provider} {name} is there twice", field="model")
        self._sellers = sorted({provider for provider, _ in self._models})
        # Every execution is priced, and few models are used: what was found is remembered.
        self._only_seller = lru_cache(REMEMBERED)(self._find_anywhere)

    def __iter__(self) -> Iterator[ModelPrices]:
        """Iterate over the models, each once, by provider and name."""
        distinct = {(each.provider, each.model): each for each in self._models.values()}
        return iter(distinct[key] for key in sorted(distinct))

    def joined(self, models: Iterable[ModelPrices]) -> "PriceBook":
        """Return a book that has ``models`` too, such as an operator's own.

        Raises:
            PriceBookInvalid: A name is in both.
        """
        return PriceBook([*self, *models])

    def find(self, provider: str, model: str) -> ModelPrices:
        """Return the prices of a model by its name, an alias, or a dated form that it has.

        Raises:
            ModelUnknown: No model of ``provider`` bears this name.
        """
        found = self._named(provider, model)
        if found is None:
            raise ModelUnknown(provider, model)
        return found

    def find_anywhere(self, model: str) -> ModelPrices:
        """Return the prices of a model that only one provider sells under this name.

        Raises:
            ModelUnknown: No provider does, or several do.
        """
        return self._only_seller(model)

    def price(self, provider: str, model: str, at: Micros, usage: Usage) -> Cost:
        """Return what ``usage`` cost at ``at``, exactly.

        Raises:
            ModelUnknown: The model is not in the book, or was not at that instant.
            TokenPriceUnknown: Tokens were used of a class without a price.
            UsageIncomplete: The tokens of the request or of the answer were not counted.
        """
        found, counted = self.find(provider, model), dict(usage.counted())
        for needed in _NEEDED:
            if needed not in counted:
                raise UsageIncomplete(needed)
        period = found.period_at(at)
        if period is None:
            raise ModelUnknown(provider, model, "had no price yet")
        tier = period.tier_of(sum(counted.get(each, 0) for each in _ASKED))
        return Cost({name: _cost(found, tier, name, many) for name, many in counted.items()})

    def _find_anywhere(self, model: str) -> ModelPrices:
        found = [self._named(each, model) for each in self._sellers]
        sold = [each for each in found if each is not None]
        if len(sold) != 1:
            told = "is sold by several providers" if sold else "is not in the price book"
            raise ModelUnknown("any provider", model, told)
        return sold[0]

    def _named(self, provider: str, model: str) -> ModelPrices | None:
        found = self._models.get((provider, model))
        if found is not None:
            return found
        dated = without_snapshot(model)
        if dated is None:
            return None
        name, form = dated
        undated = self._models.get((provider, name))
        return undated if undated is not None and form in undated.snapshots else None


def _cost(model: ModelPrices, tier: Tier, name: TokenClass, tokens: int) -> int:
    if tokens == 0:
        return 0
    if name not in tier.pico_dollars:
        raise TokenPriceUnknown(model.provider, model.model, name)
    return tokens * tier.pico_dollars[name]

"""Writes the shipped price book from the data that genai-prices bundles; nothing is fetched.

``python -m playhead.automation.models.prices.seed 2026-11-22`` writes it beside this module, as
taken on that day. Where the source has no price of their own for some tokens, it bills them as what
they are part of (cached and written input as input, reasoning as output), and so the book says.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import cast

from genai_prices.data import providers
from genai_prices.types import (
    ClauseEquals,
    ClauseOr,
    ClauseStartsWith,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
)
from genai_prices.types import Provider as Seller

from playhead.automation.models.completion import is_model_name
from playhead.automation.models.local import LOCAL_MODEL
from playhead.automation.models.prices.file import SHIPPED, Origin, write_models
from playhead.automation.models.prices.model import (
    ModelPrices,
    Period,
    Snapshot,
    Tier,
    pico_dollars_of,
)
from playhead.automation.models.usage import TokenClass
from playhead.base.time import MICROS_PER_SECOND, Micros

SELLERS = ("anthropic", "google", "openai")
# Other than chat with texts, or paid for by more than tokens.
_NOT_CHAT = re.compile(
    r"ada$|audio|babbage|banana|curie|davinci|embed|image|imagen|instruct|live|lyria|moderation"
    r"|omni|realtime|research|robotics|search|transcribe|translate|tts|veo|vision|whisper|^ft:"
)
# Google resells others' models by another protocol than the one that is spoken here.
_OWN = {"anthropic": re.compile("claude"), "google": re.compile("gemini-|gemma-")}
_ALWAYS = Micros(0)
_FREE = {token_class: 0 for token_class in TokenClass}
_EXAMPLES = {
    Snapshot.COMPACT: "-20990101",
    Snapshot.AT: "@20990101",
    Snapshot.DASHED: "-2099-01-01",
}
Price = Decimal | TieredPrices


def seeded(taken_on: date) -> str:
    """Return the text of the price book as of the installed source."""
    source = f"genai-prices {version('genai-prices')}"
    models = [model for seller in _sellers() for model in _models_of(seller)]
    return write_models(Origin(source, taken_on.isoformat()), [*models, _local()])


def _sellers() -> list[Seller]:
    return [each for each in providers if each.id in SELLERS]


def _models_of(seller: Seller) -> Iterator[ModelPrices]:
    for info in seller.models:
        names = _names_of(seller, info)
        periods = _periods_of(info)
        if names and periods:
            model = info.id if info.id in names else min(names, key=len)
            yield ModelPrices(
                provider=seller.id,
                model=model,
                periods=periods,
                aliases=frozenset(names - {model}),
                snapshots=_snapshots_of(seller, info, model),
                context_window=info.context_window,
            )


def _names_of(seller: Seller, info: ModelInfo) -> set[str]:
    clauses = info.match.or_ if isinstance(info.match, ClauseOr) else [info.match]
    said = {each.equals for each in clauses if isinstance(each, ClauseEquals)}
    said |= {each.starts_with for each in clauses if isinstance(each, ClauseStartsWith)}
    return {
        name
        for name in said | {info.id}
        if is_model_name(name)
        and name[-1].isalnum()
        and not _NOT_CHAT.search(name)
        and (seller.id not in _OWN or _OWN[seller.id].match(name))
        and seller.find_model(name) is info
    }


def _snapshots_of(seller: Seller, info: ModelInfo, model: str) -> frozenset[Snapshot]:
    dated = (form for form, tail in _EXAMPLES.items() if seller.find_model(model + tail) is info)
    return frozenset(dated)


def _periods_of(info: ModelInfo) -> tuple[Period, ...]:
    by_start: dict[Micros, ModelPrice] = {}
    for each in _dated(info):
        if each.constraint is None:
            by_start[_ALWAYS] = each.prices
        elif isinstance(each.constraint, StartDateConstraint):
            by_start[_midnight(each.constraint.start_date)] = each.prices
        else:
            return ()
    if not all(price.input_mtok and price.output_mtok for price in by_start.values()):
        return ()
    return tuple(Period(start, _tiers_of(by_start[start])) for start in sorted(by_start))


def _dated(info: ModelInfo) -> list[ConditionalPrice]:
    if isinstance(info.prices, list):
        return info.prices
    return [ConditionalPrice(constraint=None, prices=info.prices)]


def _tiers_of(price: ModelPrice) -> tuple[Tier, ...]:
    asked, answered = cast(Price, price.input_mtok), cast(Price, price.output_mtok)
    by_class: dict[TokenClass, Price] = {
        TokenClass.INPUT: asked,
        TokenClass.CACHED_INPUT: price.cache_read_mtok or asked,
        TokenClass.CACHE_WRITE: price.cache_write_mtok or asked,
        TokenClass.OUTPUT: answered,
        TokenClass.REASONING: answered,
    }
    tiered = [each for each in by_class.values() if isinstance(each, TieredPrices)]
    steps = sorted({0} | {tier.start for each in tiered for tier in each.tiers})
    return tuple(
        Tier(
            above,
            {name: pico_dollars_of(_price_above(each, above)) for name, each in by_class.items()},
        )
        for above in steps
    )


def _price_above(price: Price, above: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if tier.start <= above]
    return reached[-1] if above and reached else price.base


def _midnight(day: date) -> Micros:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Micros(int(moment.timestamp()) * MICROS_PER_SECOND)


def _local() -> ModelPrices:
    return ModelPrices("local", LOCAL_MODEL, (Period(_ALWAYS, (Tier(0, _FREE),)),))


def run(arguments: Sequence[str]) -> None:
    """Write the shipped book as taken on the day that the only argument says."""
    (day,) = arguments
    path = Path(__file__).with_name(SHIPPED)
    path.write_text(seeded(date.fromisoformat(day)), encoding="utf-8")


if __name__ == "__main__":
    run(sys.argv[1:])

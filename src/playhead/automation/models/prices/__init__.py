"""What tokens cost: a dated book of our own, exact, that refuses what it does not know."""

from playhead.automation.models.prices.book import PriceBook
from playhead.automation.models.prices.errors import (
    ModelUnknown,
    PriceBookInvalid,
    TokenPriceUnknown,
    UsageIncomplete,
)
from playhead.automation.models.prices.file import price_book_shipped, read_models, write_models
from playhead.automation.models.prices.model import (
    Cost,
    ModelPrices,
    Period,
    Snapshot,
    Tier,
)

__all__ = [
    "Cost",
    "ModelPrices",
    "ModelUnknown",
    "Period",
    "PriceBook",
    "PriceBookInvalid",
    "Snapshot",
    "Tier",
    "TokenPriceUnknown",
    "UsageIncomplete",
    "price_book_shipped",
    "read_models",
    "write_models",
]

"""What executions cost, by the price book: guessed before the work, exact after it."""

from collections.abc import Mapping

from playhead.automation.executions.model import Spent
from playhead.automation.models import Provider, Usage
from playhead.automation.models.prices import ModelUnknown, PriceBook, UsageIncomplete
from playhead.automation.skills import Definition
from playhead.base.time import Micros

CHARACTERS_A_TOKEN = 3
"""Texts have about four; what templates insert is not known yet."""


class Costs:
    """Prices models that the book knows."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book

    def provider_of(self, model: str) -> Provider:
        """Return who sells a model.

        Raises:
            ModelUnknown: Nobody whom we know does.
        """
        return Provider(self._book.find_anywhere(model).provider)

    def estimate(self, version: Definition, given: Mapping[str, object], at: Micros) -> int:
        """Return about what an execution will cost at most, in pico-dollars.

        Every token of the answer that it may have is counted, and the request by its length.

        Raises:
            ModelUnknown: The model is not in the book, or has no price yet.
        """
        texts = (version.prompt_template, version.system_template or "", str(given))
        asked = -(-sum(map(len, texts)) // CHARACTERS_A_TOKEN)
        usage = Usage(input=asked, output=version.parameters.max_tokens)
        found = self._book.find_anywhere(version.model)
        return self._book.price(found.provider, version.model, at, usage).pico_dollars

    def spent(
        self, model: str, usage: Usage | None, at: Micros, *, is_whole: bool, was_answered: bool
    ) -> Spent:
        """Return what one attempt has spent, exactly, as far as it was counted.

        Args:
            is_whole: The answer came to its end.
            was_answered: Something of an answer came at all.
        """
        if usage is None:
            return Spent(is_complete=not was_answered)
        found = self._book.find_anywhere(model)
        try:
            cost = self._book.price(found.provider, model, at, usage).pico_dollars
        except (UsageIncomplete, ModelUnknown):
            return Spent(usage, None, is_complete=False)
        return Spent(usage, cost, is_complete=is_whole or not was_answered)

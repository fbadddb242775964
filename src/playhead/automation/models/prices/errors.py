"""Why something has no price."""

from playhead.base.errors import Invalid


class ModelUnknown(Invalid):
    """The price book has no such model, or had none at that instant."""

    code = "model.unknown"

    def __init__(self, provider: str, model: str, told: str = "is not in the price book") -> None:
        super().__init__(f"{model} of {provider} {told}", field="model")
        self.fields |= {"provider": provider, "model": model}


class TokenPriceUnknown(ModelUnknown):
    """Tokens were used of a class that the model has no price for; ``field`` names it."""

    code = "model.price_unknown"

    def __init__(self, provider: str, model: str, token_class: str) -> None:
        super().__init__(provider, model, f"has no price for {token_class} tokens")
        self.field = f"usage.{token_class}"


class UsageIncomplete(Invalid):
    """The tokens of the request or of the answer were not counted; ``field`` names them."""

    code = "model.usage_incomplete"

    def __init__(self, token_class: str) -> None:
        super().__init__(
            f"the provider did not count the {token_class} tokens", field=f"usage.{token_class}"
        )


class PriceBookInvalid(Invalid):
    """A price book that contradicts itself or cannot be exact."""

    code = "model.price_book_invalid"

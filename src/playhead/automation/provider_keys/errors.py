"""What can be wrong with a request about the keys of providers."""

from playhead.base.errors import Conflict, NotFound


class ProviderKeyNotFound(NotFound):
    """The organisation has put no key of this provider here."""

    code = "provider_key.not_found"

    def __init__(self, provider: str) -> None:
        super().__init__(f"there is no key of {provider} here", provider=provider)


class ProviderKeyMissing(Conflict):
    """A model cannot be asked: the organisation has put no key of its provider here."""

    code = "provider_key.missing"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"put a key of {provider} here first (POST /provider-keys)", provider=provider
        )

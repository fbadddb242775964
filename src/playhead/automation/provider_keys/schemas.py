"""Keys of providers as they are taken, and what is told of them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from playhead.automation.models import Provider
from playhead.automation.models.keys import ProviderKey
from playhead.automation.provider_keys.model import KEYED, LONGEST_PLACE, StoredKey
from playhead.web.wire import Instant, Wire, instant_text

ProviderName = Annotated[str, Field(pattern=rf"^(?:{'|'.join(KEYED)})$", examples=list(KEYED))]


class ProviderKeyBody(BaseModel):
    """A key to keep in place of the one before."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    provider: ProviderName
    key: Annotated[
        SecretStr,
        Field(min_length=1, max_length=600, description="8 to 512 visible ASCII characters."),
    ]
    base_url: Annotated[str, Field(max_length=LONGEST_PLACE)] | None = Field(
        None,
        description=(
            "With `openai` only: a server that speaks its protocol, https://host[:port][/path]."
        ),
    )

    def chosen(self) -> Provider:
        """Return whose key it is."""
        return Provider(self.provider)

    def secret(self) -> ProviderKey:
        """Return the key.

        Raises:
            InvalidProviderKey: The text cannot be one.
        """
        return ProviderKey(self.key.get_secret_value())


class ProviderKeyView(Wire, frozen=True):
    """That there is a key. The key itself is never shown again.

    Attributes:
        hint: Its last characters; none of a short one.
    """

    provider: str
    hint: str
    base_url: str | None
    created_by: str
    created_at: Instant
    updated_at: Instant


class ProviderKeyList(Wire, frozen=True):
    """All of them, by provider."""

    data: list[ProviderKeyView]
    next_cursor: str | None
    has_more: bool


def provider_key_view(key: StoredKey) -> ProviderKeyView:
    """Return what is told of a key."""
    return ProviderKeyView(
        provider=key.provider.value,
        hint=key.hint,
        base_url=key.base_url,
        created_by=key.created_by,
        created_at=instant_text(key.created_at),
        updated_at=instant_text(key.updated_at),
    )


def provider_key_list(keys: list[StoredKey]) -> ProviderKeyList:
    """Return what is told of all keys."""
    data = [provider_key_view(each) for each in keys]
    return ProviderKeyList(data=data, next_cursor=None, has_more=False)

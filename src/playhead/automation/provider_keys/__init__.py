"""Keys by which an organisation reaches the providers of models: sealed, write-only."""

from playhead.automation.provider_keys.desk import ProviderKeyDesk
from playhead.automation.provider_keys.errors import ProviderKeyNotFound
from playhead.automation.provider_keys.model import KEYED, StoredKey, check_place
from playhead.automation.provider_keys.ring import KeyRing, provider_of

__all__ = [
    "KEYED",
    "KeyRing",
    "ProviderKeyDesk",
    "ProviderKeyNotFound",
    "StoredKey",
    "check_place",
    "provider_of",
]

"""Keys by which an organisation reaches the providers of models: sealed, write-only."""

from playhead.automation.provider_keys.desk import ProviderKeyDesk
from playhead.automation.provider_keys.errors import ProviderKeyMissing
from playhead.automation.provider_keys.model import StoredKey, check_place
from playhead.automation.provider_keys.opening import TenantModels
from playhead.automation.provider_keys.ring import KeyRing

__all__ = [
    "KeyRing",
    "ProviderKeyDesk",
    "ProviderKeyMissing",
    "StoredKey",
    "TenantModels",
    "check_place",
]

"""Keys of providers: values that do not show themselves."""

from playhead.automation.models.keys.key import InvalidProviderKey, ProviderKey

__all__ = ["InvalidProviderKey", "ProviderKey"]

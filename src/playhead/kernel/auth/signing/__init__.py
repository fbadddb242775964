"""Access tokens: the keys that sign them, their making and reading."""

from playhead.kernel.auth.signing.model import SigningKey, SigningPolicy
from playhead.kernel.auth.signing.repository import SigningKeys
from playhead.kernel.auth.signing.ring import KeyRing
from playhead.kernel.auth.signing.tokens import AccessToken, AccessTokens

__all__ = [
    "AccessToken",
    "AccessTokens",
    "KeyRing",
    "SigningKey",
    "SigningKeys",
    "SigningPolicy",
]

"""API keys: made, listed, changed, rotated, revoked, counted; never kept in clear."""

from playhead.kernel.api_keys.create import FIRST_SCOPES, FirstKey, create
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.errors import KeyNotFound, KeyNotLive, TooManyKeys
from playhead.kernel.api_keys.model import ApiKey, Author, IssuedKey, KeySettings, KeyState, Network
from playhead.kernel.api_keys.repository import KeyReader
from playhead.kernel.api_keys.revoke import KeyRevoker, revoke, revoke_administering
from playhead.kernel.api_keys.tally import UsageTally, flushing
from playhead.kernel.api_keys.text import (
    KEY_START,
    KeyHash,
    KeyMalformed,
    KeyText,
    new_key,
    parse_key,
)

__all__ = [
    "FIRST_SCOPES",
    "KEY_START",
    "ApiKey",
    "Author",
    "FirstKey",
    "IssuedKey",
    "KeyDesk",
    "KeyHash",
    "KeyMalformed",
    "KeyNotFound",
    "KeyNotLive",
    "KeyReader",
    "KeyRevoker",
    "KeySettings",
    "KeyState",
    "KeyText",
    "Network",
    "TooManyKeys",
    "UsageTally",
    "create",
    "flushing",
    "new_key",
    "parse_key",
    "revoke",
    "revoke_administering",
]

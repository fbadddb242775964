"""Who asks, and what they may do. Values, and the dependency that hands them to an endpoint."""

from playhead.kernel.identity.errors import (
    CredentialsMissing,
    KeyInvalid,
    NoOrganisation,
    NotAPerson,
    RoleMissing,
    ScopeMissing,
    TokenExpired,
    TokenInvalid,
)
from playhead.kernel.identity.model import Caller, Claims, Role, Scope, scopes_of

__all__ = [
    "Caller",
    "Claims",
    "CredentialsMissing",
    "KeyInvalid",
    "NoOrganisation",
    "NotAPerson",
    "Role",
    "RoleMissing",
    "Scope",
    "ScopeMissing",
    "TokenExpired",
    "TokenInvalid",
    "scopes_of",
]

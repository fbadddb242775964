"""Sign-in by an OpenID provider: Keycloak first, any other by configuration."""

from playhead.kernel.oidc.cached import CachePolicy
from playhead.kernel.oidc.client import OidcClient
from playhead.kernel.oidc.errors import (
    EmailMissing,
    FlowInvalid,
    GrantRefused,
    IdentityConflict,
    OidcMisconfigured,
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
    RedirectRefused,
)
from playhead.kernel.oidc.model import Grant, ProviderClaims
from playhead.kernel.oidc.ports import FlowStore, Identities
from playhead.kernel.oidc.settings import ClientAuthentication, OidcSettings

__all__ = [
    "CachePolicy",
    "ClientAuthentication",
    "EmailMissing",
    "FlowInvalid",
    "FlowStore",
    "Grant",
    "GrantRefused",
    "Identities",
    "IdentityConflict",
    "OidcClient",
    "OidcMisconfigured",
    "OidcSettings",
    "PasswordRefused",
    "ProfileRefused",
    "ProviderClaims",
    "ProviderUnavailable",
    "RedirectRefused",
]

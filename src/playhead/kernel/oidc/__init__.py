"""Sign-in by an OpenID provider: Keycloak first, any other by configuration."""

from playhead.kernel.oidc.cached import CachePolicy
from playhead.kernel.oidc.errors import (
    EmailMissing,
    EmailTaken,
    FlowInvalid,
    GrantRefused,
    GrantUnsupported,
    IdentityConflict,
    OidcMisconfigured,
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
    ProviderUnknown,
    RedirectRefused,
)
from playhead.kernel.oidc.model import FlowStart, Grant, ProviderClaims
from playhead.kernel.oidc.ports import FlowStore, Identities
from playhead.kernel.oidc.settings import ClientAuthentication, OidcSettings
from playhead.kernel.oidc.sign_in import OidcSignIn

__all__ = [
    "CachePolicy",
    "ClientAuthentication",
    "EmailMissing",
    "EmailTaken",
    "FlowInvalid",
    "FlowStart",
    "FlowStore",
    "Grant",
    "GrantRefused",
    "GrantUnsupported",
    "Identities",
    "IdentityConflict",
    "OidcMisconfigured",
    "OidcSettings",
    "OidcSignIn",
    "PasswordRefused",
    "ProfileRefused",
    "ProviderClaims",
    "ProviderUnavailable",
    "ProviderUnknown",
    "RedirectRefused",
]

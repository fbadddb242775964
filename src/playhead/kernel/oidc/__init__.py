"""Sign-in by an OpenID provider: Keycloak first, any other by configuration."""

from playhead.kernel.oidc.assembly import open_oidc
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
from playhead.kernel.oidc.identities import ProviderPeople
from playhead.kernel.oidc.model import Grant, Met, ProviderClaims
from playhead.kernel.oidc.ports import FlowStore, Identities
from playhead.kernel.oidc.repository import OAuthFlows
from playhead.kernel.oidc.settings import ClientAuthentication, OidcSettings
from playhead.kernel.oidc.sign_in import OidcSignIn

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
    "Met",
    "OAuthFlows",
    "OidcClient",
    "OidcMisconfigured",
    "OidcSettings",
    "OidcSignIn",
    "PasswordRefused",
    "ProfileRefused",
    "ProviderClaims",
    "ProviderPeople",
    "ProviderUnavailable",
    "RedirectRefused",
    "open_oidc",
]

"""What can go wrong between us and a sign-in provider."""

from playhead.base.errors import Invalid
from playhead.kernel.auth.provider_errors import (
    EmailMissing,
    FlowInvalid,
    GrantRefused,
    IdentityConflict,
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
    RedirectRefused,
)

__all__ = [
    "EmailMissing",
    "FlowInvalid",
    "GrantRefused",
    "IdentityConflict",
    "OidcMisconfigured",
    "PasswordRefused",
    "ProfileRefused",
    "ProviderUnavailable",
    "RedirectRefused",
]


class OidcMisconfigured(Invalid):
    """The settings of the sign-in provider contradict themselves, or are not safe."""

    code = "auth.oidc_misconfigured"

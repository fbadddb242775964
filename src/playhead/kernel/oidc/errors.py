"""What can go wrong between us and a sign-in provider."""

from playhead.base.errors import Invalid, Unauthenticated
from playhead.kernel.auth.provider_errors import (
    EmailMissing,
    FlowInvalid,
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


class GrantRefused(Unauthenticated):
    """The provider does not accept the password, code or refresh token."""

    code = "auth.grant_refused"

    def __init__(self) -> None:
        super().__init__("the sign-in provider did not accept this; sign in again")


class OidcMisconfigured(Invalid):
    """The settings of the sign-in provider contradict themselves, or are not safe."""

    code = "auth.oidc_misconfigured"

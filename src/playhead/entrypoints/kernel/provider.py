"""What the settings say of the OpenID provider."""

from playhead.entrypoints.kernel_settings import listed
from playhead.entrypoints.settings import Settings
from playhead.kernel.oidc import OidcSettings


def provider_of(settings: Settings) -> OidcSettings:
    """Return the provider that ``settings`` describe.

    Raises:
        OidcMisconfigured: The settings contradict each other.
    """
    return OidcSettings(
        issuer=str(settings.oidc_issuer),
        client_id=str(settings.oidc_client_id),
        client_secret=settings.oidc_client_secret,
        audience=settings.oidc_audience,
        redirect_uris=frozenset(listed(settings.oidc_redirect_uris)),
        org_claim=settings.oidc_org_claim,
        password_grant=settings.oidc_password_grant,
        sign_up=settings.oidc_sign_up,
        admin_url=settings.oidc_admin_url,
        admin_client_id=settings.oidc_admin_client_id,
        admin_client_secret=settings.oidc_admin_client_secret,
        is_keycloak=settings.oidc_is_keycloak,
        ca_file=settings.oidc_ca_file,
    )

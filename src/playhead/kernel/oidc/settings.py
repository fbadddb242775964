"""Which provider is trusted, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from playhead.kernel.oidc.errors import OidcMisconfigured

ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Algorithms whose verifying key signs nothing; the others are never accepted."""

IDP_HINTS: Mapping[str, str | None] = MappingProxyType(
    {"google": "google", "github": "github", "keycloak": None}
)
"""Ways to sign in, and the provider behind ours that each leads to; None: people choose there."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ClientAuthentication(StrEnum):
    """How we prove to the token endpoint who we are."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Everything that is configured about the provider.

    Attributes:
        issuer: Exactly as the provider writes it in its tokens.
        client_secret: None for a public client.
        audience: Must be among a token's audiences; None: the token must have been issued to
            ``client_id`` (``azp``).
        algorithms: Of signatures; asymmetric ones only.
        redirect_uris: Where a sign-in may return to, compared exactly.
        org_claim: The claim with the organisation to begin with. It must be one that people cannot
            edit themselves; even so it is only a hint. None: none is read.
        password_grant: Whether our own sign-in form may send passwords to the provider.
        sign_up: Whether our own form may make accounts, by Keycloak's admin API.
        admin_url: Such as ``https://host/admin/realms/playhead``; None: derived from ``issuer``.
        admin_client_id: The client whose service account makes accounts.
        is_keycloak: Whether sessions are ended and identity providers hinted at in Keycloak's way.
        timeout_seconds: For one call, from the first byte to the last.
        ca_file: Certificates to trust beside the system's.

    Raises:
        OidcMisconfigured: The values contradict each other or are not safe.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    client_authentication: ClientAuthentication = ClientAuthentication.BASIC
    audience: str | None = None
    algorithms: frozenset[str] = frozenset({"RS256"})
    redirect_uris: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    org_claim: str | None = None
    password_grant: bool = False
    sign_up: bool = False
    admin_url: str | None = None
    admin_client_id: str | None = None
    admin_client_secret: str | None = field(default=None, repr=False)
    idp_hints: Mapping[str, str | None] = field(default_factory=lambda: IDP_HINTS)
    is_keycloak: bool = True
    timeout_seconds: float = 5.0
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what is not safe."""
        for url in (self.issuer, *filter(None, [self.admin_url])):
            require_safe_url(url)
        if not self.algorithms or not self.algorithms <= ASYMMETRIC:
            names = ", ".join(sorted(ASYMMETRIC))
            raise OidcMisconfigured(f"signatures of tokens must be of {names}", field="algorithms")
        if "openid" not in self.scopes:
            raise OidcMisconfigured("the scopes must contain openid", field="scopes")
        if self.sign_up and not (self.is_keycloak and self.password_grant):
            raise OidcMisconfigured(
                "sign-up needs Keycloak and the password grant", field="sign_up"
            )
        if self.sign_up and not (self.admin_client_id and self.admin_client_secret):
            raise OidcMisconfigured(
                "sign-up needs a client with a service account", field="admin_client_id"
            )

    @property
    def accounts_url(self) -> str:
        """The base of Keycloak's admin API for the realm."""
        return self.admin_url or self.issuer.replace("/realms/", "/admin/realms/", 1)


def is_safe_url(url: str) -> bool:
    """Tell whether what is sent to ``url`` is encrypted, or does not leave this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def require_safe_url(url: str) -> None:
    """Raise OidcMisconfigured unless ``url`` is https, or http on loopback."""
    if not is_safe_url(url):
        raise OidcMisconfigured(
            "addresses of the provider must be https (http only on loopback), without a user name",
            field="issuer",
        )

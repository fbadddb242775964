"""What can be set of the kernel: who may sign in and how, secrets, mail, the network's edge."""

import base64
import binascii
import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings

from playhead.storage.sealing import KEY_BYTES

MOST_API_PROCESSES = 256
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class SignInKind(StrEnum):
    """Who signs people in: Playhead itself, or an OpenID Connect provider."""

    BUILT_IN = "builtin"
    OIDC = "oidc"


def listed(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated ``text``, empty ones left out."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _networks(text: str) -> str:
    for part in listed(text):
        ipaddress.ip_network(part)  # raises ValueError, which names the part
    return text


def _origins(text: str) -> str:
    for part in listed(text):
        parts = urlsplit(part)
        if parts.scheme not in {"http", "https"} or f"{parts.scheme}://{parts.netloc}" != part:
            raise ValueError(f"{part!r} is no origin such as https://app.example.org")
    return text


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must be an address such as https://playhead.example.org")
    return url.rstrip("/")


def _safe_address(url: str) -> str:
    parts = urlsplit(_web_address(url))
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_NAMES:
        raise ValueError("it must start with https://")
    return url


def _mail_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("it must look like smtp://user:password@host:587 or smtps://host:465")
    return url


def _keys(text: str) -> str:
    decode_keys(text)
    return text


def decode_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of a comma-separated ``text`` of base64.

    Raises:
        ValueError: One is not base64 of 32 bytes.
    """
    try:
        keys = tuple(base64.b64decode(part, validate=True) for part in listed(text))
    except binascii.Error as error:
        raise ValueError("it must be base64") from error
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"each key must be base64 of {KEY_BYTES} bytes")
    return keys


Networks = Annotated[str, AfterValidator(_networks)]
Origins = Annotated[str, AfterValidator(_origins)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SafeAddress = Annotated[str, AfterValidator(_safe_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Keys = Annotated[str, AfterValidator(_keys)]


class KernelSettings(BaseSettings):
    """The kernel's part of the settings. Lists are texts with commas."""

    master_key: Keys | None = Field(
        default=None,
        description="Base64 of 32 random bytes that seal secrets; several, with commas, to rotate:"
        " the first seals. Without it, the file master.key in the home.",
    )
    public_url: WebAddress | None = Field(
        default=None,
        description="Where people reach Playhead: the issuer of its tokens, and a host name that is"
        " ours.",
    )
    hosts: str = Field(
        default="", description="Host names that requests may be addressed to, beside loopback."
    )
    allowed_origins: Origins = Field(
        default="", description="Origins of web pages that may call the API."
    )
    trusted_proxies: Networks = Field(
        default="", description="Networks of proxies whose X-Forwarded-For is believed."
    )
    api_processes: int = Field(
        default=1,
        ge=1,
        le=MOST_API_PROCESSES,
        description="Processes that serve the API; each takes its part of a limit while Valkey is"
        " away.",
    )
    models_inside: bool = Field(
        default=False,
        description="Whether language models may be asked at addresses on this network: for who"
        " runs Playhead alone.",
    )
    smtp_url: MailAddress | None = Field(
        default=None, description="Where mail goes; without it, into the folder mail of the home."
    )
    mail_from: str = Field(
        default="Playhead <playhead@localhost>", description="The sender of mails."
    )
    sign_in: SignInKind = Field(
        default=SignInKind.BUILT_IN, description="Who signs people in: `builtin` or `oidc`."
    )
    oidc_issuer: SafeAddress | None = Field(
        default=None, description="The issuer of the OpenID Connect provider, exactly."
    )
    oidc_client_id: str | None = Field(default=None, description="Our client at the provider.")
    oidc_client_secret: str | None = Field(default=None, description="Its secret, if it has one.")
    oidc_audience: str | None = Field(
        default=None,
        description="The audience of access tokens; without it, tokens made for the client.",
    )
    oidc_redirect_uris: str = Field(
        default="", description="Addresses that a sign-in may return to."
    )
    oidc_org_claim: str = Field(
        default="org_id", description="The claim that hints at the organisation."
    )
    oidc_password_grant: bool = Field(
        default=False, description="Whether /auth/login hands passwords on to the provider."
    )
    oidc_is_keycloak: bool = Field(
        default=True, description="Whether the provider is a Keycloak, whose ways are known."
    )
    oidc_sign_up: bool = Field(
        default=False, description="Whether /auth/signup makes accounts at the provider (Keycloak)."
    )
    oidc_admin_url: SafeAddress | None = Field(
        default=None,
        description="Keycloak's admin address of the realm; derived from the issuer by default.",
    )
    oidc_admin_client_id: str | None = Field(
        default=None, description="The client at Keycloak that may make accounts."
    )
    oidc_admin_client_secret: str | None = Field(default=None, description="Its secret.")
    oidc_ca_file: Path | None = Field(
        default=None, description="Certificates to trust for the provider, beside the system's."
    )

    @model_validator(mode="after")
    def _provider_is_described(self) -> Self:
        if self.sign_in is SignInKind.OIDC:
            for name in ("oidc_issuer", "oidc_client_id"):
                if getattr(self, name) is None:
                    raise ValueError(
                        f"PLAYHEAD_{name.upper()} is not set; PLAYHEAD_SIGN_IN is oidc, which"
                        " needs it"
                    )
        return self

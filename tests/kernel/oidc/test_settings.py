"""Settings of a provider that are not safe are refused before anything is asked."""

import pytest

from playhead.kernel.oidc import OidcMisconfigured
from tests.kernel.oidc.scripted import settings_of

ISSUER = "https://id.example/realms/playhead"


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example/realms/x",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://user:password@id.example",
        "https://id.example/#fragment",
        "ftp://127.0.0.1",
        "https://",
        "http://[::1",
        "",
    ],
)
def test_an_issuer_is_https_or_on_loopback(issuer: str) -> None:
    with pytest.raises(OidcMisconfigured):
        settings_of(issuer)


@pytest.mark.parametrize("issuer", [ISSUER, "http://127.0.0.1:8080/realms/x", "http://[::1]:80"])
def test_loopback_needs_no_encryption(issuer: str) -> None:
    assert settings_of(issuer).issuer == issuer


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithms": frozenset()},
        {"algorithms": frozenset({"none"})},
        {"algorithms": frozenset({"RS256", "HS256"})},
        {"scopes": ("email",)},
        {"password_grant": False},
        {"is_keycloak": False},
        {"admin_client_secret": None},
        {"admin_url": "http://id.example/admin"},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_settings_that_contradict_themselves_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(OidcMisconfigured):
        settings_of(ISSUER, **changed)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(settings_of(ISSUER)).replace("client_secret_basic", "")


def test_the_admin_api_is_beside_the_realm() -> None:
    assert settings_of(ISSUER).accounts_url == "https://id.example/admin/realms/playhead"

"""The suite of sign-in, run against a real Keycloak with the realm that is shipped."""

import pytest

from tests.kernel.oidc.stage import Provider
from tests.kernel.oidc.suite import ProviderSuite
from tests.keycloak.provider import KeycloakProvider
from tests.keycloak.server import Keycloak


class TestKeycloak(ProviderSuite):
    @pytest.fixture
    def provider(self, keycloak: Keycloak) -> Provider:
        return KeycloakProvider(keycloak)

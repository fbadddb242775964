"""The suites of sign-in, run against a real Keycloak with the realm that is shipped."""

import pytest

from tests.kernel.oidc.house_suite import HouseSuite
from tests.kernel.oidc.stage import Provider
from tests.kernel.oidc.suite import ProviderSuite
from tests.keycloak.provider import KeycloakProvider
from tests.keycloak.server import Keycloak


@pytest.fixture
def provider(keycloak: Keycloak) -> Provider:
    return KeycloakProvider(keycloak)


class TestKeycloak(ProviderSuite):
    pass


class TestHouseWithKeycloak(HouseSuite):
    pass

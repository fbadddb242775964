"""The suites of sign-in, run against the scripted issuer."""

import pytest

from tests.kernel.oidc.house_suite import HouseSuite
from tests.kernel.oidc.issuer import RunningIssuer
from tests.kernel.oidc.scripted import ScriptedProvider
from tests.kernel.oidc.stage import Provider
from tests.kernel.oidc.suite import ProviderSuite


@pytest.fixture
async def provider(issuer: RunningIssuer) -> Provider:
    return ScriptedProvider(issuer)


class TestScriptedProvider(ProviderSuite):
    pass


class TestHouseWithScriptedProvider(HouseSuite):
    pass

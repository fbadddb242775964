"""The suite of sign-in, run against the scripted issuer."""

import pytest

from tests.kernel.oidc.issuer import RunningIssuer
from tests.kernel.oidc.scripted import ScriptedProvider
from tests.kernel.oidc.stage import Provider
from tests.kernel.oidc.suite import ProviderSuite


class TestScriptedProvider(ProviderSuite):
    @pytest.fixture
    async def provider(self, issuer: RunningIssuer) -> Provider:
        return ScriptedProvider(issuer)

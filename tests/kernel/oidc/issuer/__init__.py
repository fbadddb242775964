"""An OpenID issuer on loopback that does as a test says: Keycloak's paths and answers, own keys."""

from tests.kernel.oidc.issuer.running import RunningIssuer, running_issuer
from tests.kernel.oidc.issuer.state import Issuer, User

__all__ = ["Issuer", "RunningIssuer", "User", "running_issuer"]

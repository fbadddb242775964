"""Where the provider's endpoints are: read from the provider, believed only if it names itself."""

from collections.abc import Callable
from dataclasses import dataclass

from playhead.kernel.oidc.asking import Asking, Json
from playhead.kernel.oidc.cached import Cached, CachePolicy
from playhead.kernel.oidc.errors import ProviderUnavailable
from playhead.kernel.oidc.settings import is_safe_url

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The endpoints of a provider; each is https, or on loopback."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    revocation_endpoint: str | None


class Discovery:
    """Knows a provider's endpoints, for an hour; old ones serve while it cannot be asked."""

    def __init__(
        self,
        issuer: str,
        asking: Asking,
        *,
        monotonic: Callable[[], float],
        policy: CachePolicy,
    ) -> None:
        self._issuer = issuer
        self._asking = asking
        self._cached = Cached(self._fetch, monotonic=monotonic, policy=policy)

    async def metadata(self) -> Metadata:
        """Return the endpoints.

        Raises:
            ProviderUnavailable: They were never told, and cannot be had now.
        """
        return await self._cached.current()

    async def aclose(self) -> None:
        """End a fetch that is under way."""
        await self._cached.aclose()

    async def _fetch(self) -> Metadata:
        document = await self._asking.get(self._issuer.rstrip("/") + WELL_KNOWN)
        return metadata_of(document, self._issuer)


def metadata_of(document: Json, issuer: str) -> Metadata:
    """Return what a discovery document says.

    Raises:
        ProviderUnavailable: It is of another issuer, or lacks an endpoint, or names an unsafe one.
    """
    if document.get("issuer") != issuer:
        raise ProviderUnavailable(f"its discovery says that it is {document.get('issuer')!r}")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_endpoint(document, "authorization_endpoint"),
        token_endpoint=_endpoint(document, "token_endpoint"),
        jwks_uri=_endpoint(document, "jwks_uri"),
        end_session_endpoint=_optional(document, "end_session_endpoint"),
        revocation_endpoint=_optional(document, "revocation_endpoint"),
    )


def _optional(document: Json, name: str) -> str | None:
    return _endpoint(document, name) if document.get(name) is not None else None


def _endpoint(document: Json, name: str) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_safe_url(url):
        raise ProviderUnavailable(f"its discovery has no safe {name}: {url!r}")
    return url

"""The provider's public keys by their id. Garbage cannot make us ask for them often."""

import base64
import logging
from collections.abc import Awaitable, Callable, Mapping

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from playhead.kernel.identity import TokenInvalid
from playhead.kernel.oidc.asking import Json
from playhead.kernel.oidc.cached import USUAL, Cached, CachePolicy
from playhead.kernel.oidc.errors import ProviderUnavailable

PublicKey = RSAKey | ECKey | OKPKey
LEAST_RSA_BITS = 2048
MOST_KEYS = 100
_KINDS: Mapping[object, type[PublicKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_PUBLIC = ("kty", "kid", "alg", "n", "e", "crv", "x", "y")
_log = logging.getLogger(__name__)


class Jwks:
    """Finds keys. They are fetched every hour, and for an unknown id at most every 30 seconds.

    While the provider cannot be asked, known keys serve for 24 hours; an unknown one is then
    neither right nor wrong.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Json]],
        *,
        algorithms: frozenset[str],
        monotonic: Callable[[], float],
        policy: CachePolicy = USUAL,
    ) -> None:
        self._fetch = fetch
        self._algorithms = algorithms
        self._cached = Cached(self._keys, monotonic=monotonic, policy=policy)

    async def key(self, kid: str | None) -> PublicKey:
        """Return the key that a token names; None means the only one there is.

        Raises:
            TokenInvalid: The provider has no such key.
            ProviderUnavailable: The key is not known, and the provider cannot be asked.
        """
        key = _find(await self._cached.current(), kid)
        if key is None:
            key = _find(await self._cached.renewed(), kid)
        if key is None:
            raise TokenInvalid
        return key

    async def aclose(self) -> None:
        """End a fetch that is under way."""
        await self._cached.aclose()

    async def _keys(self) -> Mapping[str, PublicKey]:
        return keys_of(await self._fetch(), self._algorithms)


def keys_of(document: Json, algorithms: frozenset[str]) -> Mapping[str, PublicKey]:
    """Return the keys of a JWK set that can verify signatures of ``algorithms``.

    Others (of encryption, of other algorithms, too short, symmetric) are left out. A set without
    keys is an answer too: all of them were removed.

    Raises:
        ProviderUnavailable: It is no JWK set.
    """
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ProviderUnavailable("what should be its keys is no JWK set")
    keys: dict[str, PublicKey] = {}
    for each in listed[:MOST_KEYS]:
        if isinstance(each, dict) and _is_for_signatures(each, algorithms):
            key = _imported(each)
            if key is not None:
                keys[str(each.get("kid", ""))] = key
    return keys


def _find(keys: Mapping[str, PublicKey], kid: str | None) -> PublicKey | None:
    if kid is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(kid)


def _is_for_signatures(jwk: Json, algorithms: frozenset[str]) -> bool:
    return jwk.get("use") in {None, "sig"} and jwk.get("alg") in {None, *algorithms}


def _imported(jwk: dict[str, object]) -> PublicKey | None:
    kind = _KINDS.get(jwk.get("kty"))
    if kind is None:
        return None
    try:
        if kind is RSAKey and _bits(str(jwk["n"])) < LEAST_RSA_BITS:
            return None
        return kind.import_key({name: str(jwk[name]) for name in _PUBLIC if name in jwk})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        _log.warning("the sign-in provider publishes a key that cannot be read: %s", error)
        return None


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()

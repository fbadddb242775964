"""Keys of the scripted issuer. Making one takes a while, so tests share them by name."""

import functools

from joserfc.jwk import ECKey, OctKey, RSAKey

Key = RSAKey | ECKey | OctKey


@functools.cache
def rsa_key(kid: str) -> RSAKey:
    """Return the key of this name; the same one each time."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)


@functools.cache
def ec_key(kid: str) -> ECKey:
    """Return the key of this name; the same one each time."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}, private=True)


def public_jwk(key: Key) -> dict[str, object]:
    """Return what a JWK set publishes of ``key``."""
    return dict(key.as_dict(private=False))

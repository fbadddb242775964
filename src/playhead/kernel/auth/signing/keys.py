"""RSA keys: made, sealed, and made usable again."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import RSAKey

from playhead.kernel.auth.signing.model import SigningKey
from playhead.storage.sealing import Sealer

BITS = 2048
PURPOSE = "signing_key"
_HEADER = '{{"alg":"RS256","kid":"{kid}","typ":"at+jwt"}}'


def new_rsa_key() -> RSAKey:
    """Return a new key; takes about a tenth of a second of a core."""
    return RSAKey.generate_key(BITS, private=True)


def public_half(key: RSAKey) -> dict[str, str]:
    """Return the public half as a JWK that says what it is for."""
    half = {name: str(value) for name, value in key.as_dict(private=False).items()}
    return {**half, "kid": key.thumbprint(), "alg": "RS256", "use": "sig"}


def sealed_half(key: RSAKey, sealer: Sealer) -> bytes:
    """Return the private half under the master key."""
    return sealer.seal(key.as_der(private=True), purpose=PURPOSE)


def encoded(part: bytes) -> str:
    """Return a part of a token as base64url without padding."""
    return urlsafe_b64encode(part).rstrip(b"=").decode()


class UsableKey:
    """A key with what is needed to sign with it, and to know what it signed.

    Attributes:
        header: The first part of every token that it signs. As there is exactly one, to compare it
            is to pin type and algorithm: no other header is ever parsed.
    """

    def __init__(self, key: SigningKey, sealer: Sealer) -> None:
        self.key = key
        self.header = encoded(_HEADER.format(kid=key.key_id).encode())
        self._public = _public(key.public_key)
        self._sealer = sealer
        self._private: RSAPrivateKey | None = None

    def sign(self, text: bytes) -> bytes:
        """Return the signature of ``text``.

        Raises:
            SealBroken: Another master key sealed the private half.
        """
        if self._private is None:
            plain = self._sealer.open(self.key.sealed, purpose=PURPOSE)
            self._private = cast(RSAPrivateKey, load_der_private_key(plain, password=None))
        return self._private.sign(text, PKCS1v15(), SHA256())

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        """Return whether ``signature`` is of ``text`` and by this key."""
        try:
            self._public.verify(signature, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def _public(jwk: Mapping[str, str]) -> RSAPublicKey:
    return RSAKey.import_key({"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}).public_key

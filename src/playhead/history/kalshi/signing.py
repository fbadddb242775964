"""Proof of who is asking: headers over a method, a path and an instant.

Source: Kalshi's API documentation of October 2026 (RSA-PSS; Ed25519 since September 2026).
"""

from base64 import b64encode
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from playhead.base.time import Nanos
from playhead.history.kalshi.errors import InvalidKey

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
NANOS_PER_MILLI = 1_000_000
_SHORTEST_RSA_BITS = 2048


class Signer:
    """An API key: its name and its private half."""

    def __init__(self, key_id: str, private_key: PrivateKey) -> None:
        self._key_id = key_id
        self._private_key = private_key

    @classmethod
    def from_file(cls, key_id: str, path: Path) -> "Signer":
        """Return the signer of the key in a PEM file.

        Raises:
            InvalidKey: The file cannot be read, or holds no RSA or Ed25519 private key.
        """
        try:
            pem = path.read_bytes()
        except OSError as error:
            raise InvalidKey(f"cannot read the private key {path}: {error.strerror}") from error
        return cls(key_id, _load(pem, path))

    @classmethod
    def made_up(cls, key_id: str) -> "Signer":
        """Return a signer with a key of its own, for an exchange that takes any."""
        return cls(key_id, Ed25519PrivateKey.generate())

    def headers(self, method: str, path: str, now: Nanos) -> dict[str, str]:
        """Return the headers that prove a request.

        Args:
            method: Such as ``GET``.
            path: From the root, without the query.
            now: UTC; the exchange refuses what is some seconds off.
        """
        timestamp = str(now // NANOS_PER_MILLI)
        text = f"{timestamp}{method.upper()}{path}".encode()
        return {
            "KALSHI-ACCESS-KEY": self._key_id,
            "KALSHI-ACCESS-TIMESTAMP": timestamp,
            "KALSHI-ACCESS-SIGNATURE": b64encode(_sign(self._private_key, text)).decode(),
        }


def _load(pem: bytes, path: Path) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise InvalidKey(f"{path} is protected by a password, which cannot be given") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidKey(f"{path} holds no private key in PEM form") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise InvalidKey(f"{path} holds a key that is neither RSA nor Ed25519")
    if isinstance(key, RSAPrivateKey) and key.key_size < _SHORTEST_RSA_BITS:
        raise InvalidKey(f"{path} holds an RSA key of {key.key_size} bits, which is too short")
    return key


def _sign(key: PrivateKey, text: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(text)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    return key.sign(text, pss, hashes.SHA256())

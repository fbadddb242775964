"""Who may connect: the three headers, the signature and its age."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey

_MOST_SKEW_MS = 5_000
_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)


class NotAdmitted(Exception):
    """The handshake fails; ``body`` is what the client is told."""

    def __init__(self, code: str, details: str | None = None) -> None:
        super().__init__(code)
        error = {"code": code, "message": code}
        self.body: Mapping[str, object] = {
            "error": error if details is None else {**error, "details": details}
        }


def load_keys(pems: Mapping[str, str]) -> dict[str, PublicKey]:
    """Return the public keys of PEM texts.

    Raises:
        ValueError: A text is no RSA or Ed25519 public key.
    """
    keys: dict[str, PublicKey] = {}
    for key_id, pem in pems.items():
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
            raise ValueError(f"the key {key_id} is neither RSA nor Ed25519")
        keys[key_id] = key
    return keys


class Gate:
    """Lets in whom the headers prove to hold a registered key; in open mode, whoever has them."""

    def __init__(self, keys: Mapping[str, PublicKey], *, is_open: bool) -> None:
        self._keys = keys
        self._is_open = is_open

    def admit(self, headers: Mapping[str, str], path: str, now_ms: int) -> None:
        """Do nothing if a client may connect.

        Args:
            headers: Keys in lower case.
            path: Without query.
            now_ms: Real time; exchange time may differ.

        Raises:
            NotAdmitted: A header is missing or malformed, too old, or signed by nobody we know.
        """
        key_id = headers.get("kalshi-access-key", "")
        timestamp = headers.get("kalshi-access-timestamp", "")
        signature = _decoded(headers.get("kalshi-access-signature", ""))
        if not key_id or not signature or not (timestamp.isascii() and timestamp.isdigit()):
            raise NotAdmitted("token_authentication_failure")
        if self._is_open:
            return
        if abs(int(timestamp) - now_ms) > _MOST_SKEW_MS:
            raise NotAdmitted("header_timestamp_expired")
        self._verify(key_id, signature, f"{timestamp}GET{path}".encode())

    def _verify(self, key_id: str, signature: bytes, text: bytes) -> None:
        key = self._keys.get(key_id)
        if key is None:
            raise NotAdmitted("authentication_error", "NOT_FOUND")
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, text, _PSS, SHA256())
            else:
                key.verify(signature, text)
        except InvalidSignature:
            raise NotAdmitted("authentication_error", "INCORRECT_API_KEY_SIGNATURE") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""

"""Secrets at rest: AES-256-GCM under a master key that the database never sees."""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from playhead.base.errors import PlayheadError

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + _NONCE_BYTES


class SealBroken(PlayheadError):
    """What was sealed was altered, or none of our keys sealed it for this purpose."""

    code = "seal.broken"


class Sealer:
    """Seals with the first of its master keys and opens with any: that is how they rotate.

    Each purpose has a key of its own, derived from the master key, and is bound into the seal: what
    was sealed for one cannot be opened as another.
    """

    def __init__(self, master_keys: Sequence[bytes]) -> None:
        """``master_keys`` have 32 random bytes each; at least one.

        Raises:
            ValueError: One has another length, or there is none.
        """
        if not master_keys or any(len(key) != KEY_BYTES for key in master_keys):
            raise ValueError(f"a master key has {KEY_BYTES} bytes, and there must be one")
        self._master_keys = tuple(master_keys)
        self._ciphers: dict[str, tuple[AESGCM, ...]] = {}

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """Return ``plain`` so that only a holder of the master key can read or alter it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers_of(purpose)[0].encrypt(nonce, plain, purpose.encode())
        return _VERSION + nonce + sealed

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return what was sealed for ``purpose``.

        Raises:
            SealBroken: It was altered, or sealed for another purpose or under another key.
        """
        nonce, text = sealed[len(_VERSION) : _HEAD], sealed[_HEAD:]
        if sealed[: len(_VERSION)] == _VERSION and len(nonce) == _NONCE_BYTES:
            for cipher in self._ciphers_of(purpose):
                try:
                    return cipher.decrypt(nonce, text, purpose.encode())
                except InvalidTag:
                    continue  # perhaps an older master key sealed it
        raise SealBroken(f"a secret kept for {purpose} cannot be opened with this master key")

    def derive(self, purpose: str, length: int = KEY_BYTES) -> bytes:
        """Return ``length`` bytes that only a holder of the newest master key can know."""
        return _derived(self._master_keys[0], f"derived:{purpose}", length)

    def _ciphers_of(self, purpose: str) -> tuple[AESGCM, ...]:
        ciphers = self._ciphers.get(purpose)
        if ciphers is None:
            keys = (_derived(key, f"seal:{purpose}", KEY_BYTES) for key in self._master_keys)
            ciphers = self._ciphers[purpose] = tuple(AESGCM(key) for key in keys)
        return ciphers


def _derived(master_key: bytes, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=b"playhead", info=info.encode()).derive(master_key)

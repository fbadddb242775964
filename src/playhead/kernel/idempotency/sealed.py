"""Kept answers, readable by those who bring the key that they are kept for.

An answer may hold what is shown once, such as a new API key. It is sealed under a key made of the
client's own Idempotency-Key, then under the service's master key: neither the database alone, nor
the database and the master key, give it away.
"""

import secrets
from hashlib import blake2b

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from playhead.storage.sealing import SealBroken, Sealer
from playhead.web.idempotency import Asked, KeptAnswer

PURPOSE = "idempotency answer"
_NONCE_BYTES = 12


def seal_answer(sealer: Sealer, asked: Asked, answer: KeptAnswer) -> bytes:
    """Return ``answer`` so that only the key that was ``asked`` with makes it readable."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = msgspec.msgpack.encode(answer)
    return sealer.seal(nonce + _cipher(asked).encrypt(nonce, plain, None), purpose=PURPOSE)


def open_answer(sealer: Sealer, asked: Asked, sealed: bytes) -> KeptAnswer:
    """Return the answer that was sealed for the same owner and key.

    Raises:
        SealBroken: It was altered, or sealed for another.
    """
    inner = sealer.open(sealed, purpose=PURPOSE)
    try:
        plain = _cipher(asked).decrypt(inner[:_NONCE_BYTES], inner[_NONCE_BYTES:], None)
    except InvalidTag as error:
        raise SealBroken("an answer was kept for another key") from error
    return msgspec.msgpack.decode(plain, type=KeptAnswer)


def hash_of_key(asked: Asked) -> bytes:
    """Return what a key is found by."""
    return _digest(asked, b"find")


def _cipher(asked: Asked) -> AESGCM:
    return AESGCM(_digest(asked, b"seal"))


def _digest(asked: Asked, use: bytes) -> bytes:
    owner = f"{asked.owner.org_id}\n{asked.owner.caller}\n{asked.key}"
    return blake2b(owner.encode(), digest_size=32, person=b"idempotency:" + use).digest()

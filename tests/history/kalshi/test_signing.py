"""Proof of who is asking."""

from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from playhead.base.time import Nanos
from playhead.history.kalshi import InvalidKey, Signer

NOW = Nanos(1_791_979_200_123_999_999)
TEXT = b"1791979200123GET/trade-api/ws/v2"
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def written(
    folder: Path,
    key: RSAPrivateKey | Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption | None = None,
) -> Path:
    path = folder / "key.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    )
    return path


def test_an_rsa_signature_is_verified_by_the_public_key(tmp_path: Path, rsa: RSAPrivateKey) -> None:
    signer = Signer.from_file("key-1", written(tmp_path, rsa))

    headers = signer.headers("get", "/trade-api/ws/v2", NOW)

    signature = b64decode(headers["KALSHI-ACCESS-SIGNATURE"], validate=True)
    rsa.public_key().verify(signature, TEXT, PSS, hashes.SHA256())


def test_an_ed25519_signature_is_verified_by_the_public_key(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    signer = Signer.from_file("key-1", written(tmp_path, key))

    headers = signer.headers("GET", "/trade-api/ws/v2", NOW)

    key.public_key().verify(b64decode(headers["KALSHI-ACCESS-SIGNATURE"]), TEXT)


def test_the_headers_name_the_key_and_the_millisecond() -> None:
    headers = Signer.made_up("key-1").headers("GET", "/", NOW)

    assert headers["KALSHI-ACCESS-KEY"] == "key-1"
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == "1791979200123"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidKey, match=r"cannot read the private key .*absent\.pem"):
        Signer.from_file("key-1", tmp_path / "absent.pem")


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN NOTHING-----")

    with pytest.raises(InvalidKey, match="holds no private key in PEM form"):
        Signer.from_file("key-1", path)


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret"))

    with pytest.raises(InvalidKey, match="protected by a password"):
        Signer.from_file("key-1", path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(InvalidKey, match="neither RSA nor Ed25519"):
        Signer.from_file("key-1", path)


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, generate_private_key(public_exponent=65537, key_size=1024))

    with pytest.raises(InvalidKey, match="1024 bits"):
        Signer.from_file("key-1", path)

"""Who may connect."""

import base64
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from playhead.history.exchange.server.handshake import Gate, NotAdmitted, load_keys

PATH = "/trade-api/ws/v2"
NOW_MS = 1_795_262_400_000
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EDWARDS = ed25519.Ed25519PrivateKey.generate()
PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


GATE = Gate(load_keys({"rsa": pem(RSA), "edwards": pem(EDWARDS)}), is_open=False)


def headers(key_id: str, at_ms: int = NOW_MS, path: str = PATH) -> dict[str, str]:
    text = f"{at_ms}GET{path}".encode()
    signed = EDWARDS.sign(text) if key_id == "edwards" else RSA.sign(text, PSS, SHA256())
    return {
        "kalshi-access-key": key_id,
        "kalshi-access-timestamp": str(at_ms),
        "kalshi-access-signature": base64.b64encode(signed).decode(),
    }


def refusal(gate: Gate, sent: Mapping[str, str]) -> object:
    with pytest.raises(NotAdmitted) as refused:
        gate.admit(sent, PATH, NOW_MS)
    error = refused.value.body["error"]
    assert isinstance(error, dict)
    return error.get("details", error["code"])


@pytest.mark.parametrize("key_id", ["rsa", "edwards"])
@pytest.mark.parametrize("skew_ms", [-5_000, 0, 5_000])
def test_a_fresh_signature_of_a_known_key_is_admitted(key_id: str, skew_ms: int) -> None:
    GATE.admit(headers(key_id, NOW_MS + skew_ms), PATH, NOW_MS)


@pytest.mark.parametrize("skew_ms", [-5_001, 5_001])
def test_an_old_or_early_signature_is_refused(skew_ms: int) -> None:
    assert refusal(GATE, headers("rsa", NOW_MS + skew_ms)) == "header_timestamp_expired"


@pytest.mark.parametrize("key_id", ["rsa", "edwards"])
def test_a_signature_of_something_else_is_refused(key_id: str) -> None:
    sent = headers(key_id, path="/trade-api/v2/markets")

    assert refusal(GATE, sent) == "INCORRECT_API_KEY_SIGNATURE"


def test_an_unknown_key_is_refused() -> None:
    assert refusal(GATE, headers("stranger")) == "NOT_FOUND"


@pytest.mark.parametrize(
    "broken",
    [
        {"kalshi-access-key": ""},
        {"kalshi-access-timestamp": "soon"},
        {"kalshi-access-timestamp": ""},
        {"kalshi-access-signature": "%%%"},
        {"kalshi-access-signature": ""},
    ],
)
def test_malformed_headers_are_refused_even_in_open_mode(broken: dict[str, str]) -> None:
    sent = headers("rsa") | broken

    assert refusal(Gate({}, is_open=True), sent) == "token_authentication_failure"


def test_open_mode_admits_anybody_with_headers_at_any_time() -> None:
    Gate({}, is_open=True).admit(headers("stranger", at_ms=1), PATH, NOW_MS)


def test_a_key_of_another_kind_is_not_taken() -> None:
    with pytest.raises(ValueError, match="neither RSA nor Ed25519"):
        load_keys({"curve": pem(ec.generate_private_key(ec.SECP256R1()))})

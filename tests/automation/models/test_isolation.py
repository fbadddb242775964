"""Nothing but the arguments decides: not the environment, not a redirect; and no key shows."""

import asyncio
import copy
import ipaddress
import logging
import pickle
import ssl
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from playhead.automation.models import (
    ModelKeyRejected,
    ModelRequestInvalid,
    ModelUnreachable,
    Provider,
    Upstream,
)
from playhead.automation.models.complaints import problem_of_failure
from playhead.automation.models.keys import InvalidProviderKey, ProviderKey
from playhead.automation.models.upstream import ElsewhereRefused
from tests.automation.models.conftest import TRUSTED
from tests.automation.models.scripted import Fault, Script, ScriptedProvider, scripted_provider
from tests.automation.models.stage import (
    HOSTED,
    KEY,
    REQUEST,
    SECRET,
    Heard,
    hear,
    opened,
    until_texts,
)

ELSEWHERE = "http://127.0.0.1:9"
POISON = {
    **dict.fromkeys(
        [
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "GOOGLE_CLOUD_LOCATION",
            "GOOGLE_CLOUD_PROJECT",
            "OPENAI_ADMIN_KEY",
            "OPENAI_API_KEY",
            "OPENAI_ORG_ID",
            "OPENAI_PROJECT_ID",
        ],
        "poison",
    ),
    **dict.fromkeys(
        [
            "ALL_PROXY",
            "ANTHROPIC_BASE_URL",
            "GOOGLE_GEMINI_BASE_URL",
            "GOOGLE_VERTEX_BASE_URL",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "OPENAI_BASE_URL",
            "all_proxy",
            "http_proxy",
            "https_proxy",
        ],
        ELSEWHERE,
    ),
    "ANTHROPIC_CUSTOM_HEADERS": "authorization: poison\nanthropic-version: poison\nx-poison: 1",
    "ANTHROPIC_PROFILE": "poison",
    "OPENAI_CUSTOM_HEADERS": "Authorization: poison\ncontent-type: text/poison\nx-poison: 1",
    "GOOGLE_GENAI_API_VERSION": "poison",
    "GOOGLE_GENAI_CLIENT_MODE": "replay",
    "GOOGLE_GENAI_HTTP_CLIENT": "httpx",
    "GOOGLE_GENAI_USE_ENTERPRISE": "true",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "SSLKEYLOGFILE": "/nowhere/poison",
    "SSL_CERT_DIR": "/nowhere/poison",
    "SSL_CERT_FILE": "/nowhere/poison",
    "NETRC": "/nowhere/poison",
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", HOSTED)
async def test_the_environment_changes_nothing(
    kind: Provider, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean, poisoned = Upstream(trusted=TRUSTED), None
    expected = await hear(await opened(kind, provider.address, clean))
    for name, value in POISON.items():
        monkeypatch.setenv(name, value)
    poisoned = Upstream()

    heard = await hear(await opened(kind, provider.address, poisoned))
    await clean.aclose()
    await poisoned.aclose()

    before, after = provider.exchanges
    assert heard == expected
    assert (after.path, after.headers, after.body) == (before.path, before.headers, before.body)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", HOSTED)
@pytest.mark.parametrize("is_near", [True, False])
async def test_a_redirect_is_not_followed(
    kind: Provider, is_near: bool, provider: ScriptedProvider, upstream: Upstream
) -> None:
    async with scripted_provider() as other:
        place = provider.address if is_near else other.address
        fault = Fault(307, headers={"location": place + "/v1/messages"})
        provider.script = Script(fault=fault)

        await hear(await opened(kind, provider.address, upstream))

        assert (len(provider.exchanges), other.connections) == (1, 0)


@pytest.mark.anyio
async def test_a_line_goes_to_one_place_only(
    provider: ScriptedProvider, upstream: Upstream
) -> None:
    async with upstream.call("http://127.0.0.1:9", {}, 1.0) as line:
        with pytest.raises(ElsewhereRefused) as refused:
            await line.client.post(provider.address + "/v1/messages", json={})

    assert provider.connections == 0
    assert type(problem_of_failure(refused.value)) is ModelRequestInvalid


def everything_told(problem: BaseException) -> Iterator[str]:
    yield "".join(traceback.format_exception(problem))
    seen: list[BaseException | None] = [problem]
    while (each := seen.pop()) is not None:
        yield f"{each!r} {each} {vars(each)}"
        seen += [each.__cause__ or each.__context__]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", HOSTED)
@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_a_key_that_a_provider_repeats_shows_nowhere(
    kind: Provider,
    status: int,
    provider: ScriptedProvider,
    upstream: Upstream,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.script = Script(fault=Fault(status, "word", f"Incorrect API key provided: {SECRET}"))
    model = await opened(kind, provider.address, upstream)

    with caplog.at_level(logging.DEBUG):
        heard = await hear(model)

    assert heard.problem is not None
    told = " ".join([*everything_told(heard.problem), caplog.text, repr(model), str(vars(model))])
    assert SECRET not in told
    assert provider.exchanges[0].headers.keys() & {"authorization", "x-goog-api-key"}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [Provider.GOOGLE])
async def test_a_bad_key_that_google_calls_a_bad_request_is_a_bad_key(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    details = ({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},)
    provider.script = Script(fault=Fault(400, "INVALID_ARGUMENT", "not valid", details=details))

    heard = await hear(await opened(kind, provider.address, upstream))

    assert type(heard.problem) is ModelKeyRejected


def test_a_key_does_not_show_itself() -> None:
    told = f"{KEY} {KEY!r} {[KEY]} {dir(KEY)} %s" % KEY

    assert SECRET not in told
    for leak in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            leak(KEY)
    assert KEY.reveal() == SECRET


def test_keys_are_equal_when_they_are_the_same() -> None:
    assert ProviderKey(f" {SECRET}\n") == KEY
    assert hash(ProviderKey(SECRET)) == hash(KEY)
    assert ProviderKey("another-key") != KEY
    assert KEY != SECRET


@pytest.mark.parametrize("text", ["", "short", "with a space in", "naïve-key-text", "x" * 513])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidProviderKey) as refused:
        ProviderKey(text)

    assert not text or text not in str(refused.value)


@pytest.fixture(scope="module")
def own_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.anyio
async def test_cancelling_closes_a_tls_connection_too(own_authority: Path) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(own_authority)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.load_verify_locations(own_authority)
    upstream, heard = Upstream(trusted=trusting), Heard()
    async with scripted_provider(serving) as provider:
        provider.script = Script(stall_after=1)
        model = await opened(Provider.OPENAI, provider.address, upstream)
        asking = asyncio.create_task(hear(model, REQUEST, heard))
        await until_texts(heard, 1)

        since = asyncio.get_running_loop().time()
        asking.cancel()
        async with asyncio.timeout(5):
            await provider.exchanges[0].closed.wait()

        assert provider.exchanges[0].closed_at - since <= 1.0
    await upstream.aclose()


@pytest.mark.anyio
async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    own_authority: Path, upstream: Upstream
) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(own_authority)
    async with scripted_provider(serving) as provider:
        heard = await hear(await opened(Provider.OPENAI, provider.address, upstream))

        assert isinstance(heard.problem, ModelUnreachable)
        assert provider.exchanges == []

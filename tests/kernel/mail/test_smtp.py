"""Mails to a real SMTP server on the loopback."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from playhead.kernel.mail import Mail, MailRefused, MailUndelivered, SmtpTransport, Tls
from tests.kernel.mail.post import ADA, HELLO, MAIL_ID
from tests.kernel.stage import NOW

SENDER = "Playhead <no-reply@playhead.example>"
TODAY = datetime.datetime.now(datetime.UTC)


class Inbox:
    """Keeps what arrives; ``replies`` are given instead of 250, by the name of the command."""

    def __init__(self, replies: dict[str, str]) -> None:
        self.replies = replies
        self.arrived: list[Envelope] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" not in self.replies:
            envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.arrived.append(envelope)
        return self.replies.get("DATA", "250 OK")


@asynccontextmanager
async def serving(
    inbox: Inbox, *, implicit: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="mail", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TODAY - datetime.timedelta(days=1))
        .not_valid_after(TODAY + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


def send(
    inbox: Inbox,
    mail: Mail = HELLO,
    *,
    server: Mapping[str, Any] | None = None,
    **client: Any,
) -> None:
    """Send ``mail`` to a server set up as ``server`` says, by a client that ``client`` sets up."""

    async def story() -> None:
        settings = {"tls": Tls.NONE, "timeout_seconds": 5, **client}
        async with serving(inbox, **(server or {})) as port:
            transport = SmtpTransport("127.0.0.1", port, SENDER, **settings)
            await transport.send(mail, mail_id=MAIL_ID, at=NOW)

    asyncio.run(story())


def test_a_mail_arrives_as_it_was_written() -> None:
    inbox = Inbox({})
    mail = Mail(ADA, "Grüße", "Liebe Ada,\n\nhttps://playhead.example/?a=b" + "c" * 200 + "\n")
    send(inbox, mail)
    (envelope,) = inbox.arrived
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, EmailMessage, policy=default)

    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@playhead.example", [ADA])
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, ADA, "Grüße")
    assert message["Message-ID"] == f"<{MAIL_ID}@playhead.example>"
    assert message.get_content().replace("\r\n", "\n") == mail.text


@pytest.mark.parametrize(
    ("command", "reply", "error"),
    [
        ("RCPT", "550 5.1.1 no ada@example.org here", MailRefused),
        ("RCPT", "450 4.2.1 ada@example.org is busy", MailUndelivered),
        ("DATA", "554 5.7.1 no, ada@example.org", MailRefused),
        ("DATA", "452 4.3.1 full", MailUndelivered),
        ("MAIL", "550 5.7.1 not from you", MailUndelivered),
    ],
)
def test_for_good_and_for_now_are_told_apart_without_repeating_the_recipient(
    command: str, reply: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as told:
        send(Inbox({command: reply}))

    assert str(told.value) == f"the mail server says {' '.join(reply.split()[:2])}"


def test_no_server_is_a_failure_of_the_moment() -> None:
    async def story() -> None:
        async with serving(Inbox({})) as port:
            pass
        transport = SmtpTransport("127.0.0.1", port, SENDER, tls=Tls.NONE)
        with pytest.raises(MailUndelivered, match="refused"):
            await transport.send(HELLO, mail_id=MAIL_ID, at=NOW)

    asyncio.run(story())


def test_a_server_that_says_nothing_is_waited_for_only_so_long() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = SmtpTransport("127.0.0.1", port, SENDER, tls=Tls.NONE, timeout_seconds=0.1)
        with pytest.raises(MailUndelivered):
            await transport.send(HELLO, mail_id=MAIL_ID, at=NOW)
        server.close()
        await server.wait_closed()

    asyncio.run(story())


def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def _server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def _sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    is_known = (data.login, data.password) == (b"playhead", b"secret")
    return AuthResult(success=is_known, handled=False)


def _strict(certificate: Path) -> dict[str, Any]:
    return {
        "tls_context": _server_context(certificate),
        "require_starttls": True,
        "authenticator": _sign_in,
        "auth_required": True,
    }


def _client(certificate: Path, password: str = "secret") -> dict[str, Any]:
    trusted = _trusting(certificate)
    return {"tls": Tls.STARTTLS, "trusted": trusted, "user": "playhead", "password": password}


def test_mails_go_by_tls_to_a_server_that_wants_us_to_sign_in(certificate: Path) -> None:
    inbox = Inbox({})
    send(inbox, server=_strict(certificate), **_client(certificate))

    assert len(inbox.arrived) == 1


def test_a_wrong_password_of_ours_loses_no_mail(certificate: Path) -> None:
    with pytest.raises(MailUndelivered, match="535"):
        send(Inbox({}), server=_strict(certificate), **_client(certificate, "wrong"))


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(
    certificate: Path,
) -> None:
    inbox = Inbox({})
    with pytest.raises(MailUndelivered):
        send(
            inbox,
            server=_strict(certificate),
            tls=Tls.STARTTLS,
            user="playhead",
            password="secret",
        )

    assert inbox.arrived == []


def test_a_server_without_tls_gets_no_mail_that_needs_it() -> None:
    inbox = Inbox({})
    with pytest.raises(MailUndelivered):
        send(inbox, tls=Tls.STARTTLS)

    assert inbox.arrived == []


def test_mails_go_to_a_server_that_speaks_tls_from_the_start(certificate: Path) -> None:
    inbox = Inbox({})
    send(
        inbox,
        server={"implicit": _server_context(certificate)},
        tls=Tls.IMPLICIT,
        trusted=_trusting(certificate),
    )

    assert len(inbox.arrived) == 1


def test_a_password_is_never_sent_in_clear() -> None:
    with pytest.raises(ValueError, match="TLS"):
        SmtpTransport("127.0.0.1", 25, SENDER, user="a", password="b", tls=Tls.NONE)


def test_a_transport_does_not_print_its_password() -> None:
    assert "secret" not in repr(SmtpTransport("host", 25, SENDER, user="a", password="secret"))

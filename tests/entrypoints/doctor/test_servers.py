"""The doctor's questions to servers that answer."""

import asyncio
from pathlib import Path

from playhead.entrypoints.doctor.findings import Level
from playhead.entrypoints.doctor.servers import examine_mail, examine_provider, examine_valkey
from playhead.kernel.mail import SmtpTransport, Tls
from tests.kernel.mail.test_smtp import SENDER, Inbox, serving
from tests.kernel.oidc.issuer.running import running_issuer


def test_a_mail_server_is_greeted_and_sent_nothing(tmp_path: Path) -> None:
    inbox = Inbox({})

    async def ask(tls: Tls) -> Level:
        async with serving(inbox) as port:
            transport = SmtpTransport("127.0.0.1", port, SENDER, tls=tls)
            return (await examine_mail(transport, tmp_path)).level

    assert asyncio.run(ask(Tls.NONE)) is Level.OK
    assert asyncio.run(ask(Tls.STARTTLS)) is Level.PROBLEM  # it offers no TLS
    assert inbox.arrived == []


def test_a_provider_that_describes_itself_is_well_and_another_is_not() -> None:
    async def ask() -> list[Level]:
        async with running_issuer() as running:
            issuer = running.state.url
            asked = [issuer, issuer.replace("127.0.0.1", "localhost"), f"{issuer}/nobody"]
            return [(await examine_provider(each)).level for each in asked]

    assert asyncio.run(ask()) == [Level.OK, Level.PROBLEM, Level.PROBLEM]


def test_the_embedded_valkey_forgets_nothing(valkey_url: str) -> None:
    found = asyncio.run(examine_valkey(valkey_url))

    assert (found.level, found.says) == (
        Level.OK,
        "it answers, and forgets nothing before its time",
    )

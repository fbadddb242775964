"""The servers beside the database: Valkey, mail, the provider of sign-in, our own API."""

import asyncio
import os
import smtplib
from http import HTTPStatus
from pathlib import Path

import httpx2

from playhead.entrypoints.doctor.findings import Finding, ok, problem, warning
from playhead.entrypoints.listening import LOOPBACK
from playhead.kernel.mail import FolderTransport, MailTransport, SmtpTransport, Tls
from playhead.kernel.oidc.asking import Asking, open_client
from playhead.kernel.oidc.discovery import WELL_KNOWN, metadata_of
from playhead.kernel.oidc.errors import ProviderUnavailable
from playhead.storage.valkey import Valkey, ValkeyUnavailable

VALKEY, MAIL, SIGN_IN, API = "valkey", "mail", "sign-in", "api"
TIMEOUT_SECONDS = 5.0
NO_EVICTION = "noeviction"
POLICY = """
local info = redis.call('INFO', 'memory')
local policy = string.match(info, 'maxmemory_policy:([%w%-]+)') or ''
local most = tonumber(string.match(info, 'maxmemory:(%d+)') or '0')
return {most > 0 and 1 or 0, string.byte(policy, 1, -1)}
"""


def check_eviction(policy: str, *, is_bounded: bool) -> Finding:
    """Judge what Valkey does when its memory is full; ``is_bounded``: it may get full."""
    if policy == NO_EVICTION:
        return ok(VALKEY, "it answers, and forgets nothing before its time")
    says = f"it answers; when it is full it forgets by {policy or 'a policy it does not tell'}"
    if not is_bounded:
        return ok(VALKEY, f"{says}, and its memory has no bound")
    remedy = "set maxmemory-policy noeviction: what limits count must not be forgotten"
    return warning(VALKEY, says, remedy)


async def examine_valkey(url: str) -> Finding:
    """Ask Valkey for its policy."""
    try:
        async with Valkey.open(url, timeout_seconds=TIMEOUT_SECONDS) as valkey:
            bounded, *letters = await valkey.run(POLICY, [], [])
    except ValkeyUnavailable as error:
        remedy = "start it, or correct PLAYHEAD_VALKEY_URL: limits count less exactly meanwhile"
        return problem(VALKEY, error.message, remedy)
    return check_eviction(bytes(letters).decode(), is_bounded=bool(bounded))


async def examine_mail(transport: MailTransport, folder: Path) -> Finding:
    """See whether mail could go where it goes; none is sent."""
    if isinstance(transport, FolderTransport):
        return check_folder(folder)
    assert isinstance(transport, SmtpTransport)
    try:
        await asyncio.to_thread(_converse, transport)
    except (smtplib.SMTPException, OSError) as error:
        says = f"{transport.host}:{transport.port} takes no mail from us: {error}"
        return problem(MAIL, says, "correct PLAYHEAD_SMTP_URL, or start the mail server")
    return ok(MAIL, f"{transport.host}:{transport.port} takes mail from us")


def check_folder(folder: Path) -> Finding:
    """Judge the folder that mails are written to, or the one that it will be made in."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return problem(MAIL, f"{there} cannot be written", f"chown or chmod {there}")
    return ok(MAIL, f"mails are written to {folder}; nobody is sent any")


async def examine_provider(issuer: str) -> Finding:
    """Read the provider's discovery document."""
    try:
        async with open_client() as client:
            asking = Asking(client, timeout_seconds=TIMEOUT_SECONDS)
            metadata_of(await asking.get(issuer.rstrip("/") + WELL_KNOWN), issuer)
    except ProviderUnavailable as error:
        remedy = "start the provider, or correct PLAYHEAD_OIDC_ISSUER: nobody can sign in"
        return problem(SIGN_IN, error.message, remedy)
    return ok(SIGN_IN, f"{issuer} describes itself")


async def examine_api(port: int) -> Finding:
    """Ask our own API whether it is ready."""
    url = f"http://{LOOPBACK}:{port}/health/ready"
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.get(url)
    except httpx2.HTTPError as error:
        says = f"{url} does not answer: {type(error).__name__}"
        return problem(API, says, "see `playhead status` and logs/api.log in the home")
    if answer.status_code != HTTPStatus.OK:
        says = f"{url} says {answer.status_code}: {answer.text[:200]}"
        return problem(API, says, "see logs/api.log in the home")
    return ok(API, "it is ready")


def _converse(transport: SmtpTransport) -> None:
    with _connection(transport) as server:
        if transport.tls is Tls.STARTTLS:
            server.starttls(context=transport.trusted)
        if transport.user is not None:
            server.login(transport.user, transport.password or "")
        server.noop()


def _connection(transport: SmtpTransport) -> smtplib.SMTP:
    host, port = transport.host, transport.port
    if transport.tls is Tls.IMPLICIT:
        trusted = transport.trusted
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
    return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)

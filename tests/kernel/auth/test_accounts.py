"""Verifying an address, forgetting a password, changing it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

import pytest

from playhead.kernel.auth import (
    CredentialsWrong,
    MailTokenInvalid,
    PasswordWrong,
    RefreshInvalid,
    SignedUp,
    Tokens,
)
from playhead.kernel.auth.letters import Letters
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.people import People, Person, parse_email
from playhead.storage.tenants import Tenant
from tests.kernel.auth.stage import HERE, PASSWORD, Stage, new_address, opened

ANOTHER = "another battery staple"
HOUR = 3600


@dataclass
class Ada:
    """Somebody who has signed up, and the stage that they are on."""

    stage: Stage
    email: str
    signed_up: SignedUp

    async def person(self) -> Person:
        tenant = Tenant(user_id=self.signed_up.user_id)
        async with self.stage.tenants.transaction(tenant) as transaction:
            return await People(transaction).find(self.signed_up.user_id)

    async def sign_in(self, password: str) -> Tokens:
        return await self.stage.builtin.sign_in.sign_in(parse_email(self.email), password, HERE)

    async def forget(self) -> str:
        """Ask for another password, and return the token that was mailed."""
        await self.stage.builtin.accounts.forget_password(parse_email(self.email), HERE)
        return self.stage.post.newest_token()

    async def reset(self, token: str, password: str = ANOTHER) -> None:
        await self.stage.builtin.accounts.reset_password(token, password, HERE)

    async def verify(self, token: str) -> None:
        await self.stage.builtin.accounts.verify_email(token, HERE)


def play(url: str, story: Callable[[Ada], Coroutine[None, None, None]]) -> None:
    async def run() -> None:
        async with opened(url) as stage:
            email = new_address()
            await story(Ada(stage, email, await stage.sign_up(email)))

    asyncio.run(run())


def test_the_mailed_token_verifies_the_address_once(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        token = ada.stage.post.newest_token()
        assert token.startswith("ph_verify_")
        await ada.verify(token)

        assert (await ada.person()).email_verified_at == ada.stage.clock.now
        with pytest.raises(MailTokenInvalid):
            await ada.verify(token)
        assert (await ada.stage.actions(ada.signed_up.org_id))[0] == "email.verified"

    play(module_service_database_url, story)


def test_another_mail_makes_the_older_one_worthless(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        older = ada.stage.post.newest_token()
        await ada.stage.builtin.accounts.resend_verification(ada.signed_up.user_id, HERE)
        newer = ada.stage.post.newest_token()
        with pytest.raises(MailTokenInvalid):
            await ada.verify(older)
        await ada.verify(newer)

        mails = len(ada.stage.post.mails)
        await ada.stage.builtin.accounts.resend_verification(ada.signed_up.user_id, HERE)
        assert len(ada.stage.post.mails) == mails

    play(module_service_database_url, story)


def test_tokens_expire_after_a_day_and_after_an_hour(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        verify, reset = ada.stage.post.newest_token(), await ada.forget()
        ada.stage.clock.pass_seconds(HOUR)
        with pytest.raises(MailTokenInvalid):
            await ada.reset(reset)
        ada.stage.clock.pass_seconds(23 * HOUR)
        with pytest.raises(MailTokenInvalid):
            await ada.verify(verify)

    play(module_service_database_url, story)


def test_a_token_is_good_for_its_own_purpose_only(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        verify, reset = ada.stage.post.newest_token(), await ada.forget()
        for misused in (verify, verify.replace("ph_verify_", "ph_reset_"), "", "ph_reset_", "\0"):
            with pytest.raises(MailTokenInvalid):
                await ada.reset(misused)
        with pytest.raises(MailTokenInvalid):
            await ada.verify(reset)

    play(module_service_database_url, story)


def test_a_token_is_worthless_once_the_address_is_another(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        reset = await ada.forget()
        tenant = Tenant(user_id=ada.signed_up.user_id)
        async with ada.stage.tenants.transaction(tenant) as transaction:
            await transaction.execute(
                "UPDATE people SET email = %(email)s, email_key = %(email)s", email=new_address()
            )
        with pytest.raises(MailTokenInvalid):
            await ada.reset(reset)

    play(module_service_database_url, story)


def test_a_reset_ends_every_session_and_verifies_the_address(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        await ada.reset(await ada.forget())

        assert not await ada.stage.is_live(ada.signed_up.tokens.access_token)
        with pytest.raises(RefreshInvalid):
            await ada.stage.builtin.sign_in.refresh(ada.signed_up.tokens.refresh_token, HERE)
        with pytest.raises(CredentialsWrong):
            await ada.sign_in(PASSWORD)
        await ada.sign_in(ANOTHER)
        assert (await ada.person()).email_verified_at is not None
        assert ada.stage.post.mails[-1].subject == "Your password was changed"
        assert "password.reset" in await ada.stage.actions(ada.signed_up.org_id)

    play(module_service_database_url, story)


def test_of_many_who_bring_one_token_at_once_exactly_one_sets_the_password(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        token = await ada.forget()
        tries = (ada.reset(token, f"password {number}") for number in range(10))
        ends = await asyncio.gather(*tries, return_exceptions=True)

        assert ends.count(None) == 1
        assert sum(isinstance(end, MailTokenInvalid) for end in ends) == 9
        await ada.sign_in(f"password {ends.index(None)}")

    play(module_service_database_url, story)


def test_forgetting_a_password_tells_nobody_who_has_an_account(
    module_service_database_url: str,
) -> None:
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    async def story() -> None:
        times = iter([0.0, 0.01, 5.0, 5.08])
        pace = Pace(0.25, elapsed=lambda: next(times), sleep=note)
        async with opened(module_service_database_url, pace=pace) as stage:
            address = new_address()
            await stage.sign_up(address)
            for email in (address, new_address()):
                await stage.builtin.accounts.forget_password(parse_email(email), HERE)
            assert [mail.subject for mail in stage.post.mails[1:]] == ["Set another password"]

    asyncio.run(story())
    assert waited == pytest.approx([0.24, 0.17])


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        here = await ada.sign_in(PASSWORD)
        claims = await ada.stage.builtin.sign_in.read(here.access_token)
        change = ada.stage.builtin.accounts.change_password
        with pytest.raises(PasswordWrong):
            await change(claims.user_id, claims.session_id, "not the old one", ANOTHER, HERE)
        await change(claims.user_id, claims.session_id, PASSWORD, ANOTHER, HERE)

        assert await ada.stage.is_live(here.access_token)
        assert not await ada.stage.is_live(ada.signed_up.tokens.access_token)
        await ada.sign_in(ANOTHER)
        assert "password.changed" in await ada.stage.actions(ada.signed_up.org_id)

    play(module_service_database_url, story)


def test_a_change_of_the_password_makes_a_mailed_reset_worthless(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        token = await ada.forget()
        change = ada.stage.builtin.accounts.change_password
        await change(ada.signed_up.user_id, None, PASSWORD, ANOTHER, HERE)
        with pytest.raises(MailTokenInvalid):
            await ada.reset(token)

    play(module_service_database_url, story)


class Interrupted:
    """Checks passwords, and lets something happen while one is checked."""

    def __init__(self, passwords: Passwords, happens: Callable[[], Awaitable[None]]) -> None:
        self._passwords = passwords
        self._happens = happens

    async def matches(self, password: str, kept: str | None) -> bool:
        agrees = await self._passwords.matches(password, kept)
        await self._happens()
        return agrees

    def __getattr__(self, name: str) -> object:
        return getattr(self._passwords, name)


def test_a_password_that_is_changed_while_it_is_checked_lets_nobody_in(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        token = await ada.forget()
        sign_in = ada.stage.builtin.sign_in
        ada.stage.clock.pass_seconds(1)
        sign_in._passwords = Interrupted(sign_in._passwords, lambda: ada.reset(token))  # type: ignore[assignment]
        with pytest.raises(CredentialsWrong):
            await ada.sign_in(PASSWORD)

        assert await ada.stage.builtin.sessions.live(ada.signed_up.user_id) == []

    play(module_service_database_url, story)


def test_of_two_who_change_one_password_at_once_the_second_is_told_it_is_another(
    module_service_database_url: str,
) -> None:
    async def story(ada: Ada) -> None:
        token, accounts = await ada.forget(), ada.stage.builtin.accounts
        ada.stage.clock.pass_seconds(1)
        accounts._passwords = Interrupted(accounts._passwords, lambda: ada.reset(token))  # type: ignore[assignment]
        with pytest.raises(PasswordWrong):
            await accounts.change_password(
                ada.signed_up.user_id, None, PASSWORD, "the thief's own", HERE
            )
        await ada.sign_in(ANOTHER)

    play(module_service_database_url, story)


def test_names_change_one_by_one(module_service_database_url: str) -> None:
    async def story(ada: Ada) -> None:
        rename = ada.stage.builtin.accounts.rename
        await rename(ada.signed_up.user_id, "Augusta", None, HERE)
        assert ((await ada.person()).first_name, (await ada.person()).last_name) == (
            "Augusta",
            "Lovelace",
        )

    play(module_service_database_url, story)


def test_a_mail_links_to_the_page_without_telling_its_server() -> None:
    person = Person(
        user_id=Tenant().user_id,  # type: ignore[arg-type]
        email="ada@example.org",
        email_key="ada@example.org",
        email_verified_at=None,
        first_name="Ada",
        last_name="Lovelace",
        password_hash=None,
        password_set_at=None,
        created_at=0,  # type: ignore[arg-type]
    )
    mail = Letters("https://app.example.org/").reset(person, "ph_reset_x")

    assert "https://app.example.org/reset-password#token=ph_reset_x" in mail.text
    assert mail.recipient == person.email

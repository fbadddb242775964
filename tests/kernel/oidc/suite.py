"""What sign-in by a provider does, whichever provider it is."""

import uuid
from dataclasses import replace

import pytest

from playhead.kernel.identity import TokenInvalid
from playhead.kernel.oidc import (
    FlowInvalid,
    GrantRefused,
    OidcClient,
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
)
from playhead.kernel.people import EmailTaken
from tests.kernel.oidc.stage import (
    PASSWORD,
    REDIRECT,
    MovableClock,
    Provider,
    adapter,
    log_in,
    returned,
    somebody,
)

GARBAGE = ["", "garbage", "a.b.c", "\x00", "\ud800", "\u00e9\n&=+ %", "x" * 8000]


class ProviderSuite:
    """Behaviours. Subclasses give the fixture ``provider``."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def clock(self) -> MovableClock:
        return MovableClock()

    @pytest.fixture
    async def client(self, provider: Provider, clock: MovableClock):  # type: ignore[no-untyped-def]
        async with adapter(provider.settings, clock) as opened:
            yield opened

    async def test_sign_up_makes_an_account_that_is_signed_in(self, client: OidcClient) -> None:
        email = somebody()

        grant = await client.sign_up(email, PASSWORD, "Ada", "Lovelace")

        claims = await client.read(grant.access_token)
        assert (claims.email, claims.email_verified) == (email, False)
        assert (claims.first_name, claims.last_name) == ("Ada", "Lovelace")
        assert claims.subject
        assert claims.session_id

    async def test_a_duplicate_email_is_a_conflict(self, client: OidcClient) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")

        with pytest.raises(EmailTaken):
            await client.sign_up(email.upper(), PASSWORD, "Ada", "Lovelace")

    async def test_a_password_that_the_policy_refuses_is_named(self, client: OidcClient) -> None:
        with pytest.raises(PasswordRefused) as refusal:
            await client.sign_up(somebody(), "short", "Ada", "Lovelace")

        assert refusal.value.field == "password"

    async def test_an_address_that_is_none_is_named(self, client: OidcClient) -> None:
        with pytest.raises(ProfileRefused) as refusal:
            await client.sign_up("nobody", PASSWORD, "Ada", "Lovelace")

        assert refusal.value.field == "email"

    async def test_sign_in_gives_tokens_of_the_same_person(self, client: OidcClient) -> None:
        email = somebody()
        first = await client.sign_up(email, PASSWORD, "Ada", "Lovelace")

        again = await client.sign_in(email, PASSWORD)

        subjects = [(await client.read(each.access_token)).subject for each in (first, again)]
        assert subjects[0] == subjects[1]
        assert again.expires_in == 300

    async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
        self, client: OidcClient
    ) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")

        with pytest.raises(GrantRefused) as wrong:
            await client.sign_in(email, "no")
        with pytest.raises(GrantRefused) as unknown:
            await client.sign_in(somebody(), PASSWORD)

        assert str(wrong.value) == str(unknown.value)

    async def test_refresh_rotates_and_a_reused_refresh_token_ends_its_family(
        self, client: OidcClient
    ) -> None:
        first = await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")

        second = await client.refresh(first.refresh_token)

        assert second.refresh_token != first.refresh_token
        assert (await client.read(second.access_token)).email
        for reused in (first, second):
            with pytest.raises(GrantRefused):
                await client.refresh(reused.refresh_token)

    @pytest.mark.parametrize("garbage", GARBAGE)
    async def test_garbage_is_refused_and_nothing_else(
        self, client: OidcClient, garbage: str
    ) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")

        with pytest.raises(GrantRefused):
            await client.refresh(garbage)
        with pytest.raises(GrantRefused):
            await client.sign_in(email, garbage)
        await client.sign_out(garbage)
        start = await client.begin_oauth("keycloak", REDIRECT)
        with pytest.raises(GrantRefused):
            await client.finish_oauth(returned(start, {"code": garbage, "state": start.state}))

    async def test_logout_is_idempotent_and_effective(self, client: OidcClient) -> None:
        email = somebody()
        grant = await client.sign_up(email, PASSWORD, "Ada", "Lovelace")
        other = await client.sign_in(email, PASSWORD)

        await client.sign_out(grant.refresh_token)
        await client.sign_out(grant.refresh_token)
        await client.sign_out("garbage")

        with pytest.raises(GrantRefused):
            await client.refresh(grant.refresh_token)
        assert await client.refresh(other.refresh_token)

    async def test_code_and_pkce_sign_in_once_with_the_state_kept(self, client: OidcClient) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")
        start = await client.begin_oauth("keycloak", REDIRECT)
        back = await log_in(start, email)
        assert back["state"] == start.state

        grant = await client.finish_oauth(returned(start, back))

        assert (await client.read(grant.access_token)).email == email
        assert await client.refresh(grant.refresh_token)
        with pytest.raises(FlowInvalid):
            await client.finish_oauth(returned(start, back))

    async def test_a_sign_in_that_was_begun_in_another_browser_is_refused(
        self, client: OidcClient
    ) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")
        theirs, ours = [await client.begin_oauth("keycloak", REDIRECT) for _ in range(2)]
        back = await log_in(theirs, email)

        begun_here = replace(theirs, browser_secret=ours.browser_secret)
        with pytest.raises(FlowInvalid):
            await client.finish_oauth(returned(begun_here, back))
        with pytest.raises(GrantRefused):  # a code that was slipped into our own sign-in
            await client.finish_oauth(returned(ours, {**back, "state": ours.state}))

    async def test_the_provider_insists_on_pkce(self, client: OidcClient) -> None:
        start = await client.begin_oauth("keycloak", REDIRECT)
        bare, _, _ = start.redirect_url.partition("&code_challenge=")

        back = await log_in(replace(start, redirect_url=bare), somebody())

        assert back["error"] == "invalid_request"

    async def test_neither_an_identity_nor_a_refresh_token_is_an_access_token(
        self, client: OidcClient
    ) -> None:
        grant = await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")

        for other in (grant.id_token, grant.refresh_token, grant.access_token[:-4] + "AAAA"):
            with pytest.raises(TokenInvalid):
                await client.read(other or "")

    async def test_a_new_key_is_fetched_and_the_old_one_serves_until_it_is_removed(
        self, client: OidcClient, provider: Provider, clock: MovableClock
    ) -> None:
        before = await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")
        await client.read(before.access_token)
        await provider.rotate_keys()
        clock.ahead = 31.0  # past the cool-down

        after = await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")

        assert (await client.read(after.access_token)).email
        assert (await client.read(before.access_token)).email
        await provider.remove_old_keys()
        async with adapter(provider.settings, MovableClock()) as fresh:
            assert (await fresh.read(after.access_token)).email
            with pytest.raises(TokenInvalid):
                await fresh.read(before.access_token)

    async def test_an_outage_is_unavailable_and_never_invalid(
        self, client: OidcClient, provider: Provider, clock: MovableClock
    ) -> None:
        email = somebody()
        grant = await client.sign_up(email, PASSWORD, "Ada", "Lovelace")
        await client.read(grant.access_token)

        async with provider.outage(), adapter(provider.settings, clock) as fresh:
            assert (await client.read(grant.access_token)).email == email
            for asked in (
                client.sign_in(email, PASSWORD),
                client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace"),
                client.refresh(grant.refresh_token),
                client.sign_out(grant.refresh_token),
                fresh.read(grant.access_token),
                fresh.begin_oauth("keycloak", REDIRECT),
            ):
                with pytest.raises(ProviderUnavailable):
                    await asked

        assert await client.refresh(grant.refresh_token)

    async def test_the_organisation_in_a_token_is_an_administrators_word(
        self, client: OidcClient, provider: Provider
    ) -> None:
        ours, theirs = uuid.uuid4(), uuid.uuid4()
        emails = [somebody() for _ in range(2)]
        grants = [await client.sign_up(email, PASSWORD, "A", "B") for email in emails]
        for email, org in zip(emails, (ours, theirs), strict=True):
            await provider.set_org(email, str(org))

        await provider.try_to_set_own_org(grants[0].access_token, str(theirs))

        hints = [
            (await client.read((await client.refresh(grant.refresh_token)).access_token)).org_hint
            for grant in grants
        ]
        assert hints == [ours, theirs]

    async def test_roles_of_realm_and_client_are_merged_and_internal_ones_filtered(
        self, client: OidcClient, provider: Provider
    ) -> None:
        email = somebody()
        await client.sign_up(email, PASSWORD, "Ada", "Lovelace")
        await provider.give_roles(email, realm="playhead-user", client="tester")

        grant = await client.sign_in(email, PASSWORD)

        roles = (await client.read(grant.access_token)).roles
        assert roles == {"playhead-user", "tester"}

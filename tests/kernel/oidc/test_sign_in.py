"""Sign-in with a provider over a real database: people, organisations and sessions are ours."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from playhead.kernel.access.repository import AccessRegister
from playhead.kernel.auth import (
    Capabilities,
    CredentialsWrong,
    NewPerson,
    NotOffered,
    RefreshInvalid,
    SignIn,
    Tokens,
)
from playhead.kernel.auth.pace import Pace
from playhead.kernel.identity import Claims, NoOrganisation, TokenInvalid
from playhead.kernel.oidc import (
    EmailMissing,
    FlowInvalid,
    IdentityConflict,
    OidcSignIn,
    ProviderUnavailable,
)
from playhead.kernel.oidc.sessions import Noted
from playhead.kernel.oidc.sign_in import session_id_of
from playhead.kernel.people import Email, People, parse_email
from playhead.storage.tenants import Tenant
from tests.kernel.oidc.house import HERE, House, open_house
from tests.kernel.oidc.issuer import RunningIssuer, User
from tests.kernel.oidc.scripted import settings_of
from tests.kernel.oidc.stage import (
    PASSWORD,
    REDIRECT,
    log_in,
    returned,
    somebody,
)
from tests.kernel.stage import make_member, make_person

pytestmark = pytest.mark.anyio


class Scene(House):
    """The adapter, with an issuer that does as a test says."""

    issuer: RunningIssuer

    def add_user(self, *, verified: bool = True) -> Email:
        email = parse_email(somebody())
        self.issuer.state.users[email.text] = User(email.text, PASSWORD, is_verified=verified)
        return email


@pytest.fixture
async def house(module_service_database_url: str, issuer: RunningIssuer) -> AsyncIterator[Scene]:
    settings = settings_of(issuer.state.url)
    async with open_house(module_service_database_url, settings) as opened:
        scripted = Scene(opened.sign_in, opened.tenants, opened.clock)
        scripted.issuer = issuer
        yield scripted


async def test_it_is_one_of_the_ways_to_sign_in(house: Scene) -> None:
    way: SignIn = house.sign_in

    assert way.capabilities() == Capabilities(
        passwords=True, sign_up=True, mail=False, providers=("github", "google", "keycloak")
    )


async def test_somebody_new_is_let_in_at_first_sight_and_stays_the_same(
    house: Scene,
) -> None:
    email = house.add_user()

    _, first = await house.come_in(email)
    _, second = await house.come_in(email)

    assert first.user_id == second.user_id
    (org_id,) = await house.organisations(first.user_id)
    assert {"sign_up", "sign_in.succeeded"} <= set(await house.actions(org_id))
    assert first.session_id != second.session_id


async def test_many_first_sights_at_once_make_one_person(house: Scene) -> None:
    email = house.add_user()

    came = await asyncio.gather(*(house.come_in(email) for _ in range(8)))

    people = {claims.user_id for _, claims in came}
    assert len(people) == 1
    assert len(await house.organisations(people.pop())) == 1


async def test_a_token_that_was_got_elsewhere_lets_in_too(house: Scene) -> None:
    user = house.issuer.state.users[house.add_user().text]
    token = house.issuer.state.sign(house.issuer.state.access_claims(user, "elsewhere"))

    claims = await house.sign_in.read(token)

    assert claims.session_id is None
    assert (await house.sign_in.read(token)).user_id == claims.user_id


async def test_an_identity_is_linked_if_both_sides_have_verified_the_address(
    house: Scene,
) -> None:
    email = house.add_user()
    member = await make_member(house.tenants, email=email.text)

    _, claims = await house.come_in(email)

    assert claims.user_id == member.user_id
    assert "identity.linked" in await house.actions(member.org_id)


@pytest.mark.parametrize(("theirs", "ours"), [(False, True), (True, False), (False, False)])
async def test_an_address_that_one_side_has_not_verified_links_nobody(
    house: Scene, theirs: bool, ours: bool
) -> None:
    email = house.add_user(verified=theirs)
    user_id = await make_person(house.tenants, email.text)
    if not ours:
        async with house.tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await transaction.execute("UPDATE people SET email_verified_at = NULL")

    with pytest.raises(IdentityConflict):
        await house.sign_in.sign_in(email, PASSWORD, HERE)

    user = house.issuer.state.users[email.text]
    token = house.issuer.state.sign(house.issuer.state.access_claims(user))
    with pytest.raises(TokenInvalid):  # a token is no way around
        await house.sign_in.read(token)


async def test_an_address_that_is_verified_later_is_verified_here_too(house: Scene) -> None:
    email = house.add_user(verified=False)
    _, claims = await house.come_in(email)
    house.issuer.state.users[email.text].is_verified = True

    await house.come_in(email)

    async with house.tenants.transaction(Tenant(user_id=claims.user_id)) as transaction:
        person = await People(transaction).find(claims.user_id)
    assert person.email_verified_at is not None


async def test_somebody_without_an_address_is_not_let_in(house: Scene) -> None:
    house.issuer.state.claims["email"] = ""

    with pytest.raises(EmailMissing):
        await house.sign_in.sign_in(house.add_user(), PASSWORD, HERE)


async def test_a_wrong_password_is_told_to_the_organisations(house: Scene) -> None:
    email = house.add_user()
    _, claims = await house.come_in(email)

    with pytest.raises(CredentialsWrong):
        await house.sign_in.sign_in(email, "wrong", HERE)

    (org_id,) = await house.organisations(claims.user_id)
    assert "sign_in.failed" in await house.actions(org_id)


async def test_the_organisation_is_chosen_at_refresh_and_must_be_ones_own(
    house: Scene,
) -> None:
    tokens, claims = await house.come_in(house.add_user())
    stranger = await make_member(house.tenants)
    (own,) = await house.organisations(claims.user_id)

    with pytest.raises(NoOrganisation):
        await house.sign_in.refresh(tokens.refresh_token, HERE, org_id=stranger.org_id)
    chosen = await house.sign_in.refresh(tokens.refresh_token, HERE, org_id=own)
    later = await house.sign_in.refresh(chosen.refresh_token, HERE)

    hints = [
        (await house.sign_in.read(each.access_token)).org_hint for each in (tokens, chosen, later)
    ]
    assert hints == [own, own, own]  # of the session, which is one


async def test_logout_ends_the_session_here_and_at_the_provider(house: Scene) -> None:
    tokens, claims = await house.come_in(house.add_user())

    await house.sign_in.sign_out(tokens.access_token, tokens.refresh_token, HERE)
    await house.sign_in.sign_out(tokens.access_token, tokens.refresh_token, HERE)

    assert house.issuer.state.sessions == []
    with pytest.raises(TokenInvalid):
        await house.sign_in.read(tokens.access_token)
    with pytest.raises(RefreshInvalid):
        await house.sign_in.refresh(tokens.refresh_token, HERE)
    (org_id,) = await house.organisations(claims.user_id)
    assert (await house.actions(org_id)).count("session.ended") == 1


async def test_a_session_that_was_ended_in_the_list_cannot_be_refreshed(house: Scene) -> None:
    tokens, claims = await house.come_in(house.add_user())
    await end(house, claims)

    with pytest.raises(RefreshInvalid):
        await house.sign_in.refresh(tokens.refresh_token, HERE)

    assert house.issuer.state.asked["token"] == 1  # the provider was not even asked


async def test_a_session_that_is_ended_while_it_is_refreshed_goes_no_further(
    house: Scene,
) -> None:
    tokens, claims = await house.come_in(house.add_user())
    house.issuer.state.gate.clear()

    refreshing = asyncio.create_task(house.sign_in.refresh(tokens.refresh_token, HERE))
    async with asyncio.timeout(10):
        while house.issuer.state.asked["token"] < 2:
            await asyncio.sleep(0.01)
    await end(house, claims)
    house.issuer.state.gate.set()

    with pytest.raises(RefreshInvalid):
        await refreshing
    assert house.issuer.state.sessions == []  # what the provider gave can be used by nobody


async def test_a_session_that_has_ended_here_is_not_adopted_again(house: Scene) -> None:
    email = house.add_user()
    grant = await house.sign_in._client.sign_in(email.text, PASSWORD)
    user_id = (await house.sign_in.read(grant.access_token)).user_id
    session_id = session_id_of(await house.sign_in._client.read(grant.access_token))
    await house.sign_in._sessions.end(Noted(user_id, session_id), HERE)

    with pytest.raises(RefreshInvalid):
        await house.sign_in.refresh(grant.refresh_token, HERE)

    assert house.issuer.state.sessions == []


async def end(house: Scene, claims: Claims) -> None:
    """End a session as its person does in the list of sessions."""
    async with house.tenants.transaction(Tenant(user_id=claims.user_id)) as transaction:
        await transaction.execute("UPDATE sessions SET ended_at = 1, ended_by = 'ended'")


async def test_refresh_rotates_and_a_reused_refresh_token_is_invalid(house: Scene) -> None:
    tokens, _ = await house.come_in(house.add_user())

    renewed = await house.sign_in.refresh(tokens.refresh_token, HERE)

    assert renewed.refresh_token != tokens.refresh_token
    for token in (tokens.refresh_token, renewed.refresh_token, "garbage"):
        with pytest.raises(RefreshInvalid):
            await house.sign_in.refresh(token, HERE)


async def test_a_session_of_the_provider_is_adopted_when_it_is_refreshed(
    house: Scene,
) -> None:
    email = house.add_user()
    grant = await house.sign_in._client.sign_in(email.text, PASSWORD)

    tokens = await house.sign_in.refresh(grant.refresh_token, HERE)

    assert (await house.sign_in.read(tokens.access_token)).session_id is not None


async def test_the_guard_knows_the_session_of_a_token(house: Scene) -> None:
    tokens, claims = await house.come_in(house.add_user())
    register = AccessRegister(house.tenants)

    before = await register.find_person(claims, house.clock.now())
    await house.sign_in.sign_out(None, tokens.refresh_token, HERE)
    after = await register.find_person(claims, house.clock.now())

    assert (before.is_live, after.is_live) == (True, False)
    assert [each.role for each in before.memberships] == ["owner"]


async def test_a_sign_in_with_code_is_finished_once_however_many_try(house: Scene) -> None:
    email = house.add_user()
    start = await house.sign_in.begin_oauth("google", None, HERE)
    assert "kc_idp_hint=google" in start.redirect_url
    end = returned(start, await log_in(start, email.text))

    tried = await asyncio.gather(
        *(house.sign_in.finish_oauth(end, HERE) for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(each, FlowInvalid) for each in tried) == 4
    (tokens,) = [each for each in tried if isinstance(each, Tokens)]
    assert (await house.sign_in.read(tokens.access_token)).user_id


async def test_a_sign_in_with_code_is_over_after_ten_minutes(house: Scene) -> None:
    start = await house.sign_in.begin_oauth("keycloak", REDIRECT, HERE)
    end = returned(start, await log_in(start, house.add_user().text))
    house.clock.ahead = 601

    with pytest.raises(FlowInvalid):
        await house.sign_in.finish_oauth(end, HERE)


async def test_while_the_provider_is_down_logout_ends_the_session_here(
    house: Scene,
) -> None:
    tokens, _ = await house.come_in(house.add_user())

    async with house.issuer.outage():
        with pytest.raises(ProviderUnavailable):
            await house.sign_in.sign_out(tokens.access_token, tokens.refresh_token, HERE)
        with pytest.raises(TokenInvalid):
            await house.sign_in.read(tokens.access_token)


async def test_a_token_that_the_provider_gives_for_others_is_our_fault_and_told(
    house: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    house.issuer.state.claims = {"aud": "another-api"}

    with pytest.raises(ProviderUnavailable):
        await house.sign_in.sign_in(house.add_user(), PASSWORD, HERE)

    assert "audience" in caplog.text


async def test_a_refused_password_waits_for_the_beat(house: Scene) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    house.sign_in._pace = Pace(0.5, sleep=sleep)

    with pytest.raises(CredentialsWrong):
        await house.sign_in.sign_in(house.add_user(), "wrong", HERE)

    assert len(waited) == 1


async def test_what_is_not_configured_is_not_offered(house: Scene) -> None:
    bare = replace(settings_of(house.issuer.state.url), sign_up=False, password_grant=False)
    sign_in = OidcSignIn(
        bare,
        house.sign_in._client,
        house.tenants,
        house.sign_in._identities,
        house.sign_in._journal,
        pace=Pace(0),
        now=house.clock.now,
    )
    sign_in._client._settings = bare
    email = parse_email(somebody())

    with pytest.raises(NotOffered):
        await sign_in.sign_up(NewPerson(email, PASSWORD, "A", "B"), HERE)
    with pytest.raises(NotOffered):
        await sign_in.sign_in(email, PASSWORD, HERE)

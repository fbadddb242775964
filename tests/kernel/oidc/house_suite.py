"""What becomes of people, organisations and sessions, whichever provider signs people in."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from playhead.kernel.auth import NewPerson, RefreshInvalid, SignedUp
from playhead.kernel.identity import NoOrganisation, TokenInvalid
from playhead.kernel.oidc import GrantRefused, IdentityConflict
from playhead.kernel.people import EmailTaken, parse_email
from playhead.storage.tenants import Tenant
from tests.kernel.oidc.house import HERE, House, open_house
from tests.kernel.oidc.stage import PASSWORD, REDIRECT, Provider, log_in, returned, somebody
from tests.kernel.stage import make_member


async def signed_up(house: House, email: str) -> SignedUp:
    new = NewPerson(parse_email(email), PASSWORD, "Ada", "Lovelace", organisation="Engines")
    return await house.sign_in.sign_up(new, HERE)


class HouseSuite:
    """Behaviours. Subclasses give the fixture ``provider``."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def house(
        self, module_service_database_url: str, provider: Provider
    ) -> AsyncIterator[House]:
        async with open_house(module_service_database_url, provider.settings) as opened:
            yield opened

    async def test_sign_up_makes_a_person_an_organisation_and_a_first_key(
        self, house: House
    ) -> None:
        email = somebody()

        made = await signed_up(house, email)

        claims = await house.sign_in.read(made.tokens.access_token)
        assert claims.user_id == made.user_id
        assert await house.organisations(made.user_id) == [made.org_id]
        assert made.api_key.startswith("ph_")
        with pytest.raises(EmailTaken):
            await signed_up(house, email)

    async def test_password_and_code_lead_to_the_same_person(self, house: House) -> None:
        email = somebody()
        made = await signed_up(house, email)
        start = await house.sign_in.begin_oauth("keycloak", REDIRECT, HERE)

        back = returned(start, await log_in(start, email))
        tokens = await house.sign_in.finish_oauth(back, HERE)

        assert (await house.sign_in.read(tokens.access_token)).user_id == made.user_id

    async def test_an_address_that_is_not_verified_links_nobody(self, house: House) -> None:
        email = somebody()
        made = await signed_up(house, email)
        await make_member(house.tenants, email=f"x{email}")

        with pytest.raises(IdentityConflict):
            await signed_up_around(house, f"x{email}")

        assert await house.organisations(made.user_id) == [made.org_id]

    async def test_of_several_organisations_one_is_chosen_at_refresh(
        self, house: House, provider: Provider
    ) -> None:
        email = somebody()
        made = await signed_up(house, email)
        other = await make_member(house.tenants)
        await join(house, made, other.org_id)
        stranger = await make_member(house.tenants)
        await provider.set_org(email, str(other.org_id))

        hinted = await house.sign_in.refresh(made.tokens.refresh_token, HERE)
        chosen = await house.sign_in.refresh(hinted.refresh_token, HERE, org_id=made.org_id)
        with pytest.raises(NoOrganisation):
            await house.sign_in.refresh(chosen.refresh_token, HERE, org_id=stranger.org_id)
        later = await house.sign_in.refresh(chosen.refresh_token, HERE)

        assert (await house.sign_in.read(later.access_token)).org_hint == made.org_id
        assert len(await house.organisations(made.user_id)) == 2

    @pytest.mark.parametrize("has_access", [True, False])
    async def test_either_token_ends_the_session_here_and_there(
        self, house: House, has_access: bool
    ) -> None:
        tokens = (await signed_up(house, somebody())).tokens

        access = tokens.access_token if has_access else None
        refresh = None if has_access else tokens.refresh_token
        await house.sign_in.sign_out(access, refresh, HERE)
        await house.sign_in.sign_out(access, refresh, HERE)

        with pytest.raises(TokenInvalid):
            await house.sign_in.read(tokens.access_token)
        with pytest.raises(RefreshInvalid):
            await house.sign_in.refresh(tokens.refresh_token, HERE)
        with pytest.raises(GrantRefused):  # not even behind our back
            await house.sign_in._client.refresh(tokens.refresh_token)


async def signed_up_around(house: House, email: str) -> None:
    """Make an account at the provider behind our back, and sign in with it here."""
    await house.sign_in._client.sign_up(email, PASSWORD, "Mallory", "M")
    await house.sign_in.sign_in(parse_email(email), PASSWORD, HERE)


async def join(house: House, made: SignedUp, org_id: UUID) -> None:
    """Make somebody a member of another organisation too."""
    async with house.tenants.transaction(Tenant(org_id, made.user_id)) as transaction:
        await transaction.execute(
            "INSERT INTO memberships (org_id, user_id, role, created_at)"
            " VALUES (%(org_id)s, %(user_id)s, 'viewer', %(now)s)",
            org_id=org_id,
            user_id=made.user_id,
            now=house.clock.now(),
        )

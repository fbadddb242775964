"""Refresh families: they rotate, they end when a token was stolen, and only one of many wins."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth import RefreshInvalid, RefreshSuperseded, SessionNotFound, Tokens
from playhead.kernel.auth.assembly import Policies
from playhead.kernel.auth.sessions import Ending, SessionPolicy
from playhead.kernel.identity import NoOrganisation
from playhead.storage.expired import forget_expired
from playhead.storage.tenants import Tenant
from tests.kernel.auth.stage import ELSEWHERE, HERE, Stage, opened
from tests.kernel.stage import make_organisation

Story = Callable[[Stage], Coroutine[None, None, None]]
DAY = 86400
KEPT = Micros(30 * DAY * MICROS_PER_SECOND)


def play(url: str, story: Story, *, policies: Policies | None = None) -> None:
    async def run() -> None:
        async with opened(url, policies=policies or Policies()) as stage:
            await story(stage)

    asyncio.run(run())


async def refreshed(stage: Stage, token: str) -> Tokens:
    stage.clock.pass_seconds(60)
    return await stage.builtin.sign_in.refresh(token, HERE)


def test_a_refresh_gives_another_token_and_the_old_one_is_of_no_use(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        first = (await stage.sign_up()).tokens
        second = await refreshed(stage, first.refresh_token)
        stage.clock.pass_seconds(60)

        assert second.refresh_token != first.refresh_token
        assert second.refresh_token.startswith("ph_refresh_")
        assert await stage.is_live(second.access_token)
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(first.refresh_token, HERE)

    play(module_service_database_url, story)


def test_a_reused_refresh_token_ends_its_family(module_service_database_url: str) -> None:
    async def story(stage: Stage) -> None:
        signed_up = await stage.sign_up()
        stolen = signed_up.tokens.refresh_token
        newest = await refreshed(stage, stolen)
        stage.clock.pass_seconds(11)
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(stolen, HERE)

        assert not await stage.is_live(newest.access_token)
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(newest.refresh_token, HERE)
        assert (await stage.actions(signed_up.org_id))[0] == "session.reuse_detected"

    play(module_service_database_url, story)


def test_a_browser_whose_two_tabs_refresh_at_once_stays_signed_in(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        first = (await stage.sign_up()).tokens
        second = await refreshed(stage, first.refresh_token)
        stage.clock.pass_seconds(9)
        with pytest.raises(RefreshSuperseded):
            await stage.builtin.sign_in.refresh(first.refresh_token, HERE)

        assert await stage.is_live(second.access_token)
        await refreshed(stage, second.refresh_token)

    play(module_service_database_url, story)


def test_a_thief_who_is_as_quick_as_a_tab_is_told_by_where_they_are(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        first = (await stage.sign_up()).tokens
        second = await refreshed(stage, first.refresh_token)
        with pytest.raises(RefreshInvalid) as refused:
            await stage.builtin.sign_in.refresh(first.refresh_token, ELSEWHERE)

        assert not isinstance(refused.value, RefreshSuperseded)
        assert not await stage.is_live(second.access_token)

    play(module_service_database_url, story)


def test_a_token_that_was_used_before_the_last_one_is_never_let_off(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        first = (await stage.sign_up()).tokens
        stage.clock.pass_seconds(1)
        second = await stage.builtin.sign_in.refresh(first.refresh_token, HERE)
        stage.clock.pass_seconds(1)
        third = await stage.builtin.sign_in.refresh(second.refresh_token, HERE)
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(first.refresh_token, HERE)

        assert not await stage.is_live(third.access_token)

    play(module_service_database_url, story)


def test_of_twenty_who_refresh_one_token_at_once_exactly_one_wins(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        signed_up = await stage.sign_up()
        token = signed_up.tokens.refresh_token
        tries = (stage.builtin.sign_in.refresh(token, HERE) for _ in range(20))
        ends = await asyncio.gather(*tries, return_exceptions=True)
        won = [end for end in ends if isinstance(end, Tokens)]

        assert len(won) == 1
        assert all(isinstance(end, RefreshSuperseded) for end in ends if end is not won[0])
        assert await stage.is_live(won[0].access_token)
        unused = "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL"
        assert await stage.count(unused, signed_up.user_id) == 1

    play(module_service_database_url, story)


@pytest.mark.parametrize("token", ["", "ph_refresh_", "ph_refresh_" + "x" * 43, "\0", "\ud800" * 9])
def test_what_is_no_refresh_token_is_refused(module_service_database_url: str, token: str) -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(token, HERE)

    play(module_service_database_url, story)


def test_a_session_slides_for_thirty_days_and_ends_after_ninety(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        tokens = (await stage.sign_up()).tokens
        for _ in range(3):
            stage.clock.pass_seconds(29 * DAY)
            tokens = await stage.builtin.sign_in.refresh(tokens.refresh_token, HERE)
        stage.clock.pass_seconds(3 * DAY - 60)
        last = await stage.builtin.sign_in.refresh(tokens.refresh_token, HERE)

        assert last.expires_in == 60
        stage.clock.pass_seconds(60)
        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(last.refresh_token, HERE)

    play(module_service_database_url, story)


def test_a_session_that_nobody_refreshes_for_thirty_days_is_over(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        signed_up = await stage.sign_up()
        stage.clock.pass_seconds(30 * DAY)

        with pytest.raises(RefreshInvalid):
            await stage.builtin.sign_in.refresh(signed_up.tokens.refresh_token, HERE)
        assert await stage.builtin.sessions.live(signed_up.user_id) == []

    play(module_service_database_url, story)


def test_one_session_more_than_is_allowed_ends_the_oldest(module_service_database_url: str) -> None:
    async def story(stage: Stage) -> None:
        user_id = (await stage.sign_up()).user_id
        for _ in range(4):
            stage.clock.pass_seconds(1)
            async with stage.tenants.transaction(Tenant(user_id=user_id)) as transaction:
                await stage.builtin.sessions.start(transaction, user_id, None, HERE)

        live = await stage.builtin.sessions.live(user_id)
        assert [session.created_at - live[2].created_at for session in live] == [
            2_000_000,
            1_000_000,
            0,
        ]

    play(module_service_database_url, story, policies=Policies(sessions=SessionPolicy(most=3)))


def test_a_session_is_ended_by_its_person_and_by_nobody_else(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        ada, eve = await stage.sign_up(), await stage.sign_up()
        (session,) = await stage.builtin.sessions.live(ada.user_id)
        end = stage.builtin.sessions.end
        with pytest.raises(SessionNotFound):
            await end(eve.user_id, session.session_id, Ending.ENDED, HERE)
        is_live = stage.builtin.liveness.is_live
        assert not await is_live(eve.user_id, session.session_id, stage.clock.now)
        assert await is_live(ada.user_id, session.session_id, stage.clock.now)

        await end(ada.user_id, session.session_id, Ending.ENDED, HERE)
        assert not await stage.is_live(ada.tokens.access_token)
        with pytest.raises(SessionNotFound):
            await end(ada.user_id, session.session_id, Ending.ENDED, HERE)

    play(module_service_database_url, story)


def test_a_refresh_chooses_only_an_organisation_that_the_person_belongs_to(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        ada = await stage.sign_up()
        others = await make_organisation(stage.tenants)
        token = ada.tokens.refresh_token
        with pytest.raises(NoOrganisation):
            await stage.builtin.sign_in.refresh(token, HERE, org_id=others)

        tokens = await stage.builtin.sign_in.refresh(token, HERE, org_id=ada.org_id)
        assert (await stage.builtin.sign_in.read(tokens.access_token)).org_hint == ada.org_id

    play(module_service_database_url, story)


def test_what_expired_is_kept_for_a_while_and_then_forgotten(
    module_service_database_url: str,
) -> None:
    async def story(stage: Stage) -> None:
        user_id = (await stage.sign_up()).user_id
        query = "SELECT count(*) FROM sessions"
        stage.clock.pass_seconds(40 * DAY)
        await forget_expired(stage.tenants._database, now=stage.clock.now, kept=KEPT)
        assert await stage.count(query, user_id) == 1

        stage.clock.pass_seconds(20 * DAY)
        await forget_expired(stage.tenants._database, now=stage.clock.now, kept=KEPT)
        assert await stage.count(query, user_id) == 0

    play(module_service_database_url, story)

"""Changing, revoking and rotating keys, and reports of keys that leaked."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest

from playhead.base.time import Micros
from playhead.kernel.api_keys import (
    KeyMalformed,
    KeyNotFound,
    KeyNotLive,
    KeyState,
    new_key,
    revoke,
)
from playhead.kernel.api_keys.change import change
from playhead.kernel.api_keys.errors import ExpiryPassed, KeyScopeExceeded
from playhead.kernel.api_keys.model import DAY, LONGEST_OVERLAP
from playhead.kernel.api_keys.report_leak import Report, report_leak
from playhead.kernel.api_keys.rotate import rotate
from playhead.kernel.api_keys.schemas import key_view
from playhead.kernel.identity import Role, Scope
from playhead.web.parameters import END_OF_TIME
from tests.kernel.api_keys.stage import Stage, new_stage, on_stage
from tests.kernel.stage import NOW, make_member

SOON, LATER = Micros(NOW + 1000), Micros(NOW + DAY)


def report(text: str) -> Report:
    return Report(text, "a public repository", "192.0.2.9", "req_1")


def test_a_change_is_kept_and_told_with_what_was_before(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        networks = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
        changed = await change(
            stage.desk,
            stage.author,
            key.key_id,
            lambda settings: replace(settings, name="new", allowed_networks=networks),
            SOON,
        )

        assert changed == await stage.reader.find(stage.owner.org_id, key.key_id)
        assert (changed.settings.allowed_networks, changed.updated_at) == (networks, SOON)
        assert (await stage.log())[-1] == (
            "key.updated",
            {
                "hint": key.hint,
                "name": {"from": "reader", "to": "new"},
                "allowed_networks": {"from": [], "to": ["192.0.2.0/24", "2001:db8::/32"]},
            },
        )

    on_stage(module_service_database_url, act)


def test_what_changes_nothing_is_not_told(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        same = await change(stage.desk, stage.author, key.key_id, lambda settings: settings, SOON)

        assert same == key
        assert len(await stage.log()) == 1

    on_stage(module_service_database_url, act)


def test_a_change_cannot_widen_a_key_past_its_author(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key(scopes=frozenset({Scope.HISTORY_READ}))).key
        author = replace(stage.author, scopes=frozenset({Scope.ADMIN}))
        renamed = await change(
            stage.desk, author, key.key_id, lambda each: replace(each, name="new"), NOW
        )
        assert renamed.settings.scopes == {Scope.HISTORY_READ}  # what it has it may keep
        with pytest.raises(KeyScopeExceeded):
            await change(
                stage.desk,
                author,
                key.key_id,
                lambda each: replace(each, scopes=frozenset({Scope.AUTOMATION_WRITE})),
                NOW,
            )

    on_stage(module_service_database_url, act)


def test_an_expired_key_can_be_prolonged_but_not_into_the_past(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key(expires_at=SOON)).key
        with pytest.raises(ExpiryPassed):
            await change(
                stage.desk,
                stage.author,
                key.key_id,
                lambda each: replace(each, expires_at=Micros(SOON + 1)),
                LATER,
            )
        prolonged = await change(
            stage.desk,
            stage.author,
            key.key_id,
            lambda each: replace(each, expires_at=None),
            LATER,
        )
        assert prolonged.state(LATER) is KeyState.LIVE

    on_stage(module_service_database_url, act)


def test_a_key_is_revoked_once_and_for_good(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        first = await revoke(stage.desk, stage.author, key.key_id, NOW)
        second = await revoke(stage.desk, stage.author, key.key_id, LATER)

        assert first == second
        assert (first.revoked_at, first.revoked_because) == (NOW, "asked")
        assert [action for action, _ in await stage.log()] == ["key.created", "key.revoked"]
        with pytest.raises(KeyNotLive):
            await change(stage.desk, stage.author, key.key_id, lambda each: each, NOW)
        with pytest.raises(KeyNotLive):
            await rotate(stage.desk, stage.author, key.key_id, NOW)

    on_stage(module_service_database_url, act)


def test_a_key_of_another_organisation_is_not_there(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        theirs = await new_stage(stage.tenants)
        key_id = (await theirs.key()).key.key_id
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: stage.reader.find(stage.owner.org_id, key_id),
            lambda: revoke(stage.desk, stage.author, key_id, NOW),
            lambda: rotate(stage.desk, stage.author, key_id, NOW),
            lambda: change(stage.desk, stage.author, key_id, lambda each: each, NOW),
        ]
        for attempt in attempts:
            with pytest.raises(KeyNotFound):
                await attempt()
        assert (await theirs.reader.find(theirs.owner.org_id, key_id)).revoked_at is None

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize("overlap", [Micros(0), Micros(1), DAY, LONGEST_OVERLAP])
def test_a_rotated_key_is_good_until_the_overlap_ends(
    module_service_database_url: str, overlap: Micros
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        rotation = await rotate(stage.desk, stage.author, key.key_id, NOW, overlap=overlap)
        old = await stage.reader.find(stage.owner.org_id, key.key_id)

        assert old == rotation.old
        assert old.replaced_by == rotation.new.key.key_id
        assert old.state(Micros(NOW + overlap)) is KeyState.EXPIRED
        assert overlap == 0 or old.state(Micros(NOW + overlap - 1)) is KeyState.LIVE
        assert rotation.new.key.settings == key.settings
        assert [action for action, _ in await stage.log()] == ["key.created", "key.rotated"]

    on_stage(module_service_database_url, act)


def test_rotation_gives_the_same_time_to_live_and_never_prolongs_the_old_key(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key(expires_at=Micros(NOW + 2000))).key
        rotation = await rotate(stage.desk, stage.author, key.key_id, SOON, overlap=DAY)

        assert rotation.old.settings.expires_at == NOW + 2000
        assert rotation.new.key.settings.expires_at == SOON + 2000

    on_stage(module_service_database_url, act)


def test_a_key_that_lives_till_the_end_of_time_is_rotated_into_one_that_lives_no_longer(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key(expires_at=Micros(END_OF_TIME - 1))).key
        new = (await rotate(stage.desk, stage.author, key.key_id, SOON)).new.key

        assert new.settings.expires_at == END_OF_TIME - 1
        assert key_view(new, SOON).expires_at == "9999-12-31T23:59:59.999999Z"

    on_stage(module_service_database_url, act)


def test_a_key_that_was_replaced_or_has_expired_is_not_rotated(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key, fleeting = (await stage.key()).key, (await stage.key(expires_at=SOON)).key
        await rotate(stage.desk, stage.author, key.key_id, NOW)
        for key_id, at in ((key.key_id, NOW), (fleeting.key_id, SOON)):
            with pytest.raises(KeyNotLive):
                await rotate(stage.desk, stage.author, key_id, at)

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize("expires_at", [None, Micros(NOW + DAY + 1)])
def test_a_replaced_key_can_end_sooner_but_not_later(
    module_service_database_url: str, expires_at: Micros | None
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        await rotate(stage.desk, stage.author, key.key_id, NOW)

        async def expire(at: Micros | None) -> KeyState:
            edited = await change(
                stage.desk,
                stage.author,
                key.key_id,
                lambda each: replace(each, expires_at=at),
                NOW,
            )
            return edited.state(SOON)

        with pytest.raises(KeyNotLive):
            await expire(expires_at)
        assert await expire(SOON) is KeyState.EXPIRED

    on_stage(module_service_database_url, act)


def test_rotation_hands_nobody_a_key_that_may_do_more_than_they(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key = (await stage.key()).key
        author = replace(stage.author, scopes=frozenset({Scope.ADMIN}))
        with pytest.raises(KeyScopeExceeded):
            await rotate(stage.desk, author, key.key_id, NOW)

    on_stage(module_service_database_url, act)


def test_a_leaked_key_is_revoked_and_its_owners_are_told(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        org_id = stage.owner.org_id
        other = await make_member(stage.tenants, Role.OWNER, org_id=org_id)
        await make_member(stage.tenants, Role.ADMIN, org_id=org_id)
        issued = await stage.key()

        assert await report_leak(stage.desk, stage.letters, report(issued.text), SOON)

        key = await stage.reader.find(org_id, issued.key.key_id)
        assert (key.revoked_at, key.revoked_because) == (SOON, "leaked")
        told = {mail.recipient for mail in stage.letters.mails}
        assert told == {stage.owner.email, other.email}
        assert all(issued.text not in mail.text for mail in stage.letters.mails)
        action, details = (await stage.log())[-1]
        assert (action, details["where"]) == ("key.leaked", "a public repository")

    on_stage(module_service_database_url, act)


def test_a_leak_is_told_of_once(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        issued = await stage.key()
        await revoke(stage.desk, stage.author, issued.key.key_id, NOW)

        assert not await report_leak(stage.desk, stage.letters, report(issued.text), SOON)
        assert not await report_leak(stage.desk, stage.letters, report(new_key(is_test=False)), NOW)
        assert stage.letters.mails == []
        with pytest.raises(KeyMalformed):
            await report_leak(stage.desk, stage.letters, report("ph_live_"), NOW)

    on_stage(module_service_database_url, act)

"""Keys of providers over HTTP: put, listed, removed, and never shown again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from playhead.automation.models import LocalModel, Provider, ProviderPlaceInvalid, Upstream
from playhead.automation.models.keys import ProviderKey
from playhead.automation.provider_keys import (
    KeyRing,
    ProviderKeyDesk,
    ProviderKeyMissing,
    TenantModels,
    check_place,
    opening,
)
from playhead.automation.provider_keys.dependencies import install_provider_keys
from playhead.automation.provider_keys.router import router
from playhead.base.time import Micros
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Caller, Role
from playhead.storage.postgres import Database
from playhead.storage.sealing import SealBroken, Sealer
from playhead.storage.tenants import Tenants
from tests.kernel.asking import Desk, code
from tests.kernel.stage import NOW, Member, caller_for, make_member

KEY = "sk-ant-0123456789abcdefWXYZ"
BODY = {"provider": "anthropic", "key": KEY}


@dataclass(frozen=True)
class Stage:
    tenants: Tenants
    ring: KeyRing
    http: Desk
    owner: Member

    @property
    def caller(self) -> Caller:
        return caller_for(self.owner)

    async def ask(self, method: str, path: str = "", body: Any = None) -> httpx2.Response:
        return await self.http.ask(self.caller, method, f"/provider-keys{path}", body)

    async def opened(self, provider: Provider) -> tuple[ProviderKey, str | None] | None:
        async with self.tenants.transaction(self.caller.tenant) as transaction:
            return await self.ring.key_for(transaction, self.owner.org_id, provider)

    async def run(self, statement: str, **parameters: object) -> list[Any]:
        return await self.tenants.fetch_all(self.caller.tenant, statement, **parameters)


def on_stage(url: str, act: Callable[[Stage], Awaitable[None]], *, inside: bool = False) -> None:
    async def run() -> None:
        async with Database.open(url, connections=4) as database:
            tenants, ring = Tenants(database), KeyRing(Sealer([b"k" * 32]))
            desk = ProviderKeyDesk(tenants, AuditLog(), ring, inside=inside)
            http = Desk([router], lambda app: install_provider_keys(app, desk), now=_now)
            await act(Stage(tenants, ring, http, await make_member(tenants)))

    asyncio.run(run())


def _now() -> Micros:
    return NOW


def test_a_key_is_kept_and_never_shown_again(
    module_service_database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def act(stage: Stage) -> None:
        put = await stage.ask("POST", body=BODY)
        listed = await stage.ask("GET")
        opened = await stage.opened(Provider.ANTHROPIC)
        row = (await stage.run("SELECT * FROM provider_keys"))[0]
        log = await stage.run("SELECT action, subject, details::text FROM audit_log")

        assert put.status_code == 201
        assert put.json()["hint"] == "WXYZ"
        assert listed.json()["data"] == [put.json()]
        assert opened is not None
        assert (opened[0].reveal(), opened[1]) == (KEY, None)
        assert [row.action for row in log] == ["provider_key.put"]
        for told in (put.text, listed.text, repr(row), repr(opened), str(log), caplog.text):
            assert KEY not in told
            assert KEY[7:20] not in told

    on_stage(module_service_database_url, act)


def test_another_key_of_a_provider_replaces_the_first(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.ask("POST", body=BODY)
        again = await stage.ask("POST", body=BODY | {"key": "another-key-0123456789"})
        await stage.ask("POST", body=BODY | {"provider": "google", "key": "x" * 12})
        listed = (await stage.ask("GET")).json()["data"]

        assert again.status_code == 200
        told = [(each["provider"], each["hint"]) for each in listed]
        assert told == [("anthropic", "6789"), ("google", "")]

    on_stage(module_service_database_url, act)


def test_a_removed_key_is_gone(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.ask("POST", body=BODY)
        gone = await stage.ask("DELETE", "/anthropic")
        again = await stage.ask("DELETE", "/anthropic")
        odd = await stage.ask("DELETE", "/local")

        assert gone.status_code == 204
        assert code(again) == (404, "provider_key.not_found")
        assert code(odd) == (422, "request.invalid")
        assert await stage.opened(Provider.ANTHROPIC) is None

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize(
    "body",
    [
        BODY | {"provider": "local"},
        BODY | {"provider": "compatible"},
        BODY | {"key": "short"},
        BODY | {"key": "with a space inside"},
        BODY | {"key": "k" * 700},
        BODY | {"key": None},
        BODY | {"base_url": "https://llm.example.org/v1"},
        BODY | {"provider": "openai", "base_url": "https://10.0.0.1/v1"},
        BODY | {"surprise": 1},
    ],
    ids=lambda body: ",".join(f"{name}={str(value)[:25]}" for name, value in body.items()),
)
def test_what_cannot_be_kept_is_refused_without_repeating_it(
    module_service_database_url: str, body: dict[str, Any]
) -> None:
    async def act(stage: Stage) -> None:
        answer = await stage.ask("POST", body=body)

        assert answer.status_code == 422
        assert str(body["key"]) not in answer.text.replace("None", "")
        assert await stage.run("SELECT FROM provider_keys") == []

    on_stage(module_service_database_url, act)


def test_only_administrators_see_and_change_keys(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        member = await make_member(stage.tenants, Role.EDITOR, org_id=stage.owner.org_id)
        editor = caller_for(member)
        answers = [
            await stage.http.ask(editor, "GET", "/provider-keys"),
            await stage.http.ask(editor, "POST", "/provider-keys", BODY),
            await stage.http.ask(editor, "DELETE", "/provider-keys/anthropic"),
        ]

        assert {answer.status_code for answer in answers} == {403}

    on_stage(module_service_database_url, act)


def test_a_key_is_sent_to_no_address_that_somebody_wrote_beside_it(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        answer = await stage.ask("POST", "", {**BODY, "provider": "openai"})
        assert answer.status_code == 201, answer.text
        await stage.run("UPDATE provider_keys SET base_url = 'https://evil.example/v1' RETURNING 1")
        with pytest.raises(SealBroken):
            await stage.opened(Provider.OPENAI)

    on_stage(module_service_database_url, act)


def test_a_key_opens_for_its_organisation_only(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.ask("POST", body=BODY)
        stranger = await make_member(stage.tenants)
        (row,) = await stage.run("SELECT sealed FROM provider_keys")
        async with stage.tenants.transaction(stranger.tenant) as transaction:
            unseen = await stage.ring.key_for(transaction, stage.owner.org_id, Provider.ANTHROPIC)
            await transaction.execute(
                "INSERT INTO provider_keys VALUES (%(org_id)s, 'anthropic', %(sealed)s, '', NULL,"
                " 'usr', 1, 1)",
                org_id=stranger.org_id,
                sealed=row.sealed,
            )
            with pytest.raises(SealBroken):
                await stage.ring.key_for(transaction, stranger.org_id, Provider.ANTHROPIC)

        assert unseen is None

    on_stage(module_service_database_url, act)


def test_models_are_opened_with_the_organisations_own_key(
    module_service_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Provider, str, str | None]] = []

    async def open_model(
        provider: Provider, key: ProviderKey, _: Upstream, *, base_url: str | None, **__: object
    ) -> LocalModel:
        asked.append((provider, key.reveal(), base_url))
        return LocalModel()

    monkeypatch.setattr(opening, "open_model", open_model)

    async def act(stage: Stage) -> None:
        upstream = Upstream()
        models, org_id = TenantModels(stage.tenants, stage.ring, upstream), stage.owner.org_id
        place = "http://127.0.0.1:9/v1"
        await stage.ask("POST", body=BODY)
        await stage.ask("POST", body=BODY | {"provider": "openai", "base_url": place})
        assert isinstance(await models.open(org_id, Provider.LOCAL), LocalModel)
        await models.open(org_id, Provider.ANTHROPIC)
        await models.open(org_id, Provider.OPENAI)
        with pytest.raises(ProviderKeyMissing):
            await models.open(org_id, Provider.GOOGLE)
        await upstream.aclose()

        assert asked == [(Provider.ANTHROPIC, KEY, None), (Provider.COMPATIBLE, KEY, place)]

    on_stage(module_service_database_url, act, inside=True)


@pytest.mark.parametrize(
    "place",
    [
        "https://llm.example.org",
        "https://llm.example.org:8443/v1/",
        "https://8.8.8.8/v1",
        "https://[2001:4860:4860::8888]/v1",
    ],
)
def test_an_address_out_there_is_taken(place: str) -> None:
    check_place(Provider.OPENAI, place, inside=False)


INSIDE = [
    "http://127.0.0.1:9999/v1",
    "http://localhost:11434/v1",
    "http://[::1]:1/v1",
    "https://10.1.2.3/v1",
    "https://models.lan/v1",
]
NOWHERE = [
    "http://llm.example.org/v1",
    "http://10.1.2.3/v1",
    "https://me:secret@llm.example.org/v1",
    "https://llm.example.org/v1?x=1",
    "https://llm.example.org/v1?",
    "https://llm.example.org/v1#x",
    "https://llm.example.org/../v1",
    "https://llm.example.org:0/v1",
    "https://llm.example.org:99999/v1",
    "https://llm example.org/v1",
    "https://ünï.example.org/v1",
    "https://2130706433/v1",
    "https://127.1/v1",
    "https://0x7f.0.0.1/v1",
    "https://0x7f000001/v1",
    "ftp://llm.example.org/v1",
    "file:///etc/passwd",
    "https:///v1",
    "llm.example.org",
    "",
]


@pytest.mark.parametrize(
    "place",
    [
        *INSIDE,
        *NOWHERE,
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/v1",
        "https://[fe80::1]/v1",
        "https://0.0.0.0/v1",
        "https://100.64.0.1/v1",
        "https://224.0.0.1/v1",
        "https://metadata.google.internal/v1",
        "https://valkey:6379/",
    ],
)
def test_an_address_on_our_side_or_none_at_all_is_refused(place: str) -> None:
    with pytest.raises(ProviderPlaceInvalid):
        check_place(Provider.OPENAI, place, inside=False)


@pytest.mark.parametrize("place", INSIDE)
def test_who_runs_the_service_alone_may_ask_machines_of_their_own(place: str) -> None:
    check_place(Provider.OPENAI, place, inside=True)


@pytest.mark.parametrize("place", NOWHERE)
def test_what_is_no_address_is_none_inside_either(place: str) -> None:
    with pytest.raises(ProviderPlaceInvalid):
        check_place(Provider.OPENAI, place, inside=True)

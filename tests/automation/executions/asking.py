"""Asks the endpoints of executions over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2

from playhead.automation.executions.dependencies import install_executions
from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.model import EXECUTION_PREFIX
from playhead.automation.executions.router import routers
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.kernel.identity import Caller, Role, scopes_of
from tests.automation.executions.stage import Stage, now
from tests.kernel.asking import Desk


def caller_in(org_id: UUID, role: Role = Role.EDITOR) -> Caller:
    """Return somebody of an organisation."""
    person = UUID(int=7)
    return Caller(
        person, org_id, role, scopes_of(role), None, None, "free", "127.0.0.1", "req_test"
    )


def exe(execution_id: UUID) -> str:
    return format_id(EXECUTION_PREFIX, execution_id)


def skl(skill_id: UUID) -> str:
    return format_id(SKILL_PREFIX, skill_id)


@dataclass(slots=True)
class Client:
    """Somebody of the stage's organisation."""

    stage: Stage
    desk: Desk
    caller: Caller

    @classmethod
    def on(cls, stage: Stage) -> "Client":
        desk = ExecutionDesk.on(stage.tenants, stage.starter)
        asked = Desk(routers, lambda app: install_executions(app, desk), now=now)
        return cls(stage, asked, caller_in(stage.org_id))

    def of(self, org_id: UUID) -> "Client":
        """Return somebody of another organisation."""
        return replace(self, caller=caller_in(org_id))

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> httpx2.Response:
        self.desk._caller = self.caller
        transport = httpx2.ASGITransport(app=self.desk.app)
        told = {name: str(value) for name, value in params.items()}
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.request(
                method, f"/api/v1{path}", json=body, headers=headers, params=told
            )

    async def get(self, path: str, **params: object) -> Any:
        answer = await self.ask("GET", path, None, None, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

"""What the kernel adds to the API, and what it puts before every endpoint."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from playhead.base.time import Micros
from playhead.entrypoints.http_app import PREFIX, Door
from playhead.kernel.access import Guard, Visitors
from playhead.kernel.api_keys.dependencies import KeyRoom, install_api_keys
from playhead.kernel.api_keys.router import public_router as leaks_router
from playhead.kernel.api_keys.router import router as keys_router
from playhead.kernel.audit import AuditReader
from playhead.kernel.audit.dependencies import install_audit
from playhead.kernel.audit.router import router as audit_router
from playhead.kernel.auth.dependencies import AuthRoom, install_auth
from playhead.kernel.auth.jwks import jwks_router
from playhead.kernel.auth.router import person_router, public_router
from playhead.kernel.idempotency import IdempotencyKeys, key_owner
from playhead.kernel.identity import Scope
from playhead.kernel.orgs import OrgDesk
from playhead.kernel.orgs.dependencies import install_orgs
from playhead.kernel.orgs.router import routers as org_routers
from playhead.web.idempotency import install_idempotency


@dataclass(frozen=True, slots=True)
class KernelDoor:
    """The guard before endpoints that want to know who asks, a limit before the others."""

    guard: Guard
    visitors: Visitors

    def required(self, *scopes: Scope) -> Any:
        """Return a dependency that lets through whoever is known and has all of ``scopes``."""
        return self.guard.required(*scopes)

    def welcome(self) -> Any:
        """Return a dependency that lets through everybody who does not ask too often."""
        return self.visitors.welcome()


@dataclass(frozen=True, slots=True)
class Kernel:
    """Everything of the kernel that has endpoints."""

    door: KernelDoor
    auth: AuthRoom
    keys: KeyRoom
    orgs: OrgDesk
    audit: AuditReader
    answers: IdempotencyKeys
    now: Callable[[], Micros]

    def add_to(self, app: FastAPI, door: Door) -> None:
        """Give ``app`` the kernel's endpoints."""
        install_auth(app, self.auth)
        install_api_keys(app, self.keys)
        install_orgs(app, self.orgs)
        install_audit(app, self.audit)
        install_idempotency(app, self.answers, owner_of=key_owner, now=self.now)
        # These limit by themselves, each in its own way.
        app.include_router(public_router, prefix=PREFIX)
        app.include_router(leaks_router, prefix=PREFIX)
        app.include_router(jwks_router, dependencies=[door.welcome()])
        for router in (person_router, keys_router, audit_router, *org_routers):
            app.include_router(router, prefix=PREFIX, dependencies=[door.required()])

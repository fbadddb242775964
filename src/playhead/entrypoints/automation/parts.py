"""What automation adds to the API."""

from dataclasses import dataclass
from typing import Self

from fastapi import FastAPI

from playhead.automation.executions.dependencies import install_executions
from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.router import routers as execution_routers
from playhead.automation.habits.dependencies import HabitRoom, install_habits
from playhead.automation.habits.router import router as habits_router
from playhead.automation.provider_keys import ProviderKeyDesk
from playhead.automation.provider_keys.dependencies import install_provider_keys
from playhead.automation.provider_keys.router import router as provider_keys_router
from playhead.automation.reflexes import ReflexDesk
from playhead.automation.reflexes.dependencies import install_reflexes
from playhead.automation.reflexes.ingress_router import public_router
from playhead.automation.reflexes.market.rehearse import Rehearser
from playhead.automation.reflexes.router import router as reflexes_router
from playhead.automation.skills.dependencies import install_skills
from playhead.automation.skills.desk import SkillDesk
from playhead.automation.skills.router import routers as skill_routers
from playhead.entrypoints.automation.engine import Engine
from playhead.entrypoints.http_app import PREFIX, Door
from playhead.entrypoints.kernel import Ground
from playhead.entrypoints.kernel.sign_in import issuer_of
from playhead.web.limits import Limiter


@dataclass(frozen=True, slots=True)
class Automation:
    """The endpoints of skills, habits, reflexes and executions."""

    skills: SkillDesk
    provider_keys: ProviderKeyDesk
    executions: ExecutionDesk
    habits: HabitRoom
    reflexes: ReflexDesk

    @classmethod
    def on(cls, ground: Ground) -> Self:
        """Return them over what the kernel of the process stands on."""
        engine = Engine.on(ground)
        tenants, audit = engine.tenants, engine.audit
        reflexes = ReflexDesk(
            tenants,
            audit,
            ground.sealer,
            engine.starter,
            Limiter(ground.valkey, processes=ground.settings.api_processes),
            rehearsing=Rehearser(engine.timeline, ground.now),
            public_url=issuer_of(ground.settings),
            bell=engine.bell,
        )
        return cls(
            skills=SkillDesk(tenants, audit, engine.prices, engine.starter),
            provider_keys=ProviderKeyDesk(
                tenants, audit, engine.ring, inside=ground.settings.models_inside
            ),
            executions=ExecutionDesk.on(tenants, engine.starter, engine.bell),
            habits=HabitRoom.on(tenants, audit=audit, starter=engine.starter, bell=engine.bell),
            reflexes=reflexes,
        )

    def add_to(self, app: FastAPI, door: Door) -> None:
        """Give ``app`` the endpoints; webhooks prove by themselves who sent them."""
        install_skills(app, self.skills)
        install_provider_keys(app, self.provider_keys)
        install_executions(app, self.executions)
        install_habits(app, self.habits)
        install_reflexes(app, self.reflexes)
        app.include_router(public_router, prefix=PREFIX)
        for router in (
            # Paths of executions under /skills before those in which anything may be an id.
            *execution_routers,
            *skill_routers,
            provider_keys_router,
            habits_router,
            reflexes_router,
        ):
            app.include_router(router, prefix=PREFIX, dependencies=[door.required()])

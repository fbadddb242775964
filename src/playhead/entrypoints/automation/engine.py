"""What the endpoints and the jobs of automation share."""

from dataclasses import dataclass
from typing import Self

from playhead.automation.executions import FreeTariff, Starter, Witness
from playhead.automation.habits import HabitWitness
from playhead.automation.models.prices import PriceBook, price_book_shipped
from playhead.automation.notices import Notices
from playhead.automation.provider_keys import KeyRing
from playhead.automation.reflexes import ReflexWitness
from playhead.automation.timeline import Timeline
from playhead.entrypoints.automation.notices import AnnouncedPauses
from playhead.entrypoints.kernel import Ground
from playhead.entrypoints.timeline import TapeTimeline
from playhead.kernel.audit import AuditLog
from playhead.kernel.jobs.bell import ValkeyBell
from playhead.kernel.mail import Outbox
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of automation that every process has.

    Attributes:
        notices: Of pauses, for people and the audit log; ``announced`` reach reflexes as well.
        charges: The tariff; free until there are credits.
        witnesses: Who is told of every execution's end, in the transaction that ends it.
    """

    ground: Ground
    tenants: Tenants
    audit: AuditLog
    notices: Notices
    announced: Notices
    prices: PriceBook
    charges: FreeTariff
    witnesses: tuple[Witness, ...]
    starter: Starter
    ring: KeyRing
    timeline: Timeline
    bell: ValkeyBell

    @classmethod
    def on(cls, ground: Ground) -> Self:
        """Return it over what the kernel of the process stands on."""
        audit, mail, prices = AuditLog(), Outbox(ground.sealer), price_book_shipped()
        announced, notices = AnnouncedPauses(mail, audit), Notices(mail, audit)
        charges = FreeTariff()
        # Reflexes first: a habit that is paused takes the head of the audit log, which is the last
        # thing that anybody locks.
        witnesses = (ReflexWitness(notices), HabitWitness(announced))
        return cls(
            ground=ground,
            tenants=Tenants(ground.database),
            audit=audit,
            notices=notices,
            announced=announced,
            prices=prices,
            charges=charges,
            witnesses=witnesses,
            starter=Starter(charges, prices, witnesses),
            ring=KeyRing(ground.sealer),
            timeline=TapeTimeline(ground.database, ground.now),
            bell=ValkeyBell(ground.valkey),
        )

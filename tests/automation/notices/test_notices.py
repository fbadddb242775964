"""Notices that something was paused, over a real database."""

import asyncio

import pytest

from playhead.automation.notices import Notices, Pause
from playhead.automation.notices.model import pause_mail
from playhead.kernel.audit import AuditLog
from playhead.kernel.identity import Role
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.api_keys.stage import LetterBox
from tests.kernel.stage import NOW, make_member

PAUSE = Pause("habit", "hab_0", "Daily summary", 3, "the model answers nothing")


def test_owners_and_admins_are_written_to_and_the_log_tells_of_it(
    service_database_url: str,
) -> None:
    async def act() -> None:
        async with Database.open(service_database_url) as database:
            tenants, letters = Tenants(database), LetterBox()
            owner = await make_member(tenants)
            admin = await make_member(tenants, Role.ADMIN, org_id=owner.org_id)
            for role in (Role.EDITOR, Role.VIEWER):
                await make_member(tenants, role, org_id=owner.org_id)
            await make_member(tenants)  # of another organisation
            async with tenants.transaction(Tenant(owner.org_id)) as transaction:
                notices = Notices(letters, AuditLog())
                await notices.paused(transaction, owner.org_id, [PAUSE], now=NOW)
            log = await tenants.fetch_all(
                Tenant(owner.org_id), "SELECT actor, action, subject, details FROM audit_log"
            )

            assert {mail.recipient for mail in letters.mails} == {owner.email, admin.email}
            assert [(row.actor, row.action, row.subject) for row in log] == [
                ("automation", "habit.paused", "hab_0")
            ]
            assert log[0].details == {
                "name": "Daily summary",
                "failures": 3,
                "error": "the model answers nothing",
            }

    asyncio.run(act())


@pytest.mark.parametrize(("kind", "path"), [("habit", "habits"), ("reflex", "reflexes")])
def test_the_mail_says_what_happened_and_what_to_do(kind: str, path: str) -> None:
    mail = pause_mail(Pause(kind, "x_1", "Daily", 3, "no money"), "a@example.org", NOW)

    assert mail.subject == f"The {kind} Daily was paused: it keeps failing"
    assert f"The {kind} x_1 (Daily) was paused at 2027-01-15 08:00 UTC" in mail.text
    assert "    no money\n" in mail.text
    assert f"POST /api/v1/{path}/x_1/reset-errors" in mail.text
    assert f"GET /api/v1/{path}/x_1/executions" in mail.text


def test_names_and_errors_of_any_form_stay_on_their_line() -> None:
    pause = Pause("habit", "hab_0", "a\r\nBcc: x\u2028{at}" + "n" * 300, 3, "e\n{kind}s" * 300)

    mail = pause_mail(pause, "a@example.org", NOW)

    assert mail.subject.startswith("The habit a Bcc: x {at}nnn")
    assert len(mail.subject) < 200
    assert sum(len(line) > 500 for line in mail.text.splitlines()) == 1

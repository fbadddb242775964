"""Mails leave if and only if their transaction commits, and are tried until they arrive."""

import asyncio
import logging

import psycopg
import pytest

from playhead.base.errors import Conflict
from playhead.kernel.mail import Mail, MailRefused, MailUndelivered, sender
from playhead.kernel.mail.sender import LEASE
from playhead.storage.sealing import Sealer
from tests.kernel.mail.post import ADA, HELLO, FakeTransport, Post, opened, waiting

MINUTE = 60_000_000


def test_a_mail_is_sent_once_and_forgotten(service_database_url: str, database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            await post.put()
            ((_, _, sealed),) = waiting(database_url)
            assert b"ada" not in sealed
            assert [await post.sender().send_due() for _ in range(2)] == [1, 0]

        assert [mail for _, mail in post.transport.taken] == [HELLO]
        assert waiting(database_url) == []

    asyncio.run(story())


def test_what_is_rolled_back_sends_nothing(service_database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            with pytest.raises(Conflict):
                await post.put(failing=Conflict("no"))
            assert await post.sender().send_due() == 0

    asyncio.run(story())


def test_a_failure_of_the_moment_is_tried_again_later(
    service_database_url: str, database_url: str
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            post.transport.failures = [MailUndelivered("451"), ValueError("a bug")]
            await post.put()
            tried = []
            for wait in (0, 1, 2, 1, 3):
                post.clock.at += wait * MINUTE
                tried.append(await post.sender().send_due())

        assert tried == [1, 0, 1, 0, 1]
        assert len(post.transport.taken) == 1
        assert waiting(database_url) == []

    asyncio.run(story())


def test_why_a_mail_waits_is_kept_with_it(service_database_url: str, database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            post.transport.failures = [MailUndelivered("451")]
            await post.put()
            await post.sender().send_due()

        assert [row[:2] for row in waiting(database_url)] == [(1, "451")]

    asyncio.run(story())


def test_a_mail_that_is_refused_for_good_is_given_up_and_logged_without_its_recipient(
    service_database_url: str, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            post.transport.failures = [MailRefused("550 5.1.1")]
            await post.put()
            with caplog.at_level(logging.ERROR):
                await post.sender().send_due()

        assert waiting(database_url) == []
        assert "550 5.1.1" in caplog.text
        assert ADA not in caplog.text

    asyncio.run(story())


def test_a_mail_that_keeps_failing_is_given_up_after_twelve_attempts(
    service_database_url: str, database_url: str
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            post.transport.failures = [MailUndelivered("451")] * 20
            await post.put()
            for attempt in range(12):
                assert await post.sender().send_due() == 1
                post.clock.at += 2 ** (attempt + 1) * MINUTE

        assert waiting(database_url) == []
        assert len(post.transport.failures) == 8

    asyncio.run(story())


def test_without_its_key_a_mail_waits(service_database_url: str, database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            await post.put()
            post.sealer = Sealer([b"o" * 32])
            assert await post.sender().send_due() == 1

        assert len(waiting(database_url)) == 1
        assert post.transport.taken == []

    asyncio.run(story())


def test_several_senders_never_have_one_mail_while_the_lease_lasts(
    service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            for number in range(24):
                await post.put(Mail(ADA, f"Mail {number}", "text"))
            tried = await asyncio.gather(*(post.sender().send_due() for _ in range(6)))

        assert sum(tried) == 24
        assert sorted(mail.subject for _, mail in post.transport.taken) == sorted(
            f"Mail {number}" for number in range(24)
        )

    asyncio.run(story())


class Dying(FakeTransport):
    """A process that dies after it has sent a mail and before it could note so."""

    async def send(self, mail: Mail, **facts: object) -> None:
        await super().send(mail, **facts)  # type: ignore[arg-type]
        raise asyncio.CancelledError


def test_a_mail_whose_sender_died_is_sent_again_once_the_lease_ends(
    service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            await post.put()
            post.transport = Dying()
            with pytest.raises(asyncio.CancelledError):
                await post.sender().send_due()
            first, post.transport = post.transport, FakeTransport()
            assert await post.sender().send_due() == 0
            post.clock.at += LEASE
            assert await post.sender().send_due() == 1

        assert first.taken == post.transport.taken  # one id: whoever gets both can tell

    asyncio.run(story())


def test_the_loop_wakes_at_once_when_a_mail_is_put(service_database_url: str) -> None:
    async def story() -> None:
        async with opened(service_database_url) as post:
            loop = asyncio.create_task(post.sender().run())
            await asyncio.sleep(0.05)  # it found nothing, and would look again in five seconds
            await post.put()
            await asyncio.wait_for(_taken(post), 3)
            loop.cancel()

    asyncio.run(story())


def test_the_loop_outlives_a_database_that_is_not_migrated_yet(
    service_database_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "POLL_SECONDS", 0.02)

    async def story() -> None:
        async with opened(service_database_url) as post:
            _rename(database_url, "lend_outgoing_mail", "elsewhere")
            await post.put()
            loop = asyncio.create_task(post.sender().run())
            await asyncio.sleep(0.1)
            _rename(database_url, "elsewhere", "lend_outgoing_mail")
            await asyncio.wait_for(_taken(post), 3)
            loop.cancel()

    asyncio.run(story())


def _rename(owner_url: str, name: str, new: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(f"ALTER FUNCTION {name} RENAME TO {new}".encode())


async def _taken(post: Post) -> None:
    while not post.transport.taken:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("verb", ["SELECT * FROM", "DELETE FROM", "TRUNCATE"])
def test_the_role_that_serves_reads_no_mail(verb: str, module_service_database_url: str) -> None:
    with (
        psycopg.connect(module_service_database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"{verb} outgoing_mail".encode())

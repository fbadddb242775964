"""The doctor before a real database, Valkey and home, with something planted in each."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from playhead.entrypoints.administration import Administration, create_key, demo_key
from playhead.entrypoints.administration.demo import DEMO_ORG
from playhead.entrypoints.doctor import Finding, Level, examine, has_problem
from playhead.entrypoints.doctor.servers import (
    examine_api,
    examine_mail,
    examine_provider,
    examine_valkey,
)
from playhead.entrypoints.kernel.mail import mail_transport
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import FIRST_SCOPES, KeySettings
from playhead.kernel.auth.signing import KeyRing, SigningKeys, SigningPolicy
from tests.entrypoints.administration.stage import as_operator
from tests.entrypoints.whole import now


def found_in(settings: Settings) -> list[Finding]:
    async def all_of() -> list[Finding]:
        return [finding async for finding in examine(settings, now)]

    return asyncio.run(all_of())


def of(check: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


@contextmanager
def free_ports(count: int) -> Iterator[list[int]]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    yield [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, valkey_url: str) -> Settings:
    with free_ports(2) as (port, exchange_port):
        made = Settings(
            home=tmp_path,
            database_url=database_url,
            valkey_url=valkey_url,
            port=port,
            exchange_port=exchange_port,
        )
    open_sealer(made)
    return made


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_where_nothing_is_wrong_only_what_does_not_run_is_left(settings: Settings) -> None:
    demo_key(settings)
    found = found_in(settings)

    assert {each.check for each in found if each.level is not Level.OK} == {"api"}
    assert not has_problem(found)
    (audit,) = of("audit logs", found)
    assert audit.says == "followed those of 1 of 1 organisations, 2 entries"


def test_an_empty_home_is_told_of_and_left_empty(tmp_path: Path) -> None:
    with free_ports(2) as (port, exchange_port):
        settings = Settings(home=tmp_path, port=port, exchange_port=exchange_port)
    found = found_in(settings)

    skipped = {each.check for each in found if each.level is Level.UNCHECKED}
    assert skipped == {"secrets", "database", "audit logs", "valkey", "api"}
    assert not has_problem(found)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY", "policies", "does not hold its owner"),
        ("ALTER TABLE people DISABLE ROW LEVEL SECURITY", "policies", "of people is off"),
        ("DROP POLICY tenant ON sessions", "policies", "no policy for playhead_service"),
        (
            "ALTER POLICY tenant ON memberships USING (true)",
            "policies",
            "of memberships does not hold rows",
        ),
        (
            "CREATE POLICY p ON audit_log FOR SELECT TO PUBLIC USING (true)",
            "policies",
            "lets PUBLIC in",
        ),
        (
            "GRANT EXECUTE ON FUNCTION organisation_of_key TO PUBLIC",
            "functions",
            "everybody may call organisation_of_key",
        ),
        (
            "ALTER FUNCTION organisation_of_key RESET search_path",
            "functions",
            "looks for names where its caller says",
        ),
        ("UPDATE alembic_version SET version_num = '0002'", "migrations", "has schema 0002"),
        ("DROP TABLE alembic_version", "migrations", "has no schema"),
        ("UPDATE alembic_version SET version_num = '9999'", "migrations", "has schema 9999"),
    ],
)
def test_what_is_planted_in_the_schema_is_found(
    settings: Settings, statement: str, check: str, says: str
) -> None:
    execute(str(settings.database_url), statement)

    problems = [each for each in found_in(settings) if each.level is Level.PROBLEM]
    assert {each.check for each in problems} == {check}
    assert any(says in each.says for each in problems)


def test_an_altered_entry_of_an_audit_log_is_found(settings: Settings) -> None:
    demo_key(settings)
    as_operator(settings, lambda desk: create_key(desk, DEMO_ORG, KeySettings("bot", FIRST_SCOPES)))
    execute(
        str(settings.database_url),
        "SET session_replication_role = replica;"
        " UPDATE audit_log SET actor = 'me' WHERE number = 2",
    )

    problem, summary = of("audit logs", found_in(settings))
    assert problem.level is Level.PROBLEM
    assert "entry 2 of org_" in problem.says
    assert problem.says.endswith("says another thing in its columns than in its text")
    assert summary.level is Level.OK


def test_a_role_with_too_much_power_is_found(settings: Settings) -> None:
    wrong = settings.model_copy(update={"service_database_url": settings.database_url})
    found = found_in(wrong)

    (role,) = of("service role", found)
    assert role.level is Level.PROBLEM
    assert "superuser" in role.says
    assert of("audit logs", found)[0].level is Level.UNCHECKED


def test_a_key_that_others_can_read_is_found(settings: Settings) -> None:
    (settings.home / "master.key").chmod(0o644)

    (secret,) = of("secrets", found_in(settings))
    assert secret.level is Level.PROBLEM


def test_another_master_key_is_found_and_none_is_made(settings: Settings) -> None:
    async def sign(desk: Administration) -> None:
        tenants = desk.tenants
        ring = KeyRing(SigningKeys(tenants), open_sealer(settings), now=now, policy=SigningPolicy())
        await ring.signer()

    as_operator(settings, sign)
    file = settings.home / "master.key"
    assert of("master key", found_in(settings))[0].says == "it opens the signing keys"
    file.write_bytes(b"x" * 32)
    assert of("master key", found_in(settings))[0].level is Level.PROBLEM
    file.unlink()
    assert "there is no" in of("master key", found_in(settings))[0].says
    assert not file.exists()


def test_servers_that_are_away_are_problems(tmp_path: Path) -> None:
    with free_ports(1) as (port,):
        pass
    mail = mail_transport(Settings(home=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}"))
    found = [
        asyncio.run(examine_valkey(f"redis://127.0.0.1:{port}")),
        asyncio.run(examine_api(port)),
        asyncio.run(examine_provider(f"http://127.0.0.1:{port}/realms/playhead")),
        asyncio.run(examine_mail(mail, tmp_path)),
    ]

    assert [each.level for each in found] == [Level.PROBLEM] * 4
    assert [each.check for each in found] == ["valkey", "api", "sign-in", "mail"]
    assert all(each.remedy for each in found)


def test_a_database_that_is_away_is_a_problem_and_not_the_end(
    settings: Settings, tmp_path: Path
) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    found = found_in(away)

    assert [each.level for each in of("database", found)] == [Level.PROBLEM]
    assert of("audit logs", found)[0].level is Level.UNCHECKED
    assert of("valkey", found)[0].level is Level.OK

"""The functions that look across tenants: few, each for a reason, and deaf to whoever may not."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.isolation import catalog
from tests.isolation.catalog import Definer
from tests.isolation.rows import TENANT, Columns, some_hash
from tests.isolation.scene import Connection, Scene, act_for, put

PINNED = "pg_catalog, pg_temp"
SYSTEM = "playhead_system"


@dataclass(frozen=True, slots=True)
class Expected:
    """A function that may look across tenants, and why; ``call`` gives away nobody's rows."""

    why: str
    call: str
    is_for_service: bool = True


EXPECTED = {
    "person_of_email": Expected(
        "who signs in is known by an address only", "person_of_email('nobody@example.org')"
    ),
    "person_of_identity": Expected(
        "who comes from a provider is known by its subject only", "person_of_identity('i', 's')"
    ),
    "person_of_refresh_token": Expected(
        "a token says whose it is", "person_of_refresh_token('\\x00')"
    ),
    "person_of_mail_token": Expected("a link says whose it is", "person_of_mail_token('\\x00')"),
    "organisation_of_invitation": Expected(
        "who was invited is no member yet", "organisation_of_invitation('\\x00')"
    ),
    "organisation_of_key": Expected("a key says whose it is", "organisation_of_key('\\x00')"),
    "organisations_of_person": Expected(
        "a person is in several organisations", "organisations_of_person()"
    ),
    "people_of_organisation": Expected("members see each other", "people_of_organisation()"),
    "take_oauth_flow": Expected(
        "who comes back from a provider brings the state", "take_oauth_flow('\\x00', 0)"
    ),
    "lend_outgoing_mail": Expected("one sender sends everybody's", "lend_outgoing_mail(0, 1, 100)"),
    "return_outgoing_mail": Expected(
        "what was lent comes back", "return_outgoing_mail(gen_random_uuid(), NULL, NULL)"
    ),
    "forget_expired": Expected("what has expired goes, whosever it is", "forget_expired(0, 0)"),
    "lend_jobs": Expected("workers do everybody's jobs, in turns", "lend_jobs(0, 1, 1, NULL)"),
    "take_jobs": Expected(
        "a worker is brought ids, whosever they are", "take_jobs('{}', NULL, NULL, 'w', 0, 0)"
    ),
    "renew_jobs": Expected("a worker renews all that it holds", "renew_jobs('{}', '{}', 0, 0)"),
    "settle_jobs": Expected(
        "a worker ends jobs of several in one go, by their tokens",
        "settle_jobs('{}', '{}', '{}', '{}', '{}', '{}', 0)",
    ),
    "reap_jobs": Expected("a worker that died had everybody's jobs", "reap_jobs(0, 100)"),
    "forget_jobs": Expected("old jobs go, whosever they are", "NULLIF(forget_jobs(0, 1), 0)"),
    "forget_executions": Expected(
        "old executions go, whosever they are", "NULLIF(forget_executions(0, 1), 0)"
    ),
    "lend_occurrences": Expected(
        "one loop looks after everybody's ticks", "lend_occurrences(0, 1, 100)"
    ),
    "habits_to_plan": Expected("one loop plans everybody's habits", "habits_to_plan(0, 100)"),
    "forget_occurrences": Expected(
        "old ticks go, whosever they are", "NULLIF(forget_occurrences(0, 1), 0)"
    ),
    "forget_reflex_events": Expected(
        "old events go, whosever they are", "NULLIF(forget_reflex_events(0, 1), 0)"
    ),
    "webhook_of_reflex": Expected(
        "a webhook brings the id of a reflex, and proves by its signature that it may",
        "webhook_of_reflex(gen_random_uuid())",
    ),
    "organisations_listening": Expected(
        "what happens to the tape concerns whoever listens", "organisations_listening('nothing')"
    ),
    "market_reflexes": Expected(
        "one loop follows the tape for everybody's reflexes", "market_reflexes()"
    ),
    "chain_audit_log": Expected(
        "only the log moves its head", "chain_audit_log()", is_for_service=False
    ),
}
CALLS = [pytest.param(expected, id=name) for name, expected in EXPECTED.items()]
SECRETS: dict[str, Callable[[Scene], str | bytes]] = {
    "person_of_email": lambda scene: f"{scene.own.user_id}@example.org",
    "person_of_refresh_token": lambda scene: some_hash(scene.own.user_id, "refresh", 1),
    "person_of_mail_token": lambda scene: some_hash(scene.own.user_id, "mail", 1),
    "organisation_of_invitation": lambda scene: some_hash(scene.own.org_id, "invitation", 1),
    "organisation_of_key": lambda scene: some_hash(scene.own.org_id, "key", 1),
}

SHADOWS = """
CREATE TEMP TABLE people (user_id uuid, email_key text);
CREATE TEMP TABLE refresh_tokens (user_id uuid, token_hash bytea);
CREATE TEMP TABLE mail_tokens (LIKE refresh_tokens);
CREATE TEMP TABLE invitations (org_id uuid, token_hash bytea);
CREATE TEMP TABLE api_keys (org_id uuid, key_hash bytea);
CREATE TEMP TABLE audit_heads (org_id uuid PRIMARY KEY, number bigint, hash bytea);
CREATE TEMP TABLE memberships (org_id uuid, user_id uuid);
CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''\\x00''::bytea';
CREATE FUNCTION pg_temp.convert_to(text, name) RETURNS bytea LANGUAGE sql
    AS 'SELECT ''\\x00''::bytea';
CREATE FUNCTION pg_temp.anything(bytea, bytea) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR pg_temp.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = pg_temp.anything);
CREATE FUNCTION pg_temp.jsonb_build_object(VARIADIC text[]) RETURNS jsonb LANGUAGE sql
    AS 'SELECT ''{}''::jsonb';
SET search_path = pg_temp, public, pg_catalog
"""


def shadow(service: Connection) -> None:
    """Put in the way whatever the service can: its own tables, functions and an operator."""
    for statement in SHADOWS.split(";\n"):
        service.execute(statement.encode())


def call(connection: Connection, text: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {text}".encode()).fetchall()


def answer(service: Connection, function: str, argument: object) -> object:
    row = service.execute(
        sql.SQL("SELECT public.{}(%s)").format(sql.Identifier(function)), [argument]
    ).fetchone()
    return row and row[0]


def test_they_are_these_pinned_and_owned_by_the_system(owner: Connection) -> None:
    service = frozenset({"playhead_service"})
    expected = [
        Definer(name, SYSTEM, PINNED, service if one.is_for_service else frozenset())
        for name, one in sorted(EXPECTED.items())
    ]

    assert list(catalog.definers(owner)) == expected


def test_the_system_owns_nothing_else(owner: Connection) -> None:
    owned = owner.execute(
        "SELECT proname FROM pg_proc WHERE proowner = 'playhead_system'::regrole AND NOT prosecdef"
        " UNION ALL"
        " SELECT relname FROM pg_class WHERE relowner = 'playhead_system'::regrole"
        " UNION ALL"
        " SELECT nspname FROM pg_namespace"
        "  WHERE nspowner = 'playhead_system'::regrole"
        "     OR has_schema_privilege('playhead_system', oid, 'CREATE')"
        "     OR has_schema_privilege('playhead_service', oid, 'CREATE')"
    ).fetchall()

    assert owned == []


@pytest.mark.parametrize("function", CALLS)
def test_a_stranger_may_not_call(owner: Connection, function: Expected) -> None:
    stranger = sql.Identifier(f"stranger_{uuid4().hex}")  # gone when the test is rolled back
    owner.execute(sql.SQL("CREATE ROLE {}").format(stranger))
    owner.execute(sql.SQL("SET LOCAL ROLE {}").format(stranger))

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for function"):
        owner.execute(f"SELECT {function.call}".encode())


def test_the_service_may_not_move_the_head_of_the_audit_log(service: Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for function"):
        service.execute("SELECT chain_audit_log()")
    service.rollback()
    service.execute("CREATE TEMP TABLE log (org_id uuid)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for function"):
        service.execute(
            "CREATE TRIGGER chain BEFORE INSERT ON log EXECUTE FUNCTION chain_audit_log()"
        )


@pytest.mark.parametrize(
    "function", [param for param in CALLS if EXPECTED[str(param.id)].is_for_service]
)
def test_without_a_tenant_or_a_secret_nothing_comes_back(
    service: Connection, scene: Scene, function: Expected
) -> None:
    assert all(row in {(None,), ("",)} for row in call(service, function.call))
    act_for(service)
    assert all(row in {(None,), ("",)} for row in call(service, function.call))


@pytest.mark.parametrize("function", SECRETS)
def test_no_secret_at_all_is_nobodys(service: Connection, scene: Scene, function: str) -> None:
    assert answer(service, function, None) is None


@pytest.mark.parametrize("function", SECRETS)
def test_a_secret_says_whose_it_is(service: Connection, scene: Scene, function: str) -> None:
    whose = scene.own.user_id if function.startswith("person") else scene.own.org_id

    assert answer(service, function, SECRETS[function](scene)) == whose


@pytest.mark.parametrize("function", SECRETS)
def test_what_shadows_a_name_changes_no_answer(
    service: Connection, scene: Scene, function: str
) -> None:
    whose = scene.own.user_id if function.startswith("person") else scene.own.org_id
    secret = SECRETS[function](scene)
    shadow(service)

    assert answer(service, function, secret) == whose
    assert answer(service, function, secret[:-1]) is None


def test_a_function_that_trusts_the_search_path_is_fooled(owner: Connection, scene: Scene) -> None:
    owner.execute(
        "CREATE FUNCTION person_of_link(text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER"
        " AS 'SELECT user_id FROM people WHERE email_key = $1'"
    )
    owner.execute("GRANT EXECUTE ON FUNCTION person_of_link TO playhead_service")
    owner.execute("SET LOCAL ROLE playhead_service")
    shadow(owner)
    owner.execute("INSERT INTO pg_temp.people VALUES (%s, 'anybody')", [scene.other.user_id])
    owner.execute("GRANT SELECT ON pg_temp.people TO PUBLIC")

    assert answer(owner, "person_of_link", "anybody") == scene.other.user_id


@pytest.mark.parametrize("function", ["organisations_of_person", "people_of_organisation"])
def test_lists_of_a_tenant_hold_its_own_rows_only(
    service: Connection, scene: Scene, function: str
) -> None:
    shadow(service)
    act_for(service, scene.own.org_id, scene.own.user_id)
    own = scene.own.org_id if function == "organisations_of_person" else scene.own.user_id

    rows = service.execute(sql.SQL("SELECT * FROM public.{}()").format(sql.Identifier(function)))
    assert [row[0] for row in rows] == [own]


def test_the_audit_log_is_chained_whatever_shadows_its_functions(
    service: Connection, scene: Scene
) -> None:
    log = next(table for table in TENANT if table.name == "audit_log")
    newcomer = scene.newcomers["audit_log"]
    entry: Columns = {
        **scene.first_row(log),
        # What the caller says of the chain is not believed.
        "number": 77,
        "previous_hash": b"",
        "hash": b"",
        "entry": "",
    }
    act_for(service, newcomer.org_id)
    shadow(service)
    put(service, log, entry)

    row = service.execute("SELECT number, previous_hash, entry, hash FROM public.audit_log")
    number, previous, text, found = row.fetchone() or ()
    assert number == 1
    assert isinstance(previous, bytes)
    assert found == hashlib.sha256(previous + str(text).encode()).digest()

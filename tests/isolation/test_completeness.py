"""No table is overlooked: the schema has nothing wrong, and each thing that can be is found."""

import pytest

from tests.isolation.completeness import split, what_is_wrong
from tests.isolation.scene import Connection

NOTES = """
CREATE TABLE notes (org_id uuid NOT NULL, note_id uuid, PRIMARY KEY (org_id, note_id));
"""
TENANT = "(org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid))"

DEFECTS = {
    "a new tenant's table without an entry": (
        NOTES,
        "the table notes is in no list: give it an entry in tests/isolation/rows.py",
    ),
    "a new tenant's table without policies": (
        NOTES,
        "row-level security of notes is not enabled",
    ),
    "a new tenant's table in another schema": (
        "CREATE SCHEMA more; CREATE TABLE more.notes (org_id uuid)",
        "row-level security of more.notes is not enabled",
    ),
    "a table that is listed and gone": (
        "DROP TABLE mail_tokens CASCADE",
        "mail_tokens is listed in tests/isolation/rows.py and is no table",
    ),
    "security that is not enabled": (
        "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
        "row-level security of api_keys is not enabled",
    ),
    "security that does not hold the owner": (
        "ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY",
        "row-level security of api_keys is not forced",
    ),
    "a table of another owner": (
        "GRANT CREATE ON SCHEMA public TO playhead_system;"
        " ALTER TABLE api_keys OWNER TO playhead_system",
        "api_keys belongs to playhead_system, not to playhead",
    ),
    "a policy that is gone": (
        "DROP POLICY tenant ON api_keys",
        "api_keys has the policies [('system', 'ALL')], not one of the tenant",
    ),
    "a policy for everyone": (
        f"CREATE POLICY more ON api_keys USING {TENANT}",
        "policy more of api_keys lets PUBLIC in",
    ),
    "a policy that adds rows": (
        "CREATE POLICY more ON api_keys FOR SELECT TO playhead_service USING (is_test)",
        "policy more of api_keys does not hold rows to their org_id: is_test",
    ),
    "a policy that is open on one side": (
        f"DROP POLICY tenant ON api_keys; CREATE POLICY tenant ON api_keys TO playhead_service"
        f" USING {TENANT} WITH CHECK (true)",
        "policy tenant of api_keys does not hold rows to their org_id: true",
    ),
    "a setting that is read for every row": (
        "ALTER POLICY tenant ON api_keys USING"
        " (org_id = nullif(current_setting('app.org_id', true), '')::uuid)",
        "policy tenant of api_keys reads a setting for every row: wrap it in a sub-select",
    ),
    "a function that is called for every row": (
        "CREATE FUNCTION mine() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';"
        " ALTER POLICY tenant ON api_keys USING (org_id = mine())",
        "policy tenant of api_keys calls a function for every row: (org_id = mine())",
    ),
    "a policy that asks another table": (
        "ALTER POLICY tenant ON api_keys USING (org_id IN (SELECT m.org_id FROM memberships m))",
        "policy tenant of api_keys reads another table",
    ),
    "an index that is gone": (
        "DROP INDEX refresh_tokens_session",
        "no index of refresh_tokens is led by user_id",
    ),
    "a view that asks as its owner": (
        "CREATE VIEW names AS SELECT name FROM organisations",
        "view names shows organisations to whoever may read it",
    ),
    "a view upon a view": (
        "CREATE VIEW names WITH (security_invoker = true) AS SELECT name FROM organisations;"
        " CREATE VIEW lengths AS SELECT length(name) FROM names",
        "view lengths shows organisations to whoever may read it",
    ),
    "a view that keeps what it read": (
        "CREATE MATERIALIZED VIEW names AS SELECT name FROM organisations",
        "view names shows organisations to whoever may read it",
    ),
    "a partition that can be read by name": (
        "CREATE TABLE notes (org_id uuid) PARTITION BY HASH (org_id);"
        " CREATE TABLE notes_0 PARTITION OF notes FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
        " GRANT SELECT ON notes_0 TO playhead_service",
        "playhead_service may reach the partition notes_0 without the policies of notes",
    ),
    "a shared table that has tenants": (
        "ALTER TABLE markets ADD org_id uuid",
        "markets has the column org_id and is listed as shared",
    ),
    "a foreign key that does not say whose": (
        "ALTER TABLE api_keys ADD FOREIGN KEY (replaced_by) REFERENCES api_keys (key_id)",
        "a row of api_keys can point at another tenant's row of api_keys: add the org_id",
    ),
    "a grant to everyone": (
        "GRANT SELECT (name) ON organisations TO PUBLIC",
        "PUBLIC may SELECT organisations",
    ),
}


def test_nothing_is_wrong_with_the_schema(owner: Connection) -> None:
    assert what_is_wrong(owner, "playhead") == []


@pytest.mark.parametrize(("defect", "sentence"), DEFECTS.values(), ids=DEFECTS.keys())
def test_what_is_wrong_is_said(owner: Connection, defect: str, sentence: str) -> None:
    owner.execute(defect.encode())

    assert [said for said in what_is_wrong(owner, "playhead") if said.startswith(sentence)]


def test_views_that_ask_as_their_caller_are_fine(owner: Connection) -> None:
    owner.execute(
        "CREATE VIEW names WITH (security_invoker = true) AS SELECT name FROM organisations"
    )

    assert what_is_wrong(owner, "playhead") == []


def test_an_expression_is_split_into_what_is_read_once_and_what_is_not() -> None:
    outside, inside = split("((a = ( SELECT f(g(1)) AS f)) OR (b = h(( SELECT 2))))")

    assert "f(" not in outside
    assert "h(" in outside
    assert sorted(inside) == ["( SELECT 2)", "( SELECT f(g(1)) AS f)"]

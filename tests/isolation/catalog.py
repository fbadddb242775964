"""What a database has, as PostgreSQL's catalogue tells it to the owner: frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg.rows import args_row

OURS = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
"""Any schema that PostgreSQL did not make: a table elsewhere must not be overlooked."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is no partition. ``led_by`` are the columns that an index of it starts with."""

    name: str
    owner: str
    is_secured: bool
    is_forced: bool
    columns: frozenset[str]
    led_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition: whoever may read it by its own name passes by its parent's policies."""

    name: str
    root: str
    grantees: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. ``roles`` holds PUBLIC where it is for everyone."""

    table: str
    name: str
    command: str
    is_permissive: bool
    roles: frozenset[str]
    using: str
    check: str


@dataclass(frozen=True, slots=True)
class View:
    """A view and the tables that it reads itself."""

    name: str
    is_materialised: bool
    asks_as_caller: bool
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Definer:
    """A SECURITY DEFINER function and who may call it, its owner apart."""

    name: str
    owner: str
    search_path: str
    callers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role that is not the owner may do to a table or to a column of it."""

    table: str
    role: str
    verb: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: its columns, each with the one of the other table that it stands for."""

    table: str
    to: str
    columns: frozenset[tuple[str, str]]


TABLES: LiteralString = f"""
SELECT c.oid::regclass::text, c.relowner::regrole::text, c.relrowsecurity, c.relforcerowsecurity,
       ARRAY(SELECT attname::text FROM pg_attribute
              WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
       ARRAY(SELECT a.attname::text FROM pg_index i
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
              WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
 ORDER BY 1
"""

PARTITIONS: LiteralString = f"""
SELECT c.oid::regclass::text, pg_partition_root(c.oid)::regclass::text,
       ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC') FROM aclexplode(c.relacl) g
               LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> c.relowner)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND c.relkind IN ('r', 'p', 'f') AND c.relispartition
 ORDER BY 1
"""

POLICIES: LiteralString = """
SELECT p.polrelid::regclass::text, p.polname::text,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                     WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
       p.polpermissive,
       ARRAY(SELECT CASE WHEN role = 0 THEN 'PUBLIC' ELSE role::regrole::text END
               FROM unnest(p.polroles) AS role),
       coalesce(pg_get_expr(p.polqual, p.polrelid), ''),
       coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
  FROM pg_policy p
 ORDER BY 1, 2
"""

VIEWS: LiteralString = f"""
SELECT c.oid::regclass::text, c.relkind = 'm',
       coalesce((SELECT option_value::boolean FROM pg_options_to_table(c.reloptions)
                  WHERE option_name = 'security_invoker'), false),
       ARRAY(SELECT DISTINCT d.refobjid::regclass::text
               FROM pg_rewrite w JOIN pg_depend d
                 ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
              WHERE w.ev_class = c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {OURS} AND c.relkind IN ('v', 'm')
 ORDER BY 1
"""

DEFINERS: LiteralString = f"""
SELECT p.proname::text, p.proowner::regrole::text,
       coalesce((SELECT substr(pinned, length('search_path=') + 1)
                   FROM unnest(p.proconfig) AS pinned
                  WHERE pinned LIKE 'search\\_path=%'), ''),
       ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC')
               FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
               LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> p.proowner)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE {OURS} AND p.prosecdef
 ORDER BY 1
"""

REFERENCES: LiteralString = """
SELECT k.conrelid::regclass::text, k.confrelid::regclass::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (number, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.number
              ORDER BY key.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS key (number, place)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.number
              ORDER BY key.place)
  FROM pg_constraint k
 WHERE k.contype = 'f' AND k.conparentid = 0
 ORDER BY 1, 2
"""

GRANTS: LiteralString = f"""
SELECT c.oid::regclass::text, coalesce(r.rolname::text, 'PUBLIC'), g.privilege_type
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
       LATERAL (SELECT e.grantee, e.privilege_type FROM aclexplode(c.relacl) e
                 UNION
                SELECT e.grantee, e.privilege_type
                  FROM pg_attribute a, aclexplode(a.attacl) e WHERE a.attrelid = c.oid) g
  LEFT JOIN pg_roles r ON r.oid = g.grantee
 WHERE {OURS} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND g.grantee <> c.relowner
 ORDER BY 1, 2, 3
"""


Owner = psycopg.Connection[tuple[object, ...]]
"""A connection of the owner of the database."""


def tables(owner: Owner) -> Sequence[Table]:
    """Return every table that is no partition, by name."""

    def table(
        name: str, role: str, secured: bool, forced: bool, columns: list[str], led_by: list[str]
    ) -> Table:
        return Table(name, role, secured, forced, frozenset(columns), frozenset(led_by))

    return owner.cursor(row_factory=args_row(table)).execute(TABLES).fetchall()


def partitions(owner: Owner) -> Sequence[Partition]:
    """Return every partition, by name."""

    def partition(name: str, root: str, grantees: list[str]) -> Partition:
        return Partition(name, root, frozenset(grantees))

    return owner.cursor(row_factory=args_row(partition)).execute(PARTITIONS).fetchall()


def policies(owner: Owner) -> Sequence[Policy]:
    """Return every policy, by table and name."""

    def policy(
        table: str, name: str, command: str, permissive: bool, roles: list[str], *texts: str
    ) -> Policy:
        return Policy(table, name, command, permissive, frozenset(roles), *texts)

    return owner.cursor(row_factory=args_row(policy)).execute(POLICIES).fetchall()


def views(owner: Owner) -> Sequence[View]:
    """Return every view, by name."""

    def view(name: str, materialised: bool, as_caller: bool, read: list[str]) -> View:
        return View(name, materialised, as_caller, frozenset(read))

    return owner.cursor(row_factory=args_row(view)).execute(VIEWS).fetchall()


def definers(owner: Owner) -> Sequence[Definer]:
    """Return every SECURITY DEFINER function, by name."""

    def definer(name: str, role: str, search_path: str, callers: list[str]) -> Definer:
        return Definer(name, role, search_path, frozenset(callers))

    return owner.cursor(row_factory=args_row(definer)).execute(DEFINERS).fetchall()


def references(owner: Owner) -> Sequence[Reference]:
    """Return every foreign key, by the table that it is of."""

    def reference(table: str, to: str, ours: list[str], theirs: list[str]) -> Reference:
        return Reference(table, to, frozenset(zip(ours, theirs, strict=True)))

    return owner.cursor(row_factory=args_row(reference)).execute(REFERENCES).fetchall()


def grants(owner: Owner) -> frozenset[Grant]:
    """Return what is granted on tables and views, their columns included, to all but the owner."""
    return frozenset(owner.cursor(row_factory=args_row(Grant)).execute(GRANTS).fetchall())

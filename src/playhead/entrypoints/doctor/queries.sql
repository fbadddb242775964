-- name: version
SELECT current_setting('server_version_num')::int / 10000 AS major;

-- name: clock
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at;

-- name: has_schema
SELECT to_regclass('public.alembic_version') IS NOT NULL AS found;

-- name: schema
SELECT max(version_num) AS current FROM public.alembic_version;

-- name: tables
SELECT c.relname::text AS name, c.relrowsecurity AS is_enabled, c.relforcerowsecurity AS is_forced,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attname IN ('org_id', 'user_id')
                AND NOT a.attisdropped ORDER BY 1) AS tenant_columns
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY 1;

-- name: policies
SELECT c.relname::text AS table_name, p.polname::text AS name,
       ARRAY(SELECT CASE WHEN role = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role)::text END
               FROM unnest(p.polroles) AS role) AS roles,
       coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS reads,
       coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS writes
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE c.relnamespace = 'public'::regnamespace
 ORDER BY 1, 2;

-- name: definers
-- What extensions bring along is theirs to answer for.
SELECT p.oid::regprocedure::text AS name,
       ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC')
               FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
               LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> p.proowner) AS callers,
       EXISTS (SELECT FROM unnest(p.proconfig) AS option
                WHERE option LIKE 'search\_path=%') AS has_search_path
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                      AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1;

-- name: sealed
-- Which were sealed last: enough to know whether the master key is the one that sealed them. Those
-- that were withdrawn, as when a master key was lost, nobody needs again.
SELECT sealed FROM signing_keys WHERE retired_at IS DISTINCT FROM 0
 ORDER BY created_at DESC LIMIT :limit;

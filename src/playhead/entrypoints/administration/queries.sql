-- name: organisations
-- By when they were made; :text is a part of the name, in either case.
SELECT o.org_id, o.name, o.plan, o.created_at,
       (SELECT count(*) FROM memberships m WHERE m.org_id = o.org_id) AS members,
       (SELECT count(*) FROM api_keys k
         WHERE k.org_id = o.org_id AND k.revoked_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > :now)) AS live_keys
  FROM organisations o
 WHERE (:text::text IS NULL OR strpos(lower(o.name), lower(:text)) > 0)
   AND (:org_id::uuid IS NULL OR o.org_id = :org_id)
   AND (:name::text IS NULL OR o.name = :name)
 ORDER BY o.created_at, o.org_id LIMIT :limit;

-- name: add_organisation
-- Once: the same id again changes nothing and gives no row.
INSERT INTO organisations (org_id, name, plan, created_at, updated_at)
VALUES (:org_id, :name, :plan, :now, :now)
ON CONFLICT (org_id) DO NOTHING
RETURNING org_id;

-- name: people
-- By when they were made; :text is a part of the address.
SELECT p.user_id, p.email, p.email_verified_at IS NOT NULL AS is_verified,
       p.first_name, p.last_name, p.password_hash IS NOT NULL AS has_password, p.created_at,
       ARRAY(SELECT o.name FROM memberships m JOIN organisations o USING (org_id)
              WHERE m.user_id = p.user_id ORDER BY m.created_at, m.org_id) AS organisations,
       ARRAY(SELECT m.role FROM memberships m JOIN organisations o USING (org_id)
              WHERE m.user_id = p.user_id ORDER BY m.created_at, m.org_id) AS roles,
       (SELECT count(*) FROM sessions s
         WHERE s.user_id = p.user_id AND s.ended_at IS NULL AND s.expires_at > :now)
           AS live_sessions
  FROM people p
 WHERE :text::text IS NULL OR strpos(p.email_key, lower(:text)) > 0
 ORDER BY p.created_at, p.user_id LIMIT :limit;

-- name: live_key
SELECT key_id FROM api_keys
 WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now) LIMIT 1;

-- name: key_owner
SELECT org_id FROM api_keys WHERE key_id = :key_id;

-- name: schema
-- Whether the tables are there at all: a database may be older than this program.
SELECT to_regclass('public.organisations') IS NOT NULL AS has_organisations;

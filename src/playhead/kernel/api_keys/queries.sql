-- name: lock
-- Whoever makes or changes a key waits here for whoever else does, and for changes of members.
SELECT org_id FROM organisations WHERE org_id = :org_id FOR NO KEY UPDATE;

-- name: may_administer
-- Whether a person, or a key, still administers the organisation.
SELECT EXISTS (SELECT FROM people_of_organisation()
                WHERE user_id = :user_id::uuid AND role IN ('owner', 'admin'))
       OR EXISTS (SELECT FROM api_keys
                   WHERE org_id = :org_id AND key_id = :key_id::uuid AND 'admin' = ANY(scopes)
                     AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)) AS found;

-- name: count_live
SELECT count(*) AS live FROM api_keys
 WHERE org_id = :org_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
   AND key_id IS DISTINCT FROM :besides::uuid;

-- name: insert
INSERT INTO api_keys (key_id, org_id, name, hint, key_hash, is_test, scopes, allowed_networks,
                      limit_per_minute, created_by, created_at, updated_at, expires_at)
VALUES (:key_id, :org_id, :name, :hint, :key_hash, :is_test, :scopes, :networks::text[]::cidr[],
        :limit_per_minute, :created_by, :created_at, :updated_at, :expires_at);

-- name: save
UPDATE api_keys
   SET name = :name, scopes = :scopes, allowed_networks = :networks::text[]::cidr[],
       limit_per_minute = :limit_per_minute, expires_at = :expires_at, updated_at = :updated_at,
       revoked_at = :revoked_at, revoked_because = :revoked_because, replaced_by = :replaced_by
 WHERE org_id = :org_id AND key_id = :key_id;

-- name: take
-- The row is ours until the transaction ends: two who change one key do it one after the other.
SELECT * FROM api_keys WHERE org_id = :org_id AND key_id = :key_id FOR NO KEY UPDATE;

-- name: take_by_hash
SELECT * FROM api_keys WHERE org_id = :org_id AND key_hash = :key_hash FOR NO KEY UPDATE;

-- name: take_administering
-- Keys that somebody made and could administer with, locked in one order.
SELECT * FROM api_keys
 WHERE org_id = :org_id AND created_by = :user_id AND 'admin' = ANY(scopes)
   AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
 ORDER BY key_id FOR NO KEY UPDATE;

-- name: take_live
-- All that open anything, locked in one order.
SELECT * FROM api_keys
 WHERE org_id = :org_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
 ORDER BY key_id FOR NO KEY UPDATE;

-- name: find
SELECT * FROM api_keys WHERE org_id = :org_id AND key_id = :key_id;

-- name: page
-- Ids begin with the time they were made: the newest come first.
SELECT * FROM api_keys
 WHERE org_id = :org_id AND (:before::uuid IS NULL OR key_id < :before)
   AND (:revoked OR revoked_at IS NULL)
 ORDER BY key_id DESC LIMIT :limit;

-- name: organisation
SELECT organisation_of_key(:key_hash) AS org_id;

-- name: owners
SELECT email FROM people_of_organisation() WHERE role = 'owner';

-- name: usage
SELECT key_id, day, requests FROM api_key_usage
 WHERE org_id = :org_id AND key_id = ANY(:key_ids) AND day >= :since::date AND day < :until::date
 ORDER BY key_id, day;

-- name: add_usage
-- Adds to what other processes have added. Keys are locked in one order, so that two flushes never
-- wait for each other in a circle; a key that is gone by now is passed over.
WITH used AS (
    SELECT * FROM unnest(:key_ids::uuid[], :days::date[], :requests::bigint[], :last_used::bigint[])
           AS u (key_id, day, requests, last_used)
), locked AS MATERIALIZED (
    SELECT key_id FROM api_keys WHERE org_id = :org_id AND key_id = ANY(:key_ids)
     ORDER BY key_id FOR NO KEY UPDATE
), counted AS (
    INSERT INTO api_key_usage AS a (org_id, key_id, day, requests)
    SELECT :org_id, key_id, day, requests FROM used JOIN locked USING (key_id)
    ON CONFLICT (org_id, key_id, day) DO UPDATE SET requests = a.requests + EXCLUDED.requests
)
UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, n.last_used)
  FROM (SELECT key_id, max(last_used) AS last_used FROM used JOIN locked USING (key_id)
         GROUP BY key_id) n
 WHERE k.org_id = :org_id AND k.key_id = n.key_id;

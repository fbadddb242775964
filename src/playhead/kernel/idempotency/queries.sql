-- name: begin
-- Reserve a key, or return who has it: one row, unless the one that has it began at this instant and
-- is not visible yet. A key can be had that is too old, or whose equal request ran out of time. In an
-- organisation that is gone nothing is reserved.
WITH begun AS (
    INSERT INTO idempotency_keys AS k
           (org_id, caller, key_hash, request_hash, started_at, lease_until, expires_at)
    SELECT org_id, :caller, :key_hash, :request_hash, :now, :lease_until, :expires_at
      FROM organisations WHERE org_id = :org_id FOR KEY SHARE
    ON CONFLICT (org_id, caller, key_hash) DO UPDATE
       SET request_hash = excluded.request_hash, started_at = excluded.started_at,
           lease_until = excluded.lease_until, expires_at = excluded.expires_at,
           status = NULL, answer = NULL
     WHERE k.expires_at <= :now
        OR (k.status IS NULL AND k.lease_until <= :now AND k.request_hash = excluded.request_hash)
    RETURNING started_at
)
SELECT true AS begun, NULL::bytea AS request_hash, NULL::integer AS status, NULL::bytea AS answer
  FROM begun
UNION ALL
SELECT false, k.request_hash, k.status, k.answer
  FROM idempotency_keys k
 WHERE k.org_id = :org_id AND k.caller = :caller AND k.key_hash = :key_hash
   AND NOT EXISTS (SELECT FROM begun);

-- name: finish
-- Only the request that holds the key: one that outlived its lease has lost it to another.
UPDATE idempotency_keys
   SET status = :status, answer = :answer
 WHERE org_id = :org_id AND caller = :caller AND key_hash = :key_hash
   AND started_at = :started_at AND status IS NULL
RETURNING started_at;

-- name: release
DELETE FROM idempotency_keys
 WHERE org_id = :org_id AND caller = :caller AND key_hash = :key_hash
   AND started_at = :started_at AND status IS NULL
RETURNING started_at;

-- name: keys
-- Retired keys stay for the record; those that signed lately are few.
SELECT key_id, public_key, sealed, created_at, signs_from, retired_at
  FROM signing_keys
 WHERE retired_at IS NULL OR retired_at > :retired_after
 ORDER BY created_at, key_id;

-- name: lock
-- Who makes a key makes it alone; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(:lock);

-- name: retire
UPDATE signing_keys SET retired_at = :at
 WHERE retired_at IS NULL OR retired_at > :at;

-- name: add
INSERT INTO signing_keys (key_id, public_key, sealed, created_at, signs_from)
VALUES (:key_id, :public_key::jsonb, :sealed, :created_at, :signs_from);

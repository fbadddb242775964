-- name: list
SELECT provider, hint, base_url, created_by, created_at, updated_at
  FROM provider_keys WHERE org_id = :org_id ORDER BY provider;

-- name: put
-- Two who put one at once do it one after the other; `is_new` is whether there was none.
INSERT INTO provider_keys AS k (org_id, provider, sealed, hint, base_url, created_by, created_at,
                                updated_at)
VALUES (:org_id, :provider, :sealed, :hint, :base_url, :by, :now, :now)
ON CONFLICT (org_id, provider) DO UPDATE
   SET sealed = EXCLUDED.sealed, hint = EXCLUDED.hint, base_url = EXCLUDED.base_url,
       created_by = EXCLUDED.created_by, updated_at = EXCLUDED.updated_at
RETURNING k.created_at, k.xmax = 0 AS is_new;

-- name: remove
DELETE FROM provider_keys WHERE org_id = :org_id AND provider = :provider RETURNING provider;

-- name: find
SELECT sealed, base_url FROM provider_keys WHERE org_id = :org_id AND provider = :provider;

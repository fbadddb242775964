-- name: active
SELECT * FROM market_reflexes();

-- name: positions
SELECT reflex_id, revision, state FROM reflex_positions
 WHERE org_id = :org_id AND reflex_id = ANY(:reflex_ids::uuid[]);

-- name: move_on
-- Only of a reflex that is still what it was: no row means that it is not.
INSERT INTO reflex_positions (org_id, reflex_id, revision, state, updated_at)
SELECT org_id, reflex_id, revision, :state::jsonb, :now FROM reflexes
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND revision = :revision AND is_active
   FOR KEY SHARE
ON CONFLICT (org_id, reflex_id)
DO UPDATE SET revision = excluded.revision, state = excluded.state, updated_at = excluded.updated_at
RETURNING reflex_id;

-- name: is_same
SELECT reflex_id FROM reflexes
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND revision = :revision AND is_active
   FOR KEY SHARE;

-- name: take_lead
SELECT pg_try_advisory_lock(:key) AS taken;

-- name: lead_still
SELECT 1 AS held;

-- name: leave_lead
SELECT pg_advisory_unlock(:key) AS left;

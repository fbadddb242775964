-- name: find
-- A reflex with its skill, and how often it fired.
SELECT r.*, s.name AS skill_name, s.category AS skill_category, s.is_active AS skill_is_active,
       f.trigger_count, f.last_triggered_at
  FROM reflexes r JOIN skills s USING (org_id, skill_id)
 CROSS JOIN LATERAL (SELECT count(*) AS trigger_count, max(e.at) AS last_triggered_at
                       FROM reflex_events e
                      WHERE e.org_id = r.org_id AND e.reflex_id = r.reflex_id
                        AND e.state = 'fired') f
 WHERE r.org_id = :org_id AND r.reflex_id = :reflex_id;

-- name: page
-- The newest first; `total` only where it is wanted.
SELECT r.*, s.name AS skill_name, s.category AS skill_category, s.is_active AS skill_is_active,
       f.trigger_count, f.last_triggered_at
  FROM (SELECT * FROM reflexes
         WHERE org_id = :org_id
           AND (:skill_id::uuid IS NULL OR skill_id = :skill_id)
           AND (:trigger_type::text IS NULL OR trigger_type = :trigger_type)
           AND (:is_active::boolean IS NULL OR is_active = :is_active)
           AND (:before_at::bigint IS NULL OR (created_at, reflex_id) < (:before_at, :before_id::uuid))
         ORDER BY created_at DESC, reflex_id DESC
         LIMIT :most OFFSET :skip) r
  JOIN skills s USING (org_id, skill_id)
 CROSS JOIN LATERAL (SELECT count(*) AS trigger_count, max(e.at) AS last_triggered_at
                       FROM reflex_events e
                      WHERE e.org_id = r.org_id AND e.reflex_id = r.reflex_id
                        AND e.state = 'fired') f
 ORDER BY r.created_at DESC, r.reflex_id DESC;

-- name: total
SELECT count(*) AS total FROM reflexes
 WHERE org_id = :org_id AND (:skill_id::uuid IS NULL OR skill_id = :skill_id)
   AND (:trigger_type::text IS NULL OR trigger_type = :trigger_type)
   AND (:is_active::boolean IS NULL OR is_active = :is_active);

-- name: events
SELECT * FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id
   AND (:state::text IS NULL OR state = :state)
   AND (:before_at::bigint IS NULL OR (received_at, event_id) < (:before_at, :before_id::uuid))
 ORDER BY received_at DESC, event_id DESC LIMIT :most OFFSET :skip;

-- name: events_total
SELECT count(*) AS total FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND (:state::text IS NULL OR state = :state);

-- name: executions
-- Runs of a reflex as its own pages show them; all about one of them is told under /executions.
SELECT execution_id, status, execution_type, error_code, error_message, created_at, started_at,
       ended_at, at
  FROM executions
 WHERE org_id = :org_id AND reference_id = :reflex_id
   AND (:before_at::bigint IS NULL
        OR (created_at, execution_id) < (:before_at, :before_id::uuid))
 ORDER BY created_at DESC, execution_id DESC LIMIT :most OFFSET :skip;

-- name: executions_total
SELECT count(*) AS total FROM executions WHERE org_id = :org_id AND reference_id = :reflex_id;

-- name: event_counts
SELECT state, trace ->> 'because' AS because, count(*) AS events
  FROM reflex_events WHERE org_id = :org_id AND reflex_id = :reflex_id
 GROUP BY 1, 2;

-- name: execution_counts
SELECT status, count(*) AS executions FROM executions
 WHERE org_id = :org_id AND reference_id = :reflex_id GROUP BY 1;

-- name: overview
SELECT trigger_type, count(*) AS reflexes, count(*) FILTER (WHERE is_active) AS active,
       count(*) FILTER (WHERE consecutive_failures > 0) AS failing
  FROM reflexes WHERE org_id = :org_id GROUP BY 1;

-- name: fired_by_type
SELECT source, count(*) AS fired FROM reflex_events
 WHERE org_id = :org_id AND state = 'fired' GROUP BY 1;

-- name: recent
SELECT e.* FROM reflex_events e
 WHERE e.org_id = :org_id AND e.state = 'fired'
 ORDER BY e.event_id DESC LIMIT :most;

-- name: outcome
SELECT count(*) FILTER (WHERE status = 'completed') AS completed,
       count(*) FILTER (WHERE status IN ('completed', 'failed')) AS ended
  FROM executions WHERE org_id = :org_id AND execution_type = 'reflex';

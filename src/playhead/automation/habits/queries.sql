-- name: write_plan
-- Add ticks and note how far they reach, unless somebody else has planned or changed the schedule.
WITH moved AS (
    UPDATE habits h SET planned_to = p.planned_to
      FROM unnest(:habit_ids::uuid[], :numbers::int[], :froms::bigint[], :untils::bigint[])
           AS p (habit_id, number, planned_from, planned_to)
     WHERE h.org_id = :org_id AND h.habit_id = p.habit_id AND h.is_active
       AND h.schedule_number = p.number AND h.planned_to = p.planned_from
    RETURNING h.habit_id
)
INSERT INTO occurrences (org_id, habit_id, tick, due_at)
SELECT :org_id, t.habit_id, t.tick, t.due_at
  FROM unnest(:tick_habits::uuid[], :ticks::bigint[], :dues::bigint[]) AS t (habit_id, tick, due_at)
  JOIN moved USING (habit_id)
    ON CONFLICT DO NOTHING;

-- name: unplan
-- Take back the ticks that are still to come.
DELETE FROM occurrences
 WHERE org_id = :org_id AND habit_id = ANY(:habit_ids::uuid[]) AND state = 'planned'
   AND tick > :now;

-- name: habits
-- A habit, its skill, and what follows from its ticks and runs. The next tick without a row is one
-- microsecond after the plan's end.
SELECT h.*, s.name AS skill_name, s.category AS skill_category, s.is_active AS skill_is_active,
       CASE WHEN h.is_active THEN coalesce(
           (SELECT min(o.tick) FROM occurrences o
             WHERE o.org_id = h.org_id AND o.habit_id = h.habit_id AND o.state = 'planned'
               AND o.tick > :now), h.planned_to + 1) END AS next_run_at,
       (SELECT max(e.created_at) FROM executions e
         WHERE e.org_id = h.org_id AND e.reference_id = h.habit_id) AS last_run_at,
       (SELECT count(*) FROM (SELECT FROM executions e
                               WHERE e.org_id = h.org_id AND e.reference_id = h.habit_id
                               LIMIT :most_counted) AS counted) AS run_count
  FROM habits h
  JOIN skills s ON s.org_id = h.org_id AND s.skill_id = h.skill_id
 WHERE h.org_id = :org_id

-- name: one_of_them
   AND h.habit_id = :habit_id

-- name: page_of_them
   AND (:skill_id::uuid IS NULL OR h.skill_id = :skill_id::uuid)
   AND (:is_active::boolean IS NULL OR h.is_active = :is_active::boolean)
   AND (:before_at::bigint IS NULL
        OR (h.created_at, h.habit_id) < (:before_at::bigint, :before_id::uuid))
 ORDER BY h.created_at DESC, h.habit_id DESC LIMIT :most OFFSET :skip

-- name: count_habits
SELECT count(*) AS total FROM habits
 WHERE org_id = :org_id
   AND (:skill_id::uuid IS NULL OR skill_id = :skill_id::uuid)
   AND (:is_active::boolean IS NULL OR is_active = :is_active::boolean);

-- name: take
-- The row of a habit, which nobody else changes until the transaction ends.
SELECT FROM habits WHERE org_id = :org_id AND habit_id = :habit_id FOR NO KEY UPDATE;

-- name: insert
INSERT INTO habits (habit_id, org_id, skill_id, label, schedule_cron, schedule_description, timezone,
                    config, overlap, misfire, misfire_most, misfire_window, jitter, pause_after,
                    is_active, planned_to, created_by, created_at, updated_at)
VALUES (:habit_id, :org_id, :skill_id, :label, :schedule_cron, :schedule_description, :timezone,
        :config::jsonb, :overlap, :misfire, :misfire_most, :misfire_window, :jitter, :pause_after,
        :is_active, :now, :created_by, :now, :now);

-- name: save
-- What may change about a habit. Its plan begins anew where :replan says so.
UPDATE habits
   SET label = :label, schedule_cron = :schedule_cron,
       schedule_description = :schedule_description, timezone = :timezone, config = :config::jsonb,
       overlap = :overlap, misfire = :misfire, misfire_most = :misfire_most,
       misfire_window = :misfire_window, jitter = :jitter, pause_after = :pause_after,
       is_active = :is_active, consecutive_failures = :consecutive_failures,
       last_error_message = :last_error_message, paused_at = :paused_at,
       paused_because = :paused_because, updated_at = :now,
       schedule_number = schedule_number + :replan::boolean::int,
       planned_to = CASE WHEN :replan::boolean THEN :now ELSE planned_to END
 WHERE org_id = :org_id AND habit_id = :habit_id
RETURNING schedule_number;

-- name: delete
DELETE FROM habits WHERE org_id = :org_id AND habit_id = :habit_id;

-- name: occurrences
SELECT tick, due_at, state, reason, execution_id, decided_at FROM occurrences
 WHERE org_id = :org_id AND habit_id = :habit_id
   AND (:state::text IS NULL OR state = :state::text)
   AND (:before::bigint IS NULL OR tick < :before::bigint)
 ORDER BY tick DESC LIMIT :most OFFSET :skip;

-- name: count_occurrences
SELECT count(*) AS total FROM occurrences
 WHERE org_id = :org_id AND habit_id = :habit_id
   AND (:state::text IS NULL OR state = :state::text);

-- name: states
SELECT state, count(*) AS ticks FROM occurrences
 WHERE org_id = :org_id AND habit_id = :habit_id GROUP BY state;

-- name: runs
-- How the runs of one habit, or of all, have ended.
SELECT count(*) AS total,
       count(*) FILTER (WHERE e.status = 'completed') AS completed,
       count(*) FILTER (WHERE e.status = 'failed') AS failed,
       count(*) FILTER (WHERE e.status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE e.status IN ('pending', 'running')) AS unfinished,
       (avg(e.ended_at - e.started_at) FILTER (WHERE e.status = 'completed'))::bigint
           AS average_duration,
       max(e.created_at) AS last_run_at
  FROM executions e
 WHERE e.org_id = :org_id AND e.execution_type = 'habit'
   AND (:habit_id::uuid IS NULL OR e.reference_id = :habit_id::uuid);

-- name: overview
SELECT count(*) AS total,
       count(*) FILTER (WHERE is_active) AS active,
       count(*) FILTER (WHERE paused_at IS NOT NULL) AS paused,
       count(*) FILTER (WHERE consecutive_failures > 0) AS failing
  FROM habits WHERE org_id = :org_id;

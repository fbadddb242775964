-- name: take_turn
-- One firer at a time decides for an organisation; the next one sees what it decided.
SELECT pg_advisory_xact_lock(7303014, hashtext(:org_id::text));

-- name: due
-- What must be known to decide: every tick of these habits that is due or waits, with its habit, its
-- skill's state and what runs. After `take_turn`, in a statement of its own.
SELECT h.habit_id, h.skill_id, h.label, h.config, h.overlap, h.misfire, h.misfire_most,
       h.misfire_window, h.jitter, h.pause_after, h.is_active, h.created_by,
       s.is_active AS skill_is_active, o.tick, o.due_at, o.state,
       CASE WHEN h.overlap = 'allow' THEN '{}'::uuid[] ELSE ARRAY(
           SELECT e.execution_id FROM executions e
            WHERE e.org_id = :org_id AND e.reference_id = h.habit_id
              AND e.status IN ('pending', 'running')) END AS running
  FROM habits h
  JOIN skills s ON s.org_id = h.org_id AND s.skill_id = h.skill_id
  JOIN occurrences o ON o.org_id = h.org_id AND o.habit_id = h.habit_id
 WHERE h.org_id = :org_id AND h.habit_id = ANY(:habit_ids::uuid[])
   AND (o.state = 'planned' AND o.due_at <= :now OR o.state = 'buffered')
 ORDER BY h.habit_id, o.tick;

-- name: end_ticks
-- Write what became of ticks. One that goes on waiting is lent again at :recheck_at.
UPDATE occurrences o
   SET state = e.state, reason = e.reason, execution_id = e.execution_id,
       decided_at = CASE WHEN e.state = 'buffered' THEN NULL ELSE :now::bigint END,
       lease_until = CASE WHEN e.state = 'buffered' THEN :recheck_at::bigint END
  FROM unnest(:habit_ids::uuid[], :ticks::bigint[], :states::text[], :reasons::text[],
              :execution_ids::uuid[]) AS e (habit_id, tick, state, reason, execution_id)
 WHERE o.org_id = :org_id AND o.habit_id = e.habit_id AND o.tick = e.tick;

-- name: fail
-- Count one failure more of each habit, and pause those that have failed too often in a row.
UPDATE habits h
   SET consecutive_failures = h.consecutive_failures + 1,
       last_error_message = f.message,
       is_active = h.is_active AND h.consecutive_failures + 1 < h.pause_after,
       paused_at = CASE WHEN h.is_active AND h.consecutive_failures + 1 >= h.pause_after
                        THEN :now ELSE h.paused_at END,
       paused_because = CASE WHEN h.is_active AND h.consecutive_failures + 1 >= h.pause_after
                             THEN 'failures' ELSE h.paused_because END
  FROM unnest(:habit_ids::uuid[], :messages::text[]) AS f (habit_id, message)
 WHERE h.org_id = :org_id AND h.habit_id = f.habit_id
RETURNING h.habit_id, h.schedule_description, h.schedule_cron, h.consecutive_failures,
          h.last_error_message, h.paused_at IS NOT DISTINCT FROM :now::bigint AS paused;

-- name: succeed
UPDATE habits SET consecutive_failures = 0, last_error_message = NULL
 WHERE org_id = :org_id AND habit_id = :habit_id
   AND (consecutive_failures > 0 OR last_error_message IS NOT NULL);

-- name: release
-- Whatever waits for a run of this habit to end is due at once.
UPDATE occurrences SET lease_until = NULL
 WHERE org_id = :org_id AND habit_id = :habit_id AND state = 'buffered';

-- name: lend
SELECT org_id, habit_id FROM lend_occurrences(:now::bigint, :lease_until::bigint, :most::int);

-- name: to_plan
SELECT org_id, habit_id, schedule_cron, timezone, jitter, planned_to, schedule_number
  FROM habits_to_plan(:horizon::bigint, :most::int);

-- name: forget
SELECT forget_occurrences(:before::bigint, :most::int) AS gone;

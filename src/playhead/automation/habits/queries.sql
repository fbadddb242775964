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

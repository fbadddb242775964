-- name: enqueue
INSERT INTO jobs (job_id, org_id, kind, subject, due_at, most_attempts, created_at)
SELECT n.job_id, :org_id::uuid, n.kind, n.subject, n.due_at, n.most_attempts, :now::bigint
  FROM unnest(:job_ids::uuid[], :kinds::text[], :subjects::uuid[], :due_ats::bigint[],
              :most_attempts::int[])
    AS n (job_id, kind, subject, due_at, most_attempts);

-- name: ask_to_cancel
-- Whoever is queued is cancelled at once; who is running is asked. Always locked in the same order.
WITH open AS (
    SELECT job_id FROM jobs
     WHERE job_id = ANY (:job_ids::uuid[]) AND state IN ('queued', 'running')
     ORDER BY job_id FOR UPDATE
)
UPDATE jobs j
   SET cancel_asked_at = coalesce(j.cancel_asked_at, :now::bigint),
       state = CASE j.state WHEN 'queued' THEN 'cancelled' ELSE j.state END,
       ended_at = CASE j.state WHEN 'queued' THEN :now::bigint END,
       sent_at = NULL
  FROM open o
 WHERE j.job_id = o.job_id
RETURNING j.job_id, j.state;

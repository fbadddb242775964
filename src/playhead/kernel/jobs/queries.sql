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

-- name: not_ended
SELECT job_id FROM jobs WHERE job_id = ANY (:job_ids::uuid[]) AND ended_at IS NULL;

-- name: hold
-- The row stays locked until the end of the transaction.
SELECT job_id FROM jobs
 WHERE job_id = :job_id::uuid AND token = :token::int AND state = 'running'
   FOR UPDATE;

-- name: settle_one
-- Who is to be cancelled waits for no other attempt: that is taken at once, to give up.
UPDATE jobs
   SET state = :state::text, lease_until = NULL,
       due_at = CASE WHEN cancel_asked_at IS NULL THEN coalesce(:due_at::bigint, due_at)
                     ELSE least(:due_at::bigint, :now::bigint, due_at) END,
       last_error = coalesce(:error::text, last_error),
       ended_at = CASE WHEN :state::text <> 'queued' THEN :now::bigint END
 WHERE job_id = :job_id::uuid AND token = :token::int AND state = 'running'
RETURNING job_id;

-- name: lend
SELECT job_id, org_id FROM lend_jobs(:now::bigint, :room::int, :most_per_org::int, :after::uuid);

-- name: take
SELECT job_id, org_id, kind, subject, attempts, most_attempts, created_at, due_at, token,
       cancel_asked
  FROM take_jobs(:job_ids::uuid[], :sent_before::bigint, :most::int, :worker::text, :now::bigint,
                 :lease_until::bigint);

-- name: renew
SELECT job_id, is_held, cancel_asked
  FROM renew_jobs(:job_ids::uuid[], :tokens::int[], :renew_before::bigint, :lease_until::bigint);

-- name: settle
SELECT settle_jobs(:job_ids::uuid[], :tokens::int[], :states::text[], :due_ats::bigint[],
                   :errors::text[], :counted::bool[], :now::bigint) AS job_id;

-- name: reap
SELECT reap_jobs(:now::bigint, :most::int) AS job_id;

-- name: forget
SELECT forget_jobs(:before::bigint, :most::int) AS forgotten;

-- name: insert
-- Adds executions, however many, in one statement.
INSERT INTO executions (
       execution_id, org_id, skill_id, version, config, model, execution_type, reference_id,
       trigger, retry_of, mark, input, at, estimated_pico_dollars, reserved_credits, created_by,
       created_at, job_id)
SELECT r.execution_id, :org_id, r.skill_id, r.version, r.config, r.model, r.execution_type,
       r.reference_id, r.trigger, r.retry_of, r.mark, r.input, r.at,
       r.estimated_pico_dollars, r.reserved_credits, r.created_by, :now, r.job_id
  FROM jsonb_to_recordset(:rows::text::jsonb) AS r (
       execution_id uuid, skill_id uuid, version integer, config jsonb, model text,
       execution_type text, reference_id uuid, trigger jsonb, retry_of uuid, mark text, input jsonb,
       at bigint, estimated_pico_dollars numeric, reserved_credits bigint, created_by text,
       job_id uuid);

-- name: of_request
SELECT execution_id FROM executions
 WHERE org_id = :org_id AND mark = :mark AND created_at > :since
 ORDER BY created_at LIMIT 1;

-- name: unfinished
SELECT reference_id, execution_id FROM executions
 WHERE reference_id = ANY(:reference_ids) AND status IN ('pending', 'running')
 ORDER BY created_at, execution_id;

-- name: begin
-- An attempt begins with nothing written; what earlier ones have spent stays. Those that a stopping
-- worker put back are counted too: a number never stands for two outputs. One that broke off in
-- the middle of its answer may have spent more than was counted.
UPDATE executions
   SET status = 'running', started_at = coalesce(started_at, :now), attempts = attempts + 1,
       usage_complete = usage_complete AND output = '', output = '', output_length = 0,
       first_token_at = NULL
 WHERE org_id = :org_id AND execution_id = :execution_id AND status IN ('pending', 'running')
RETURNING execution_id, org_id, skill_id, version, config, model, trigger, input, at, attempts,
       input_tokens,
       cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
       cost_pico_dollars, usage_complete;

-- name: add_output
-- `output` is cut first: a commit of which nobody learnt must not double a part.
UPDATE executions
   SET output = left(output, :kept) || :more::text, output_length = :kept::int + length(:more::text),
       first_token_at = coalesce(first_token_at, :first_token_at),
       input_tokens = :input_tokens, cached_input_tokens = :cached_input_tokens,
       cache_write_tokens = :cache_write_tokens, output_tokens = :output_tokens,
       reasoning_tokens = :reasoning_tokens, cost_pico_dollars = :cost_pico_dollars
 WHERE org_id = :org_id AND execution_id = :execution_id AND status = 'running'
   AND attempts = :attempt
RETURNING 1 AS written;

-- name: put_off
-- The attempt is lost, another follows. What it wrote can be read until then.
UPDATE executions
   SET output = :output, output_length = length(:output::text), first_token_at = :first_token_at,
       lost = lost || jsonb_build_array(:lost::text::jsonb),
       input_tokens = :input_tokens, cached_input_tokens = :cached_input_tokens,
       cache_write_tokens = :cache_write_tokens, output_tokens = :output_tokens,
       reasoning_tokens = :reasoning_tokens, cost_pico_dollars = :cost_pico_dollars,
       usage_complete = :usage_complete
 WHERE org_id = :org_id AND execution_id = :execution_id AND status = 'running';

-- name: finish
-- The final state, of an attempt that is known to whoever ends it.
UPDATE executions
   SET status = :status, output = :output, output_length = length(:output::text),
       stop_reason = :stop_reason,
       output_valid = :output_valid, first_token_at = :first_token_at,
       error_code = :error_code, error_message = :error_message,
       input_tokens = :input_tokens, cached_input_tokens = :cached_input_tokens,
       cache_write_tokens = :cache_write_tokens, output_tokens = :output_tokens,
       reasoning_tokens = :reasoning_tokens, cost_pico_dollars = :cost_pico_dollars,
       usage_complete = :usage_complete, ended_at = :now
 WHERE org_id = :org_id AND execution_id = :execution_id AND status IN ('pending', 'running')
RETURNING execution_id, org_id, skill_id, execution_type, reference_id, status, error_code,
       error_message, trigger, reserved_credits, cost_pico_dollars;

-- name: drop
-- The final state, from outside: whatever attempts wrote and spent stays as it is.
UPDATE executions
   SET status = :status, error_code = :error_code, error_message = :error_message,
       usage_complete = usage_complete AND output = '', ended_at = :now
 WHERE org_id = :org_id AND execution_id = ANY(:execution_ids)
   AND status IN ('pending', 'running')
RETURNING execution_id, org_id, skill_id, execution_type, reference_id, status, error_code,
       error_message, trigger, reserved_credits, cost_pico_dollars;

-- name: ask_to_cancel
UPDATE executions
   SET cancel_asked_at = coalesce(cancel_asked_at, :now), cancelled_by = coalesce(cancelled_by, :by)
 WHERE org_id = :org_id AND execution_id = ANY(:execution_ids)
   AND status IN ('pending', 'running');

-- name: jobs_of
SELECT execution_id, job_id FROM executions
 WHERE org_id = :org_id AND execution_id = ANY(:execution_ids)
   AND status IN ('pending', 'running')
 ORDER BY job_id;

-- name: unfinished_of_skills
SELECT execution_id FROM executions
 WHERE org_id = :org_id AND skill_id = ANY(:skill_ids) AND status IN ('pending', 'running');

-- name: charged
UPDATE executions SET charged_credits = :credits
 WHERE org_id = :org_id AND execution_id = :execution_id;

-- name: clean_up
-- Forgets some of what ended before an instant, and tells how many: a long list must not lock long.
WITH old AS (
    SELECT execution_id FROM executions
     WHERE org_id = :org_id AND ended_at < :before LIMIT :most
), gone AS (
    DELETE FROM executions e USING old
     WHERE e.org_id = :org_id AND e.execution_id = old.execution_id
    RETURNING 1
)
SELECT count(*) AS many FROM gone;

-- name: count_old
SELECT count(*) AS many FROM executions WHERE org_id = :org_id AND ended_at < :before;

-- name: forget_of_all
SELECT forget_executions(:before, :most) AS many;

-- name: listed
-- The beginning of a list, whose conditions follow: rows do not hold whole outputs.
SELECT e.execution_id, e.skill_id, s.name AS skill_name, s.category AS skill_category, e.version,
       e.model, e.execution_type, e.reference_id, e.retry_of, e.status, e.at,
       left(e.output, :shown::int) AS output, e.output_length,
       e.output_valid, e.stop_reason, e.error_code, e.error_message, e.attempts,
       e.input_tokens, e.cached_input_tokens, e.cache_write_tokens, e.output_tokens, e.reasoning_tokens, e.usage_complete, e.cost_pico_dollars,
       e.estimated_pico_dollars, e.reserved_credits, e.charged_credits, e.created_by,
       e.created_at, e.started_at, e.first_token_at, e.ended_at, e.cancel_asked_at,
       e.cancelled_by
  FROM executions e
  LEFT JOIN skills s ON s.org_id = e.org_id AND s.skill_id = e.skill_id;

-- name: counted
SELECT count(*) AS many FROM executions e;

-- name: one
SELECT e.execution_id, e.skill_id, s.name AS skill_name, s.category AS skill_category, e.version,
       e.model, e.execution_type, e.reference_id, e.retry_of, e.status, e.at, e.output,
       e.output_length, e.output_valid, e.stop_reason, e.error_code,
       e.error_message, e.attempts, e.input_tokens, e.cached_input_tokens, e.cache_write_tokens,
       e.output_tokens, e.reasoning_tokens, e.usage_complete, e.cost_pico_dollars,
       e.estimated_pico_dollars, e.reserved_credits, e.charged_credits, e.created_by,
       e.created_at, e.started_at, e.first_token_at, e.ended_at, e.cancel_asked_at,
       e.cancelled_by, e.input, e.trigger, e.config, e.lost, e.job_id
  FROM executions e
  LEFT JOIN skills s ON s.org_id = e.org_id AND s.skill_id = e.skill_id
 WHERE e.org_id = :org_id AND e.execution_id = :execution_id;

-- name: progress
-- What is new of an output after `taken` characters, at most `most` of them.
SELECT status, attempts, output_length AS length,
       CASE WHEN output_length > :taken::int THEN substr(output, :taken::int + 1, :most::int)
            ELSE '' END AS more
  FROM executions WHERE org_id = :org_id AND execution_id = :execution_id;

-- name: skill_exists
SELECT 1 AS found FROM skills WHERE org_id = :org_id AND skill_id = :skill_id;

-- name: standing
SELECT status FROM executions WHERE org_id = :org_id AND execution_id = :execution_id;

-- name: totals
-- Executions of an organisation, or of one skill, from an instant on. Durations are those of
-- executions that completed.
SELECT count(*) AS total,
       count(*) FILTER (WHERE status = 'pending') AS pending,
       count(*) FILTER (WHERE status = 'running') AS running,
       count(*) FILTER (WHERE status = 'completed') AS completed,
       count(*) FILTER (WHERE status = 'failed') AS failed,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       coalesce(sum(coalesce(input_tokens, 0) + coalesce(cached_input_tokens, 0)
           + coalesce(cache_write_tokens, 0) + coalesce(output_tokens, 0)
           + coalesce(reasoning_tokens, 0)), 0)::bigint AS tokens,
       coalesce(sum(cost_pico_dollars), 0) AS cost,
       count(*) FILTER (WHERE NOT usage_complete) AS uncounted,
       avg(ended_at - started_at) FILTER (WHERE status = 'completed') AS duration,
       avg(first_token_at - started_at) FILTER (WHERE status = 'completed') AS first_token
  FROM executions
 WHERE org_id = :org_id AND created_at >= :since
   AND (:skill_id::uuid IS NULL OR skill_id = :skill_id);

-- name: by_skill
SELECT e.skill_id, s.name, s.category,
       count(*) AS total,
       count(*) FILTER (WHERE e.status = 'completed') AS completed,
       count(*) FILTER (WHERE e.status = 'failed') AS failed,
       count(*) FILTER (WHERE e.status = 'cancelled') AS cancelled,
       sum(coalesce(e.input_tokens, 0) + coalesce(e.cached_input_tokens, 0)
           + coalesce(e.cache_write_tokens, 0) + coalesce(e.output_tokens, 0)
           + coalesce(e.reasoning_tokens, 0))::bigint AS tokens,
       coalesce(sum(e.cost_pico_dollars), 0) AS cost,
       avg(e.ended_at - e.started_at) FILTER (WHERE e.status = 'completed') AS duration
  FROM executions e
  JOIN skills s ON s.org_id = e.org_id AND s.skill_id = e.skill_id
 WHERE e.org_id = :org_id AND e.created_at >= :since
 GROUP BY e.skill_id, s.name, s.category
 ORDER BY total DESC, e.skill_id
 LIMIT :most;

-- name: by_period
-- Every period from the one that holds `since` to the one that holds `now`, in UTC, the empty ones
-- too.
WITH bounds AS (
    SELECT date_trunc(:granularity::text, timestamp 'epoch'
               + :since::bigint * interval '1 microsecond') AS first,
           date_trunc(:granularity::text, timestamp 'epoch'
               + :now::bigint * interval '1 microsecond') AS last
), periods AS (
    SELECT generate_series(first, last, ('1 ' || :granularity::text)::interval) AS period
      FROM bounds
), counted AS (
    SELECT date_trunc(:granularity::text, timestamp 'epoch'
               + created_at * interval '1 microsecond') AS period,
           count(*) AS total,
           count(*) FILTER (WHERE status = 'completed') AS completed,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
           sum(coalesce(input_tokens, 0) + coalesce(cached_input_tokens, 0)
               + coalesce(cache_write_tokens, 0) + coalesce(output_tokens, 0)
               + coalesce(reasoning_tokens, 0))::bigint AS tokens,
           coalesce(sum(cost_pico_dollars), 0) AS cost
      FROM executions, bounds
     WHERE org_id = :org_id
       AND created_at >= (extract(epoch FROM first) * 1000000)::bigint
     GROUP BY 1
)
SELECT (extract(epoch FROM p.period) * 1000000)::bigint AS starts_at,
       coalesce(c.total, 0) AS total, coalesce(c.completed, 0) AS completed,
       coalesce(c.failed, 0) AS failed, coalesce(c.cancelled, 0) AS cancelled,
       coalesce(c.tokens, 0) AS tokens, coalesce(c.cost, 0) AS cost
  FROM periods p LEFT JOIN counted c ON c.period = p.period
 ORDER BY p.period;

-- name: by_type
SELECT k.name, count(e.execution_id) AS total,
       count(*) FILTER (WHERE e.status = 'completed') AS completed,
       count(*) FILTER (WHERE e.status = 'failed') AS failed,
       count(*) FILTER (WHERE e.status = 'cancelled') AS cancelled
  FROM unnest(:names::text[]) WITH ORDINALITY AS k (name, number)
  LEFT JOIN executions e ON e.execution_type = k.name AND e.org_id = :org_id
        AND e.created_at >= :since
 GROUP BY k.name, k.number ORDER BY k.number;

-- name: by_status
SELECT k.name, count(e.execution_id) AS total
  FROM unnest(:names::text[]) WITH ORDINALITY AS k (name, number)
  LEFT JOIN executions e ON e.status = k.name AND e.org_id = :org_id
        AND e.created_at >= :since
 GROUP BY k.name, k.number ORDER BY k.number;

-- name: costs
-- What was spent, by skill and model; definitions that were tried without being saved have no skill.
SELECT e.skill_id, s.name, s.category, e.model, count(*) AS total,
       count(*) FILTER (WHERE NOT e.usage_complete) AS uncounted,
       coalesce(sum(e.input_tokens), 0)::bigint AS input,
       coalesce(sum(e.cached_input_tokens), 0)::bigint AS cached_input,
       coalesce(sum(e.cache_write_tokens), 0)::bigint AS cache_write,
       coalesce(sum(e.output_tokens), 0)::bigint AS output,
       coalesce(sum(e.reasoning_tokens), 0)::bigint AS reasoning,
       coalesce(sum(e.cost_pico_dollars), 0) AS cost
  FROM executions e
  LEFT JOIN skills s ON s.org_id = e.org_id AND s.skill_id = e.skill_id
 WHERE e.org_id = :org_id AND e.created_at >= :since
 GROUP BY e.skill_id, s.name, s.category, e.model
 ORDER BY cost DESC, e.skill_id, e.model
 LIMIT :most;

-- name: performance
-- Of executions that completed: all together (hour is NULL), then by hour of the day in UTC.
WITH done AS (
    SELECT (started_at / 3600000000 % 24)::int AS hour, ended_at - started_at AS duration,
           first_token_at - started_at AS first_token
      FROM executions
     WHERE org_id = :org_id AND created_at >= :since AND status = 'completed'
       AND started_at IS NOT NULL
)
SELECT hour, count(*) AS total, avg(duration) AS duration,
       percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY duration) AS durations,
       avg(first_token) AS first_token,
       percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY first_token) AS first_tokens
  FROM done GROUP BY GROUPING SETS ((), (hour)) ORDER BY hour NULLS FIRST;

-- name: counts
SELECT (SELECT count(*) FROM habits WHERE org_id = :org_id AND skill_id = :skill_id) AS habits,
       (SELECT count(*) FROM reflexes WHERE org_id = :org_id AND skill_id = :skill_id) AS reflexes;

-- name: executions
SELECT execution_id, version, execution_type, status, error_code, created_at, started_at, ended_at
  FROM executions WHERE org_id = :org_id AND skill_id = :skill_id
 ORDER BY created_at DESC, execution_id DESC LIMIT :most;

-- name: habits
SELECT habit_id, schedule_cron, schedule_description, timezone, label, is_active,
       consecutive_failures, created_at
  FROM habits WHERE org_id = :org_id AND skill_id = :skill_id
 ORDER BY created_at DESC, habit_id DESC LIMIT :most;

-- name: reflexes
SELECT reflex_id, name, trigger_type, label, is_active, consecutive_failures, created_at
  FROM reflexes WHERE org_id = :org_id AND skill_id = :skill_id
 ORDER BY created_at DESC, reflex_id DESC LIMIT :most;

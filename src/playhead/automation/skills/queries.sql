-- name: keep
-- Nobody deletes them until the transaction ends; whoever is just deleting them is waited for.
SELECT FROM skills WHERE skill_id = ANY(:skill_ids::uuid[]) ORDER BY skill_id FOR KEY SHARE;

-- name: find_versions
-- One row for each that is wanted, in their order; what is not there is NULL.
SELECT s.skill_id, s.name, s.is_active, l.version AS labelled, v.version, v.prompt_template,
       v.system_template, v.model, v.parameters, v.input_schema, v.output_format
  FROM unnest(:skill_ids::uuid[], :versions::bigint[], :labels::text[])
       WITH ORDINALITY AS w (skill_id, version, label, number)
  LEFT JOIN skills s ON s.skill_id = w.skill_id
  LEFT JOIN skill_labels l ON l.skill_id = w.skill_id AND l.label = w.label
  LEFT JOIN skill_versions v ON v.skill_id = w.skill_id
        AND v.version = CASE WHEN w.label IS NULL THEN coalesce(w.version, s.version)
                             ELSE l.version END
 ORDER BY w.number;

-- name: count
SELECT count(*) AS many FROM skills WHERE org_id = :org_id;

-- name: insert
-- A skill with its first version; no row when the name is taken.
WITH added AS (
    INSERT INTO skills (skill_id, org_id, name, description, category, is_active, version,
                        created_by, created_at, updated_at)
    VALUES (:skill_id, :org_id, :name, :description, :category, :is_active, 1, :by, :now, :now)
    ON CONFLICT (org_id, lower(name)) DO NOTHING
    RETURNING skill_id
), described AS (
    INSERT INTO skill_versions (org_id, skill_id, version, prompt_template, system_template, model,
                                parameters, input_schema, output_format, note, created_by,
                                created_at)
    SELECT :org_id, skill_id, 1, :prompt_template, :system_template, :model,
           :parameters::text::jsonb, :input_schema::text::jsonb, :output_format, :note, :by, :now
      FROM added
)
SELECT skill_id FROM added;

-- name: take
-- The row is ours until the transaction ends: two who change one skill do it one after the other.
SELECT skill_id FROM skills WHERE org_id = :org_id AND skill_id = :skill_id FOR NO KEY UPDATE;

-- name: find
SELECT s.skill_id, s.name, s.description, s.category, s.is_active, s.version, s.created_by,
       s.created_at, s.updated_at, v.prompt_template, v.system_template, v.model, v.parameters,
       v.input_schema, v.output_format, ran.execution_count, ran.last_executed_at
  FROM skills s
  JOIN skill_versions v USING (org_id, skill_id, version)
 CROSS JOIN LATERAL (
       SELECT (SELECT count(*) FROM executions e
                WHERE e.org_id = s.org_id AND e.skill_id = s.skill_id
                  AND e.status = 'completed') AS execution_count,
              (SELECT max(e.created_at) FROM executions e
                WHERE e.org_id = s.org_id AND e.skill_id = s.skill_id) AS last_executed_at) ran
 WHERE s.org_id = :org_id AND s.skill_id = :skill_id;

-- name: page
-- The newest first. Counts are made for the rows of the page only.
SELECT s.*, v.prompt_template, v.system_template, v.model, v.parameters, v.input_schema,
       v.output_format, ran.execution_count, ran.last_executed_at
  FROM (SELECT org_id, skill_id, name, description, category, is_active, version, created_by,
               created_at, updated_at
          FROM skills
         WHERE org_id = :org_id
           AND (:category::text IS NULL OR category = :category)
           AND (:is_active::boolean IS NULL OR is_active = :is_active)
           AND (:search::text IS NULL OR strpos(lower(name), lower(:search)) > 0)
           AND (:before_at::bigint IS NULL
                OR (created_at, skill_id) < (:before_at::bigint, :before_id::uuid))
         ORDER BY created_at DESC, skill_id DESC
         LIMIT :most OFFSET :skip) s
  JOIN skill_versions v USING (org_id, skill_id, version)
 CROSS JOIN LATERAL (
       SELECT (SELECT count(*) FROM executions e
                WHERE e.org_id = s.org_id AND e.skill_id = s.skill_id
                  AND e.status = 'completed') AS execution_count,
              (SELECT max(e.created_at) FROM executions e
                WHERE e.org_id = s.org_id AND e.skill_id = s.skill_id) AS last_executed_at) ran
 ORDER BY s.created_at DESC, s.skill_id DESC;

-- name: page_total
SELECT count(*) AS many FROM skills
 WHERE org_id = :org_id
   AND (:category::text IS NULL OR category = :category)
   AND (:is_active::boolean IS NULL OR is_active = :is_active)
   AND (:search::text IS NULL OR strpos(lower(name), lower(:search)) > 0);

-- name: save
-- What may change without a new version, and the number of the newest. A name that is taken fails
-- on its index.
UPDATE skills
   SET name = :name, description = :description, category = :category, is_active = :is_active,
       version = :version, updated_at = :now
 WHERE org_id = :org_id AND skill_id = :skill_id
RETURNING skill_id;

-- name: add_version
INSERT INTO skill_versions (org_id, skill_id, version, prompt_template, system_template, model,
                            parameters, input_schema, output_format, note, created_by, created_at)
VALUES (:org_id, :skill_id, :version, :prompt_template, :system_template, :model,
        :parameters::text::jsonb, :input_schema::text::jsonb, :output_format, :note, :by, :now);

-- name: names_like
-- Names, in small letters, that begin so.
SELECT lower(name) AS name FROM skills
 WHERE org_id = :org_id AND starts_with(lower(name), lower(:beginning));

-- name: take_many
-- In one order, so that two who change the same never wait for each other in a circle.
SELECT skill_id, is_active FROM skills
 WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[])
 ORDER BY skill_id FOR NO KEY UPDATE;

-- name: set_active
UPDATE skills SET is_active = :is_active, updated_at = :now
 WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[]);

-- name: take_habits
SELECT FROM habits WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[])
 ORDER BY habit_id FOR UPDATE;

-- name: take_reflexes
SELECT FROM reflexes WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[])
 ORDER BY reflex_id FOR UPDATE;

-- name: take_to_delete
-- Nobody starts an execution of them from now on.
SELECT skill_id, name FROM skills
 WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[])
 ORDER BY skill_id FOR UPDATE;

-- name: delete_many
-- Their versions, labels, habits, reflexes and executions go with them.
DELETE FROM skills WHERE org_id = :org_id AND skill_id = ANY(:skill_ids::uuid[]);

-- name: versions
SELECT v.*, coalesce(l.labels, '{}') AS labels
  FROM (SELECT * FROM skill_versions
         WHERE org_id = :org_id AND skill_id = :skill_id
           AND (:version::bigint IS NULL OR version = :version)
           AND (:before::bigint IS NULL OR version < :before)
         ORDER BY version DESC LIMIT :most OFFSET :skip) v
  LEFT JOIN LATERAL (
       SELECT array_agg(label ORDER BY label) AS labels FROM skill_labels
        WHERE org_id = v.org_id AND skill_id = v.skill_id AND version = v.version) l ON true
 ORDER BY v.version DESC;

-- name: newest_version
SELECT version FROM skills WHERE org_id = :org_id AND skill_id = :skill_id;

-- name: labels
SELECT label, version, updated_at FROM skill_labels
 WHERE org_id = :org_id AND skill_id = :skill_id ORDER BY label;

-- name: set_label
INSERT INTO skill_labels AS l (org_id, skill_id, label, version, updated_at)
VALUES (:org_id, :skill_id, :label, :version, :now)
ON CONFLICT (org_id, skill_id, label)
   DO UPDATE SET version = EXCLUDED.version, updated_at = EXCLUDED.updated_at;

-- name: remove_label
DELETE FROM skill_labels
 WHERE org_id = :org_id AND skill_id = :skill_id AND label = :label
RETURNING version;

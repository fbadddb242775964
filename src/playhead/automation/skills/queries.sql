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

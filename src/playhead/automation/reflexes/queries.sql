-- name: insert
INSERT INTO reflexes (reflex_id, org_id, skill_id, label, name, trigger_type, trigger_config,
                      conditions, condition, input, debounce, throttle, dedupe_key, dedupe_window,
                      pause_after, is_active, active_since, created_by, created_at, updated_at)
VALUES (:reflex_id, :org_id, :skill_id, :label, :name, :trigger_type, :trigger_config::jsonb,
        :conditions::jsonb, :condition, :input::jsonb, :debounce, :throttle, :dedupe_key,
        :dedupe_window, :pause_after, :is_active, :active_since, :created_by, :created_at,
        :updated_at);

-- name: save
UPDATE reflexes
   SET skill_id = :skill_id, label = :label, name = :name, trigger_type = :trigger_type,
       trigger_config = :trigger_config::jsonb, conditions = :conditions::jsonb,
       condition = :condition, input = :input::jsonb, debounce = :debounce, throttle = :throttle,
       dedupe_key = :dedupe_key, dedupe_window = :dedupe_window, pause_after = :pause_after,
       is_active = :is_active, active_since = :active_since, revision = :revision,
       consecutive_failures = :consecutive_failures, last_error_message = :last_error_message,
       paused_at = :paused_at, paused_because = :paused_because, updated_at = :updated_at
 WHERE org_id = :org_id AND reflex_id = :reflex_id;

-- name: find
SELECT * FROM reflexes WHERE org_id = :org_id AND reflex_id = :reflex_id;

-- name: take
-- Ours until the transaction ends: events of one reflex are decided one after the other.
SELECT * FROM reflexes WHERE org_id = :org_id AND reflex_id = :reflex_id FOR NO KEY UPDATE;

-- name: take_of_event
SELECT * FROM reflexes
 WHERE org_id = :org_id AND reflex_id = (SELECT reflex_id FROM reflex_events
                                          WHERE org_id = :org_id AND event_id = :event_id)
   FOR NO KEY UPDATE;

-- name: delete
DELETE FROM reflexes WHERE org_id = :org_id AND reflex_id = :reflex_id;

-- name: count
SELECT count(*) AS found FROM (SELECT FROM reflexes WHERE org_id = :org_id LIMIT :most) r;

-- name: listening
-- Active reflexes that an internal event of this name sets off.
SELECT reflex_id FROM reflexes
 WHERE org_id = :org_id AND trigger_type = 'event' AND is_active
   AND trigger_config -> 'events' @> to_jsonb(:name::text);

-- name: note
-- Events that a reflex has had already are passed over: by the sender's own id of them, or by an id
-- that is derived from it, where two note the same at one instant. So are those of a reflex that is
-- just being deleted: whoever tells of an event must not fail for it.
WITH there AS (
    SELECT reflex_id FROM reflexes
     WHERE org_id = :org_id AND reflex_id = ANY(:reflex_ids::uuid[])
     ORDER BY reflex_id FOR KEY SHARE
)
INSERT INTO reflex_events (event_id, org_id, reflex_id, source, source_id, received_at, at, payload,
                           trace, dedupe_value)
SELECT event_id, :org_id, reflex_id, source, source_id, :now, at, payload::jsonb, trace::jsonb,
       dedupe_value
  FROM unnest(:event_ids::uuid[], :reflex_ids::uuid[], :sources::text[], :source_ids::text[],
              :ats::bigint[], :payloads::text[], :traces::text[], :dedupe_values::text[])
       AS n (event_id, reflex_id, source, source_id, at, payload, trace, dedupe_value)
  JOIN there USING (reflex_id)
ON CONFLICT DO NOTHING
RETURNING event_id;

-- name: undecided
SELECT * FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND state IN ('received', 'waiting')
 ORDER BY at, event_id LIMIT :most;

-- name: last_fired
SELECT max(at) AS at FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND state = 'fired';

-- name: fired_since
SELECT count(*) AS events FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND state = 'fired' AND at > :since;

-- name: fired_keys
SELECT dedupe_value AS key, max(at) AS at FROM reflex_events
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND state = 'fired'
   AND at > :since AND dedupe_value = ANY(:keys)
 GROUP BY dedupe_value;

-- name: decide
UPDATE reflex_events e
   SET state = d.state, trace = d.trace::jsonb, dedupe_value = d.dedupe_value,
       execution_id = d.execution_id,
       decided_at = CASE WHEN d.state = 'waiting' THEN NULL ELSE :now END
  FROM unnest(:event_ids::uuid[], :states::text[], :traces::text[], :dedupe_values::text[],
              :execution_ids::uuid[])
       AS d (event_id, state, trace, dedupe_value, execution_id)
 WHERE e.org_id = :org_id AND e.event_id = d.event_id;

-- name: fail_event
UPDATE reflex_events SET state = 'failed', decided_at = :now, trace = trace || :trace::jsonb
 WHERE org_id = :org_id AND event_id = :event_id AND state IN ('received', 'waiting');

-- name: succeeded
UPDATE reflexes SET consecutive_failures = 0
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND consecutive_failures > 0;

-- name: failed
-- One more failure in a row; the one that is one too many pauses the reflex, once.
WITH before AS (
    SELECT reflex_id, is_active AND consecutive_failures + 1 >= pause_after AS pauses
      FROM reflexes WHERE org_id = :org_id AND reflex_id = :reflex_id FOR NO KEY UPDATE
)
UPDATE reflexes r
   SET consecutive_failures = r.consecutive_failures + 1, last_error_message = :message,
       is_active = r.is_active AND NOT b.pauses,
       active_since = CASE WHEN b.pauses THEN NULL ELSE r.active_since END,
       revision = r.revision + b.pauses::integer,
       paused_at = CASE WHEN b.pauses THEN :now ELSE r.paused_at END,
       paused_because = CASE WHEN b.pauses THEN 'failures' ELSE r.paused_because END,
       updated_at = CASE WHEN b.pauses THEN :now ELSE r.updated_at END
  FROM before b WHERE r.org_id = :org_id AND r.reflex_id = b.reflex_id
RETURNING r.*, b.pauses;

-- name: add_secret
INSERT INTO reflex_secrets (org_id, reflex_id, number, sealed, created_at)
SELECT :org_id, :reflex_id, coalesce(max(number), 0) + 1, :sealed, :now FROM reflex_secrets
 WHERE org_id = :org_id AND reflex_id = :reflex_id;

-- name: retire_secrets
-- Those in force expire at :until; those that have expired go, and all but the newest :most.
WITH kept AS (
    SELECT number FROM reflex_secrets
     WHERE org_id = :org_id AND reflex_id = :reflex_id
       AND (expires_at IS NULL OR expires_at > :now)
     ORDER BY number DESC LIMIT :most
), gone AS (
    DELETE FROM reflex_secrets
     WHERE org_id = :org_id AND reflex_id = :reflex_id
       AND number NOT IN (SELECT number FROM kept)
)
UPDATE reflex_secrets SET expires_at = least(coalesce(expires_at, :until), :until)
 WHERE org_id = :org_id AND reflex_id = :reflex_id AND number IN (SELECT number FROM kept);

-- name: door
SELECT org_id, sealed, expires_at FROM webhook_of_reflex(:reflex_id);

-- name: listeners
SELECT org_id FROM organisations_listening(:name) AS org_id;

-- name: forget
SELECT forget_reflex_events(:before, :most) AS many;

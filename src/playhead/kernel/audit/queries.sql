-- name: append
-- Number, hashes and text are made by the trigger, which serialises an organisation's entries.
INSERT INTO audit_log (org_id, at, actor, action, subject, details, address, request_id)
VALUES (:org_id, :at, :actor, :action, :subject, :details::text::jsonb, :address, :request_id);

-- name: page
-- Entries, the newest first.
SELECT number, at, actor, action, subject, details::text AS details, address, request_id,
       previous_hash, hash, entry
  FROM audit_log
 WHERE org_id = :org_id
   AND number < :before
   AND (:action::text IS NULL OR starts_with(action, :action))
   AND (:actor::text IS NULL OR actor = :actor)
   AND (:since::bigint IS NULL OR at >= :since)
   AND (:until::bigint IS NULL OR at < :until)
 ORDER BY number DESC LIMIT :limit;

-- name: links
-- Entries in order; `agrees` makes the text anew as the trigger made it.
SELECT number, previous_hash, hash, entry,
       entry = jsonb_build_object(
           'organisation', org_id, 'number', number, 'at', at, 'actor', actor,
           'action', action, 'subject', subject, 'details', details,
           'address', address, 'request_id', request_id)::text AS agrees
  FROM audit_log
 WHERE org_id = :org_id AND number > :after
 ORDER BY number LIMIT :limit;

-- name: place
SELECT number, hash FROM audit_log WHERE org_id = :org_id AND number = :number;

-- name: next
-- What the next entry would be chained to. It is never committed: the head itself is not ours to
-- read, so that nobody who serves requests can point it elsewhere.
INSERT INTO audit_log (org_id, at, actor, action, subject, details, address, request_id)
SELECT org_id, 0, '', '', '', '{}', '', '' FROM organisations WHERE org_id = :org_id
RETURNING number, previous_hash;

-- name: start
-- The session and its first token; sessions past the :most newest end.
WITH crowded AS (
    UPDATE sessions SET ended_at = :now, ended_by = 'too_many'
     WHERE session_id IN (SELECT session_id FROM sessions
                           WHERE user_id = :user_id AND ended_at IS NULL AND expires_at > :now
                           ORDER BY session_id DESC OFFSET :most::integer - 1)
), session AS (
    INSERT INTO sessions (session_id, user_id, org_id, created_at, refreshed_at, expires_at,
                          address, user_agent)
    VALUES (:session_id, :user_id, :org_id, :now, :now, :expires_at, :address, :user_agent)
)
INSERT INTO refresh_tokens (token_hash, session_id, user_id, issued_at, expires_at)
VALUES (:token_hash, :session_id, :user_id, :now, :expires_at);

-- name: lock
-- A token and its session, as they are once everybody else who refreshes is done.
SELECT s.session_id, s.user_id, s.org_id, s.created_at, s.refreshed_at, s.expires_at, s.ended_at,
       s.address, s.user_agent, t.used_at
  FROM refresh_tokens t JOIN sessions s USING (session_id)
 WHERE t.token_hash = :token_hash
   FOR UPDATE;

-- name: rotate
-- Exactly one successor of a token that :lock holds.
WITH used AS (
    UPDATE refresh_tokens SET used_at = :now WHERE token_hash = :used_hash
), successor AS (
    INSERT INTO refresh_tokens (token_hash, session_id, user_id, issued_at, expires_at)
    VALUES (:token_hash, :session_id, :user_id, :now, :expires_at)
)
UPDATE sessions SET refreshed_at = :now, expires_at = :expires_at, org_id = :org_id,
                    address = :address, user_agent = :user_agent
 WHERE session_id = :session_id;

-- name: end
UPDATE sessions SET ended_at = :now, ended_by = :ended_by
 WHERE session_id = :session_id AND user_id = :user_id AND ended_at IS NULL AND expires_at > :now;

-- name: end_others
UPDATE sessions SET ended_at = :now, ended_by = :ended_by
 WHERE user_id = :user_id AND ended_at IS NULL
   AND session_id IS DISTINCT FROM :kept::uuid;

-- name: live
SELECT session_id, user_id, org_id, created_at, refreshed_at, expires_at, ended_at, address,
       user_agent
  FROM sessions
 WHERE user_id = :user_id AND ended_at IS NULL AND expires_at > :now
 ORDER BY session_id DESC;

-- name: is_live
SELECT 1 AS live FROM sessions
 WHERE session_id = :session_id AND user_id = :user_id AND ended_at IS NULL AND expires_at > :now;

-- name: person_of_identity
SELECT person_of_identity(:issuer, :subject) AS user_id;

-- name: add_identity
-- Of two who see somebody for the first time at once, one gets a row.
INSERT INTO identities (issuer, subject, user_id, created_at)
VALUES (:issuer, :subject, :user_id, :now)
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING user_id;

-- name: note_verified
-- What the provider has seen of the address counts here, if it still is the address.
UPDATE people SET email_verified_at = :now, updated_at = :now
 WHERE user_id = :user_id AND email_key = :email_key AND email_verified_at IS NULL;

-- name: begin_session
-- Who signs in again within one session of the provider goes on with the one that is noted here. If
-- that was ended, its refresh tokens stay of no use: somebody else may have them.
WITH given_up AS (
    UPDATE refresh_tokens SET used_at = :now
     WHERE user_id = :user_id AND session_id = :session_id AND used_at IS NULL
       AND EXISTS (SELECT FROM sessions WHERE session_id = :session_id AND ended_at IS NOT NULL)
)
INSERT INTO sessions (session_id, user_id, created_at, refreshed_at, expires_at, address,
                      user_agent)
VALUES (:session_id, :user_id, :now, :now, :expires_at, :address, :user_agent)
ON CONFLICT (session_id) DO UPDATE
   SET refreshed_at = excluded.refreshed_at, expires_at = excluded.expires_at,
       address = excluded.address, user_agent = excluded.user_agent,
       ended_at = NULL, ended_by = NULL;

-- name: follow_session
UPDATE sessions SET refreshed_at = :now, expires_at = :expires_at,
                    org_id = coalesce(:org_id, org_id), address = :address,
                    user_agent = :user_agent
 WHERE session_id = :session_id AND ended_at IS NULL;

-- name: move_refresh_token
-- The provider knows which tokens were used; here only the newest of a session is of use.
UPDATE refresh_tokens SET token_hash = :token_hash, issued_at = :now, expires_at = :expires_at
 WHERE token_hash = :instead_of;

-- name: add_refresh_token
INSERT INTO refresh_tokens (token_hash, session_id, user_id, issued_at, expires_at)
VALUES (:token_hash, :session_id, :user_id, :now, :expires_at)
ON CONFLICT (token_hash) DO NOTHING;

-- name: session
SELECT org_id, ended_at IS NOT NULL AS is_over FROM sessions WHERE session_id = :session_id;

-- name: put_flow
INSERT INTO oauth_flows (state_hash, sealed, expires_at)
VALUES (:state_hash, :sealed, :expires_at);

-- name: take_flow
SELECT take_oauth_flow(:state_hash, :now) AS sealed;

-- name: withdraw
-- Only the newest mail of a kind is good.
UPDATE mail_tokens SET used_at = :now
 WHERE user_id = :user_id AND purpose = :purpose AND used_at IS NULL;

-- name: add
INSERT INTO mail_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
VALUES (:token_hash, :user_id, :purpose, :email, :now, :expires_at);

-- name: is_good
SELECT t.user_id
  FROM mail_tokens t JOIN people p USING (user_id)
 WHERE t.token_hash = :token_hash AND t.purpose = :purpose AND t.used_at IS NULL
   AND t.expires_at > :now AND p.email = t.email;

-- name: use
-- Of several who bring it at once, one gets a row. Worth nothing once the address has changed.
UPDATE mail_tokens t SET used_at = :now
  FROM people p
 WHERE t.token_hash = :token_hash AND t.purpose = :purpose AND t.used_at IS NULL
   AND t.expires_at > :now AND p.user_id = t.user_id AND p.email = t.email
RETURNING t.user_id;

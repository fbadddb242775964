-- name: key
SELECT k.key_id, k.scopes, k.is_test, k.limit_per_minute, k.expires_at,
       k.revoked_at IS NOT NULL AS is_revoked, k.allowed_networks, o.plan
  FROM api_keys k JOIN organisations o ON o.org_id = k.org_id
 WHERE k.org_id = :org_id AND k.key_hash = :key_hash;

-- name: person
-- Whether they are still there and signed in, and a row for each of their organisations, or one.
SELECT EXISTS (SELECT FROM people WHERE user_id = :user_id)
       AND (:session_id::uuid IS NULL
            OR EXISTS (SELECT FROM sessions
                        WHERE session_id = :session_id AND user_id = :user_id
                          AND ended_at IS NULL AND expires_at > :now)) AS is_live,
       mine.org_id, mine.role, mine.plan
  FROM (VALUES (1)) AS always LEFT JOIN organisations_of_person() mine ON true
 ORDER BY mine.joined_at, mine.org_id LIMIT 1000;

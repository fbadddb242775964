-- name: add
-- One of two who sign up with one address at once gets no row.
INSERT INTO people (user_id, email, email_key, email_verified_at, first_name, last_name,
                    password_hash, password_set_at, created_at, updated_at)
VALUES (:user_id, :email, :email_key, :email_verified_at, :first_name, :last_name,
        :password_hash, CASE WHEN :password_hash::text IS NULL THEN NULL ELSE :now::bigint END,
        :now, :now)
ON CONFLICT (email_key) DO NOTHING
RETURNING user_id;

-- name: find
SELECT user_id, email, email_key, email_verified_at, first_name, last_name, password_hash,
       password_set_at, created_at
  FROM people WHERE user_id = :user_id;

-- name: lock
-- What is decided about a person's password or address is decided one by one.
SELECT user_id, email, email_key, email_verified_at, first_name, last_name, password_hash,
       password_set_at, created_at
  FROM people WHERE user_id = :user_id FOR UPDATE;

-- name: rename
UPDATE people SET first_name = coalesce(:first_name, first_name),
                  last_name = coalesce(:last_name, last_name), updated_at = :now
 WHERE user_id = :user_id;

-- name: set_password
UPDATE people SET password_hash = :password_hash, password_set_at = :now, updated_at = :now
 WHERE user_id = :user_id;

-- name: rehash
-- Only if the password is still the one that was made anew.
UPDATE people SET password_hash = :new WHERE user_id = :user_id AND password_hash = :old;

-- name: verify_email
UPDATE people SET email_verified_at = coalesce(email_verified_at, :now), updated_at = :now
 WHERE user_id = :user_id;

-- name: belongings
SELECT org_id, name, plan, role, created_at, joined_at FROM organisations_of_person();

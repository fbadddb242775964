-- name: found
INSERT INTO organisations (org_id, name, created_at, updated_at)
VALUES (:org_id, :name, :now, :now);

-- name: join
INSERT INTO memberships (org_id, user_id, role, created_at)
VALUES (:org_id, :user_id, :role, :now);

-- name: organisation
-- For a person who does not belong to it there is none; an API key (no person) belongs to it.
SELECT o.org_id, o.name, o.plan, m.role, o.created_at, m.created_at AS joined_at
  FROM organisations o
  LEFT JOIN memberships m ON m.org_id = o.org_id AND m.user_id = :user_id::uuid
 WHERE o.org_id = :org_id AND (:user_id::uuid IS NULL OR m.user_id IS NOT NULL);

-- name: lock
-- Whoever changes who belongs to an organisation holds this row, so that such changes are decided
-- one by one. Rows of other tables that refer to it can be added meanwhile. Outsiders lock nothing.
SELECT o.name FROM organisations o
 WHERE o.org_id = :org_id
   AND (:user_id::uuid IS NULL OR EXISTS (
        SELECT FROM memberships m WHERE m.org_id = :org_id AND m.user_id = :user_id::uuid))
   FOR NO KEY UPDATE OF o;

-- name: role
SELECT role FROM memberships WHERE org_id = :org_id AND user_id = :user_id;

-- name: rename
UPDATE organisations SET name = :name, updated_at = :now WHERE org_id = :org_id;

-- name: delete
-- With everything that belongs to it.
DELETE FROM organisations WHERE org_id = :org_id;

-- name: counts
SELECT count(*) AS members, count(*) FILTER (WHERE role = 'owner') AS owners
  FROM memberships WHERE org_id = :org_id;

-- name: members
-- By when they joined. The function knows the organisation from the transaction.
SELECT user_id, email, email_verified, first_name, last_name, role, joined_at
  FROM people_of_organisation()
 WHERE (joined_at, user_id) > (:after_at::bigint, :after_id::uuid)
 ORDER BY joined_at, user_id LIMIT :limit;

-- name: member
SELECT user_id, email, email_verified, first_name, last_name, role, joined_at
  FROM people_of_organisation() WHERE user_id = :user_id;

-- name: is_member
SELECT EXISTS (SELECT FROM memberships
                WHERE org_id = :org_id AND user_id = person_of_email(:email_key)) AS found;

-- name: set_role
UPDATE memberships SET role = :role WHERE org_id = :org_id AND user_id = :user_id;

-- name: leave
DELETE FROM memberships WHERE org_id = :org_id AND user_id = :user_id;

-- name: invite
INSERT INTO invitations (invitation_id, org_id, email, role, token_hash, invited_by, created_at,
                         expires_at)
VALUES (:invitation_id, :org_id, :email, :role, :token_hash, :invited_by, :now, :expires_at);

-- name: invitations
-- The newest first.
SELECT i.invitation_id, i.email, i.role, m.user_id AS inviter, i.created_at, i.expires_at, i.sent,
       i.accepted_at, i.cancelled_at
  FROM invitations i
  LEFT JOIN memberships m ON m.org_id = i.org_id AND m.user_id = i.invited_by
 WHERE i.org_id = :org_id
   AND i.invitation_id < :before
   AND (NOT :pending OR (i.accepted_at IS NULL AND i.cancelled_at IS NULL
                         AND i.expires_at > :now))
 ORDER BY i.invitation_id DESC LIMIT :limit;

-- name: take_invitation
-- By its id or by its token.
SELECT i.invitation_id, i.email, i.role, NULL::uuid AS inviter, i.created_at, i.expires_at, i.sent,
       i.accepted_at, i.cancelled_at
  FROM invitations i
 WHERE i.org_id = :org_id
   AND (i.invitation_id = :invitation_id::uuid OR i.token_hash = :token_hash::bytea)
   FOR UPDATE;

-- name: close_expired
-- What has expired makes room for another invitation of the same address.
UPDATE invitations SET cancelled_at = :now
 WHERE org_id = :org_id AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at <= :now;

-- name: pending
SELECT email FROM invitations
 WHERE org_id = :org_id AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > :now;

-- name: resend
UPDATE invitations SET token_hash = :token_hash, expires_at = :expires_at, sent = sent + 1
 WHERE org_id = :org_id AND invitation_id = :invitation_id;

-- name: cancel
UPDATE invitations SET cancelled_at = :now
 WHERE org_id = :org_id AND invitation_id = :invitation_id;

-- name: accept
UPDATE invitations SET accepted_at = :now
 WHERE org_id = :org_id AND invitation_id = :invitation_id;

-- name: withdraw
-- Invitations that somebody sent and might not send any more.
UPDATE invitations SET cancelled_at = :now
 WHERE org_id = :org_id AND invited_by = :user_id AND role = ANY(:roles::text[])
   AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > :now;

-- name: organisation_of
SELECT organisation_of_invitation(:token_hash) AS org_id;

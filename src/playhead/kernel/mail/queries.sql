-- name: put
INSERT INTO outgoing_mail (mail_id, sealed, created_at, due_at)
VALUES (:mail_id, :sealed, :now, :now);

-- name: lend
-- Mails that are due, each lent to us until `lease_until`; who asks meanwhile gets others.
SELECT mail_id, sealed, created_at, attempts
  FROM lend_outgoing_mail(:now::bigint, :lease_until::bigint, :most::int);

-- name: settle
-- Forget a mail, or have it due again.
SELECT return_outgoing_mail(:mail_id::uuid, :due_at::bigint, :error::text);

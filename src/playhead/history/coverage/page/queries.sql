-- name: recorders
-- Recordings that go on, and how far their books are vouched for: the newest and the oldest instant
-- of the subscriptions that hold any.
SELECT p.recorder, p.name AS capture, p.started_at, p.ingested_at,
       coalesce(o.books, 0)::bigint AS books, o.slowest_to,
       coalesce(o.proven_to, (SELECT max(received_to) FROM streams s
                               WHERE s.capture_id = p.capture_id)) AS proven_to
  FROM captures p
  LEFT JOIN LATERAL (
       SELECT sum(c.books) AS books, max(s.received_to) AS proven_to,
              min(s.received_to) AS slowest_to
         FROM (SELECT connection, sid, count(*) AS books FROM coverage
                WHERE capture_id = p.capture_id AND to_position IS NULL
                GROUP BY connection, sid) c
         LEFT JOIN streams s
           ON s.capture_id = p.capture_id AND s.connection = c.connection AND s.sid = c.sid) o
    ON true
 WHERE NOT p.finished
 ORDER BY p.ingested_at DESC NULLS LAST, p.capture_id
 LIMIT :limit;

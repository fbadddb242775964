-- name: trail
-- The interval that an answer appeals to, or else the one that is told at an instant (of those
-- that hold it outside the clock faults of their connections the lowest capture's, and of these
-- the one that began last), with the newest snapshots on the way that agreed with its book by then,
-- one for each of :margins. {clock} stands for the clock that is asked. Whichever that is, only the
-- time of receipt says when a snapshot came, so it must be older than the instant by a margin.
SELECT c.capture_id, c.capture, c.connection, c.sid, c.opened_offset, c.closed_by,
       c.{clock}_from AS since, c.{clock}_to AS until, a.audited,
       f.cause AS clock_fault
  FROM markets m
  JOIN proven c USING (market_id)
  LEFT JOIN LATERAL (
       SELECT cause FROM clock_faults
        WHERE '{clock}' = 'received' AND capture_id = c.capture_id
          AND connection IN (c.connection, -1) AND received_from <= :at
          AND (received_to IS NULL OR received_to >= :at)
        LIMIT 1) f ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(s.capture_offset ORDER BY n.margin) AS audited
         FROM unnest(:margins::bigint[]) AS n (margin)
        CROSS JOIN LATERAL (
              SELECT capture_offset FROM audits
               WHERE market_id = c.market_id AND from_position = c.from_position
                 AND kind = 'snapshot' AND matches
                 AND {clock}_at <= :at AND received_at <= :at - n.margin
               ORDER BY position DESC, audit_id DESC LIMIT 1) s) a ON true
 WHERE m.ticker = :ticker
   AND (c.from_position = :from_position
        OR (:from_position::bigint IS NULL AND f.cause IS NULL
            AND c.{clock}_from <= :at AND c.{clock}_to >= :at))
 ORDER BY c.capture_id, c.{clock}_from DESC, c.from_position DESC
 LIMIT 1;

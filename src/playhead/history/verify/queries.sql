-- name: trail
-- The interval that an answer appeals to, or else the one that is told at an instant (of those
-- that hold it outside the clock faults of their connections the lowest capture's, and of these
-- the one that began last), with the newest snapshot on the way that agreed with its book by then.
-- {clock} stands for the clock that is asked. By our clock a small step back is no fault, so a
-- snapshot must be older by :margin to be surely from before the instant.
SELECT c.capture_id, c.capture, c.connection, c.sid, c.opened_offset, c.closed_by,
       c.{clock}_from AS since, c.{clock}_to AS until, a.capture_offset AS audited_offset,
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
       SELECT capture_offset FROM audits
        WHERE market_id = c.market_id AND from_position = c.from_position
          AND kind = 'snapshot' AND matches AND {clock}_at <= :at - :margin::bigint
        ORDER BY position DESC, audit_id DESC LIMIT 1) a ON true
 WHERE m.ticker = :ticker
   AND (c.from_position = :from_position
        OR (:from_position::bigint IS NULL AND f.cause IS NULL
            AND c.{clock}_from <= :at AND c.{clock}_to >= :at))
 ORDER BY c.capture_id, c.{clock}_from DESC, c.from_position DESC
 LIMIT 1;

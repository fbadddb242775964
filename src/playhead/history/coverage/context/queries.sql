-- name: market
-- When a market trades, on which engine, and when the captures began that have ever held it.
SELECT m.open_at, m.close_at, m.exchange_index,
       ARRAY(SELECT p.started_at FROM captures p
              WHERE p.started_at IS NOT NULL
                AND EXISTS (SELECT FROM coverage c
                             WHERE c.market_id = m.market_id
                               AND c.capture_id = p.capture_id)) AS started
  FROM markets m WHERE m.market_id = :market_id;

-- name: said
-- What the exchange said of an engine, or of all of them, until an instant.
SELECT at, exchange_index, is_active FROM exchange_states
 WHERE at < :until AND (:exchange_index::int IS NULL OR exchange_index = :exchange_index);

-- name: maintenance
SELECT start_at, end_at FROM maintenance
 WHERE start_at < :until AND end_at > :since AND start_at < end_at;

-- name: spans
-- The intervals that touch a stretch and the one that reaches furthest before it, with the clock
-- faults of their connections; {clock} stands for the clock that is asked and {detected} for its
-- column of detections. An interval that proves no instant is an end all the same.
WITH held AS (
    SELECT c.from_position, c.{clock}_from AS since, greatest(e.ended, c.{clock}_from - 1) AS upto
      FROM coverage c
     CROSS JOIN LATERAL (
           SELECT CASE WHEN c.to_position IS NOT NULL THEN c.{clock}_to
                       ELSE (SELECT s.{clock}_to FROM streams s
                              WHERE s.capture_id = c.capture_id AND s.connection = c.connection
                                AND s.sid = c.sid) END AS ended) e
     WHERE c.market_id = :market_id AND c.{clock}_from < :until
), chosen AS (
    SELECT * FROM held WHERE upto >= :since
    UNION ALL
    (SELECT * FROM held WHERE upto < :since ORDER BY upto DESC, from_position >> 36, since DESC
      LIMIT 1)
)
SELECT h.since, h.upto, p.capture_id, p.recorder, p.closed_by, p.{detected} AS detected,
       f.faults_since, f.faults_upto, f.fault_causes
  FROM chosen h
  JOIN proven p ON p.market_id = :market_id AND p.from_position = h.from_position
  LEFT JOIN LATERAL (
       SELECT array_agg(received_from) AS faults_since, array_agg(received_to) AS faults_upto,
              array_agg(cause) AS fault_causes
         FROM clock_faults
        WHERE '{clock}' = 'received' AND capture_id = p.capture_id
          AND connection IN (p.connection, -1) AND received_from <= h.upto
          AND coalesce(received_to, h.since) >= h.since) f ON true;

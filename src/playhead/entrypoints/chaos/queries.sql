-- name: open_intervals
-- What is known now, by the connection that tells it.
SELECT c.capture_id, c.connection, m.ticker, c.from_position
  FROM coverage c JOIN markets m USING (market_id)
 WHERE c.to_position IS NULL;

-- name: newest_clock_faults
-- The faults of our clock that reach into the time from :since on.
SELECT capture_id, connection, cause, received_from
  FROM clock_faults
 WHERE received_to IS NULL OR received_to >= :since;

-- name: intervals
-- Everything that was ever known.
SELECT c.from_position, c.capture_id, c.connection, m.ticker, c.received_from, c.closed_by,
       c.detected_at
  FROM coverage c JOIN markets m USING (market_id);

-- name: clock_faults
SELECT capture_id, connection, cause, received_from, received_to FROM clock_faults;

-- name: proven_by_exchange
-- What each capture proves of a market by the exchange's clock, bounds inclusive.
SELECT capture_id, exchange_from, exchange_to FROM proven
 WHERE market_id = (SELECT market_id FROM markets WHERE ticker = :ticker)
   AND exchange_from <= exchange_to;

-- name: markets_named
SELECT market_id, ticker FROM markets WHERE ticker = ANY(:tickers::text[]);

-- name: resolve
-- The markets that are meant; with only_live those that may still move.
SELECT ticker, event_ticker, status FROM markets
 WHERE (ticker = ANY(:tickers::text[]) OR event_ticker = :event_ticker
        OR starts_with(ticker, :series || '-'))
   AND NOT (:only_live AND status IN ('determined', 'finalized'))
 ORDER BY ticker LIMIT :most;

-- name: trades_until
SELECT trade_id, received_at, exchange_at, yes_price, size, taker_side, is_block
  FROM trades WHERE market_id = :market_id AND received_at <= :until
 ORDER BY received_at DESC, trade_id DESC LIMIT :most;

-- name: candles
SELECT received_at / :length * :length AS since,
       (array_agg(yes_price ORDER BY received_at, trade_id))[1] AS open,
       max(yes_price) AS high, min(yes_price) AS low,
       (array_agg(yes_price ORDER BY received_at DESC, trade_id DESC))[1] AS close,
       sum(size)::bigint AS volume, count(*) AS count
  FROM trades WHERE market_id = :market_id AND received_at BETWEEN :since AND :until
 GROUP BY 1 ORDER BY 1;

-- name: heads
-- How far each capture is on the tape, and how far each subscription of those that go on is whole:
-- one snapshot, so that no message before these is still to come.
SELECT p.capture_id, p.last_position, p.ingested_to, s.connection, s.sid, s.received_to
  FROM captures p LEFT JOIN streams s ON s.capture_id = p.capture_id AND NOT p.finished;

-- name: heads_followed
-- The same of certain subscriptions only: a long recording has many that nobody follows any more.
SELECT p.capture_id, p.last_position, p.ingested_to, s.connection, s.sid, s.received_to
  FROM captures p
  LEFT JOIN (unnest(:capture_ids::int[], :connections::bigint[], :sids::int[])
             AS k (capture_id, connection, sid)
             JOIN streams s USING (capture_id, connection, sid))
    ON s.capture_id = p.capture_id;

-- name: next_interval
-- What goes on telling a market after `since`: what holds that instant or begins next; of several
-- that do the lowest capture. Of the capture that told it so far no interval is left out.
SELECT * FROM proven
 WHERE market_id = :market_id AND received_from IS NOT NULL AND received_from < :until
   AND (to_position IS NULL OR received_to > :since OR capture_id = :capture_id)
   AND (capture_id <> :capture_id OR from_position > :followed)
 ORDER BY greatest(received_from, :since), capture_id,
          CASE WHEN capture_id = :capture_id THEN from_position ELSE -from_position END
 LIMIT 1;

-- name: last_interval
-- The interval by which a market was known last before an instant.
SELECT * FROM proven
 WHERE market_id = :market_id AND to_position IS NOT NULL AND received_to < :at
   AND received_from <= received_to
 ORDER BY received_to DESC, capture_id, from_position DESC LIMIT 1;

-- name: interval
SELECT * FROM proven WHERE market_id = :market_id AND from_position = :from_position;

-- name: rows_of_group
-- New events of many markets of one capture.
SELECT position, market_id, received_at, exchange_at, size, price, side
  FROM events
 WHERE market_id = ANY(:market_ids::int[]) AND position > :after AND position <= :upto
 ORDER BY position LIMIT :most;

-- name: block_is_there
SELECT FROM pg_inherits
 WHERE inhrelid = to_regclass('events_' || :first::text) AND NOT inhdetachpending;

-- name: ended
-- The markets of those of some intervals that have ended.
SELECT c.market_id
  FROM unnest(:market_ids::int[], :from_positions::bigint[]) AS f (market_id, from_position)
  JOIN coverage c USING (market_id, from_position)
 WHERE c.to_position IS NOT NULL;

-- name: reopened
-- Those of some markets without a book that have one now, or had.
SELECT DISTINCT c.market_id
  FROM unnest(:market_ids::int[], :capture_ids::int[], :followed::bigint[], :since::bigint[])
       AS f (market_id, capture_id, followed, since)
  JOIN coverage c ON c.market_id = f.market_id
 WHERE c.received_from IS NOT NULL
   AND (c.to_position IS NULL OR c.received_to > f.since OR c.capture_id = f.capture_id)
   AND (c.capture_id <> f.capture_id OR c.from_position > f.followed);

-- name: trades_after
SELECT market_id, trade_id, received_at, exchange_at, yes_price, size, taker_side, is_block
  FROM trades
 WHERE market_id = ANY(:market_ids::int[]) AND received_at >= :since AND received_at < :until
 ORDER BY received_at, trade_id LIMIT :most;

-- name: statuses_after
SELECT market_id, received_at, status FROM lifecycles
 WHERE market_id = ANY(:market_ids::int[]) AND received_at >= :since AND received_at < :until
 ORDER BY received_at, capture_id, status LIMIT :most;

-- name: status_before
-- The status that was told last before an instant. Where nothing was told before it: what must have
-- been before the next change, or what the tape has now if there was none. Of several in one instant
-- the order is that in which they are told.
SELECT coalesce(
       (SELECT status FROM lifecycles WHERE market_id = :market_id AND received_at < :before
         ORDER BY received_at DESC, status DESC LIMIT 1),
       (SELECT CASE status WHEN 'active' THEN 'initialized' WHEN 'finalized' THEN 'determined'
                           WHEN 'initialized' THEN 'unknown' ELSE 'active' END
          FROM lifecycles WHERE market_id = :market_id AND received_at >= :before
         ORDER BY received_at, status LIMIT 1),
       (SELECT status FROM markets WHERE market_id = :market_id)) AS status;

-- name: gaps_after
-- What went wrong in each capture after what was told of it; of a capture not named, everything.
SELECT i.incident_id, i.capture_id, i.cause, i.received_to, i.detected_at, i.markets
  FROM captures p
 CROSS JOIN LATERAL (
       SELECT * FROM incidents
        WHERE incident_id > coalesce((:told::jsonb ->> p.capture_id::text)::bigint,
                                     p.capture_id::bigint << 36)
          AND incident_id < (p.capture_id + 1)::bigint << 36
        ORDER BY incident_id LIMIT :most) i
 ORDER BY i.incident_id LIMIT :most;

-- name: last_gaps
SELECT p.capture_id, (SELECT max(incident_id) FROM incidents
                       WHERE incident_id BETWEEN p.capture_id::bigint << 36
                                             AND (p.capture_id + 1)::bigint << 36) AS incident_id
  FROM captures p;

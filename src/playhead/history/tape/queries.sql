-- name: head_of_interval
-- The newest whole book of an interval and the rows after it, whatever their times.
WITH found AS MATERIALIZED (
    SELECT * FROM proven WHERE market_id = :market_id AND from_position = :from_position
), sealed AS MATERIALIZED (
    SELECT g.last_position, d.data
      FROM segments g JOIN segment_data d USING (day, market_id, first_position)
     WHERE g.market_id = :market_id AND g.from_position = :from_position AND g.digest IS NOT NULL
     ORDER BY g.first_position DESC LIMIT 1
), framed AS MATERIALIZED (
    SELECT k.before_position, k.levels
      FROM found f JOIN keyframes k
        ON k.market_id = f.market_id AND k.before_position <= f.upto
       AND k.before_position > coalesce((SELECT last_position FROM sealed), f.from_position)
     ORDER BY k.before_position DESC LIMIT 1
)
SELECT f.keyframe, g.data, k.levels AS framed_levels, e.level, e.size
  FROM found f
  LEFT JOIN sealed g ON true
  LEFT JOIN framed k ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(price::bigint * 2 + side) AS level, array_agg(size) AS size
         FROM events
        WHERE market_id = f.market_id AND position <= f.upto
          AND position >= coalesce(k.before_position, g.last_position + 1, f.from_position)) e
    ON true;

-- name: planned_segments
-- Complete runs that are not sealed yet, oldest first.
SELECT g.market_id, g.first_position, g.last_position, g.from_position, g.events, g.day,
       c.keyframe, k.levels
  FROM segments g
  JOIN coverage c USING (market_id, from_position)
  LEFT JOIN keyframes k
    ON k.market_id = g.market_id AND k.before_position = g.first_position
 WHERE g.digest IS NULL
 ORDER BY g.first_position LIMIT :limit;

-- name: events_of_run
SELECT array_agg(position ORDER BY position) AS position,
       array_agg(coalesce(received_at, :no_time) ORDER BY position) AS received_at,
       array_agg(coalesce(exchange_at, :no_time) ORDER BY position) AS exchange_at,
       array_agg(price::bigint * 2 + side ORDER BY position) AS level,
       array_agg(size ORDER BY position) AS size
  FROM events
 WHERE market_id = :market_id AND position BETWEEN :first_position AND :last_position;

-- name: add_segment_data
INSERT INTO segment_data (day, market_id, first_position, data)
VALUES (:day, :market_id, :first_position, :data);

-- name: seal_segment
UPDATE segments SET digest = :digest, bytes = :bytes
 WHERE market_id = :market_id AND first_position = :first_position AND digest IS NULL;

-- name: sealed_blocks
-- Partitions of recent events whose every event is sealed: complete, and nothing planned in them.
-- Found by name, so that what a cut-off dropping left behind is found too.
SELECT block.first
  FROM (SELECT DISTINCT substring(relname FROM '[0-9]+$')::bigint AS first
          FROM pg_class
         WHERE relkind = 'r' AND relname ~ '^(events|keyframes)_[0-9]+$'
           AND relnamespace = (SELECT relnamespace FROM pg_class
                                WHERE oid = 'events'::regclass)) block
  JOIN captures p ON p.capture_id = block.first >> 36
 WHERE (p.finished OR p.last_position >= block.first + :events_a_block)
   AND NOT EXISTS (SELECT FROM segments g
                    WHERE g.digest IS NULL AND g.first_position >= block.first
                      AND g.first_position < block.first + :events_a_block);

-- name: fingerprint_segments
-- Every planned run, with the hash of what it says if it is sealed.
SELECT m.ticker, g.first_position, g.last_position, g.events, encode(g.digest, 'hex') AS digest
  FROM segments g JOIN markets m USING (market_id)
 ORDER BY m.ticker, g.first_position;

-- name: fingerprint_coverage
-- Every interval, by ticker: numbers of markets depend on the order in which captures were met.
SELECT m.ticker, c.from_position, c.to_position, c.received_from, c.received_to, c.exchange_from,
       c.exchange_to, c.connection, c.sid, c.opened_by, c.opened_offset, c.closed_by,
       c.detected_at, c.detected_exchange_at, c.incident_id, encode(c.keyframe, 'hex') AS keyframe
  FROM coverage c JOIN markets m USING (market_id)
 ORDER BY m.ticker, c.from_position;

-- name: fingerprint_rows
-- One hash a market over its rows up to where another tape has got, capture by capture.
SELECT m.ticker, e.position >> 36 AS capture_id, count(*) AS events,
       md5(string_agg(concat_ws(',', e.position, e.received_at, e.exchange_at, e.side, e.price,
                                e.size), ';' ORDER BY e.position)) AS digest
  FROM events e
  JOIN markets m USING (market_id)
  JOIN unnest(:capture_ids::int[], :from_positions::bigint[], :upto::bigint[])
    AS b (capture_id, from_position, upto)
    ON e.position >> 36 = b.capture_id AND e.position BETWEEN b.from_position AND b.upto
 GROUP BY m.ticker, e.position >> 36
 ORDER BY m.ticker, e.position >> 36;

-- name: fingerprint_audits
-- One hash a capture over its comparisons up to where another tape has got. A sum of hashes: there
-- are too many for one text.
SELECT a.capture_id, count(*) AS audits, count(*) FILTER (WHERE a.matches) AS matches,
       sum(hashtextextended(concat_ws(',', a.audit_id, m.ticker, a.kind, a.from_position,
                                      a.position, a.capture_offset, a.matches), 0)) AS digest
  FROM audits a
  JOIN markets m USING (market_id)
  JOIN unnest(:capture_ids::int[], :last_audits::bigint[]) AS b (capture_id, last_audit)
    ON a.capture_id = b.capture_id AND a.audit_id <= b.last_audit
 GROUP BY a.capture_id ORDER BY a.capture_id;

-- name: fingerprint_incidents
-- What does not change any more once it is there; healing does until it is complete.
SELECT incident_id, connection, sid, cause, received_to, detected_at, markets,
       CASE WHEN healed = markets THEN healed_at END AS healed_at
  FROM incidents ORDER BY incident_id;

-- name: fingerprint_clock_faults
SELECT capture_id, connection, received_from, received_to, cause
  FROM clock_faults ORDER BY capture_id, connection, received_from;

-- name: fingerprint_exchange_states
SELECT capture_id, exchange_index, at, is_active
  FROM exchange_states ORDER BY capture_id, exchange_index, at;

-- name: fingerprint_lifecycles
SELECT m.ticker, l.received_at, l.capture_id, l.status
  FROM lifecycles l JOIN markets m USING (market_id)
 ORDER BY m.ticker, l.received_at, l.capture_id, l.status;

-- name: fingerprint_trades
-- Not who told them first: that depends on how far each capture has been read.
SELECT count(*) AS trades,
       coalesce(sum(hashtextextended(concat_ws(',', m.ticker, t.trade_id, t.yes_price, t.size,
                                               t.taker_side, t.is_block), 0)), 0) AS digest
  FROM trades t JOIN markets m USING (market_id);

-- name: extents
-- How far each capture is on the tape, and from where on its events are rows.
SELECT p.capture_id, p.last_position,
       coalesce((SELECT max(audit_id) FROM audits
                  WHERE audit_id BETWEEN p.capture_id::bigint << 36
                                     AND (p.capture_id + 1)::bigint << 36), 0) AS last_audit,
       (SELECT min(position) FROM events
         WHERE position BETWEEN p.capture_id::bigint << 36
                            AND (p.capture_id + 1)::bigint << 36) AS rows_from
  FROM captures p ORDER BY p.capture_id;

-- name: empty_tape
-- Markets keep their numbers: whoever remembers one must not be given another market's book.
TRUNCATE segment_data, segments, keyframes, events, streams, coverage, audits, audit_days, wounds,
         incidents, clock_faults, trades, lifecycles, exchange_states, maintenance, grids, captures;
UPDATE markets SET events = 0;

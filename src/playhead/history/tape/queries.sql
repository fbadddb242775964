-- name: sealed_point
-- The interval that holds an instant and the sealed segment that holds the last event before it,
-- if no later event of the market can matter: most questions about the past end here. {clock}
-- stands for the clock that is asked.
SELECT f.*, d.data, g.received_first, g.exchange_first
  FROM (SELECT * FROM proven
         WHERE market_id = :market_id AND {clock}_from <= :at AND {clock}_to >= :at
           AND (:from_position::bigint IS NULL OR from_position = :from_position)
         ORDER BY {clock}_from DESC, from_position DESC LIMIT 1) f
 CROSS JOIN LATERAL (
       SELECT * FROM segments
        WHERE market_id = f.market_id AND from_position = f.from_position
          AND {clock}_first <= :at AND digest IS NOT NULL
        ORDER BY {clock}_first DESC, first_position DESC LIMIT 1) g
  JOIN segment_data d
    ON d.day = g.day AND d.market_id = g.market_id AND d.first_position = g.first_position
 WHERE g.{clock}_last > :at OR g.last_position = f.to_position;

-- name: point
-- Everything that the book of a market at an instant is made of, as one consistent snapshot: the
-- proven interval that holds the instant, the sealed segment to start from, the newest keyframe
-- after it, and the rows since; {clock} stands for the clock that is asked. Rows are read only where the segment does not reach the instant.
WITH found AS MATERIALIZED (
    SELECT * FROM proven
     WHERE market_id = :market_id AND {clock}_from <= :at AND {clock}_to >= :at
       AND (:from_position::bigint IS NULL OR from_position = :from_position)
     ORDER BY {clock}_from DESC, from_position DESC LIMIT 1
), sealed AS MATERIALIZED (
    SELECT g.*, d.data
      FROM found f
     CROSS JOIN LATERAL (
           SELECT first_position, last_position, received_first, received_last, exchange_first,
                  exchange_last, day, market_id
             FROM segments
            WHERE market_id = f.market_id AND from_position = f.from_position
              AND {clock}_first <= :at AND digest IS NOT NULL
            ORDER BY {clock}_first DESC, first_position DESC LIMIT 1) g
      JOIN segment_data d
        ON d.day = g.day AND d.market_id = g.market_id AND d.first_position = g.first_position
), base AS MATERIALIZED (
    SELECT f.market_id, f.upto, coalesce(g.last_position, f.from_position) AS after
      FROM found f LEFT JOIN sealed g ON true
     WHERE g.{clock}_last IS NULL OR g.{clock}_last <= :at
), framed AS MATERIALIZED (
    SELECT k.*
      FROM base b
     CROSS JOIN LATERAL (
           SELECT before_position, position, received_at, exchange_at, levels FROM keyframes
            WHERE market_id = b.market_id AND before_position > b.after
              AND before_position <= b.upto AND {clock}_at <= :at
            ORDER BY before_position DESC LIMIT 1) k
), bounds AS MATERIALIZED (
    SELECT b.market_id, coalesce(k.before_position, b.after + 1) AS first, b.upto,
           (SELECT min(before_position) FROM keyframes
             WHERE market_id = b.market_id AND before_position <= b.upto
               AND before_position > coalesce(k.before_position, b.after + 1)) AS next_frame
      FROM base b LEFT JOIN framed k ON true
)
SELECT f.*, g.data, g.received_first, g.exchange_first,
       k.position AS framed_position, k.received_at AS framed_received,
       k.exchange_at AS framed_exchange, k.levels AS framed_levels,
       e.position, e.received_at, e.exchange_at, e.level, e.size
  FROM found f
  LEFT JOIN sealed g ON true
  LEFT JOIN framed k ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(position ORDER BY position) AS position,
              array_agg(coalesce(received_at, :no_time) ORDER BY position) AS received_at,
              array_agg(coalesce(exchange_at, :no_time) ORDER BY position) AS exchange_at,
              array_agg(price::bigint * 2 + side ORDER BY position) AS level,
              array_agg(size ORDER BY position) AS size
         FROM bounds b JOIN events v
           ON v.market_id = b.market_id AND v.position >= b.first
          AND v.position < coalesce(b.next_frame, b.upto + 1)) e ON true;

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

-- name: intervals
-- The intervals of a market that touch [since, until), in order.
SELECT * FROM proven
 WHERE market_id = :market_id AND {clock}_from < :until AND {clock}_to >= :since
   AND {clock}_from <= {clock}_to
 ORDER BY {clock}_from, from_position;

-- name: around
-- The interval that reaches furthest of those begun by an instant, and the one that begins next.
(SELECT * FROM proven
  WHERE market_id = :market_id AND {clock}_from <= :at AND {clock}_from <= {clock}_to
  ORDER BY {clock}_to DESC, from_position DESC LIMIT 1)
UNION ALL
(SELECT * FROM proven
  WHERE market_id = :market_id AND {clock}_from > :at AND {clock}_from <= {clock}_to
  ORDER BY {clock}_from, from_position LIMIT 1);

-- name: newest
-- The latest instant at which a market's book is proven; an interval can prove none by one clock.
SELECT max({clock}_to) AS at FROM proven
 WHERE market_id = :market_id AND {clock}_from <= {clock}_to;

-- name: run_after
-- The next events of an interval after a position: the segment that holds them if it is sealed,
-- rows otherwise.
WITH next_run AS MATERIALIZED (
    SELECT * FROM segments
     WHERE market_id = :market_id AND from_position = :from_position AND last_position > :after
     ORDER BY last_position LIMIT 1
)
SELECT d.data, e.position, e.received_at, e.exchange_at, e.level, e.size
  FROM (SELECT) AS always
  LEFT JOIN next_run n ON true
  LEFT JOIN segment_data d
    ON n.digest IS NOT NULL AND d.day = n.day AND d.market_id = n.market_id
   AND d.first_position = n.first_position
  LEFT JOIN LATERAL (
       SELECT array_agg(position) AS position, array_agg(received_at) AS received_at,
              array_agg(exchange_at) AS exchange_at, array_agg(level) AS level,
              array_agg(size) AS size
         FROM (SELECT position, coalesce(received_at, :no_time) AS received_at,
                      coalesce(exchange_at, :no_time) AS exchange_at,
                      price::bigint * 2 + side AS level, size
                 FROM events
                WHERE market_id = :market_id AND position > :after
                  AND position <= coalesce(n.last_position, :upto)
                ORDER BY position LIMIT :limit) v) e ON d.data IS NULL;

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
       c.exchange_to, c.opened_by, c.closed_by, encode(c.keyframe, 'hex') AS keyframe
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

-- name: extents
-- How far each capture is on the tape, and from where on its events are rows.
SELECT p.capture_id, p.last_position,
       (SELECT min(position) FROM events
         WHERE position BETWEEN p.capture_id::bigint << 36
                            AND (p.capture_id + 1)::bigint << 36) AS rows_from
  FROM captures p ORDER BY p.capture_id;

-- name: empty_tape
-- Markets keep their numbers: whoever remembers one must not be given another market's book.
TRUNCATE segment_data, segments, keyframes, events, streams, coverage, captures;
UPDATE markets SET events = 0;

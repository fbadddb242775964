-- In all of these {clock} stands for the clock that is asked, and {interval} for the query that
-- finds the interval: one of the first two.

-- name: interval_told
-- The interval that is told at an instant, as the view proven has it, and what it proves by the
-- clock around the instant. Of those that hold it outside the clock faults of their connections
-- the lowest capture's, and of these the one that began last. Nothing is joined before that one
-- is found, so that an index gives the order and most questions look at one row.
SELECT t.market_id, t.from_position, t.to_position, p.capture_id, t.connection, t.sid, t.opened_by,
       t.opened_offset, t.closed_by, t.verified_at, t.keyframe, t.detected_at,
       t.detected_exchange_at, p.recorder, p.name AS capture, t.received_from, t.exchange_from,
       CASE WHEN t.to_position IS NOT NULL THEN t.received_to
            ELSE (SELECT s.received_to FROM streams s
                   WHERE s.capture_id = p.capture_id AND s.connection = t.connection
                     AND s.sid = t.sid) END AS received_to,
       CASE WHEN t.to_position IS NOT NULL THEN t.exchange_to
            ELSE (SELECT s.exchange_to FROM streams s
                   WHERE s.capture_id = p.capture_id AND s.connection = t.connection
                     AND s.sid = t.sid) END AS exchange_to,
       coalesce(t.to_position, (p.capture_id + 1)::bigint << 36) AS upto,
       t.told_since, t.told_upto
  FROM captures p
 CROSS JOIN LATERAL (
       SELECT c.*, greatest(c.{clock}_from, f.upto_before + 1) AS told_since,
              least(e.ended, f.since_after - 1) AS told_upto
         FROM coverage c
        CROSS JOIN LATERAL (
              SELECT CASE WHEN c.to_position IS NOT NULL THEN c.{clock}_to
                          ELSE (SELECT s.{clock}_to FROM streams s
                                 WHERE s.capture_id = c.capture_id
                                   AND s.connection = c.connection AND s.sid = c.sid)
                     END AS ended) e
         LEFT JOIN LATERAL (
              SELECT bool_or(received_from <= :at AND coalesce(received_to, :at) >= :at) AS holds,
                     max(received_to) FILTER (WHERE received_to < :at) AS upto_before,
                     min(received_from) FILTER (WHERE received_from > :at) AS since_after
                FROM clock_faults
               WHERE '{clock}' = 'received' AND capture_id = c.capture_id
                 AND connection IN (c.connection, -1)) f ON true
        WHERE c.market_id = :market_id AND c.capture_id = p.capture_id AND c.{clock}_from <= :at
          AND e.ended >= :at AND f.holds IS NOT TRUE
        ORDER BY c.{clock}_from DESC, c.from_position DESC LIMIT 1) t
 ORDER BY p.capture_id LIMIT 1;

-- name: interval_itself
SELECT * FROM proven WHERE market_id = :market_id AND from_position = :from_position;

-- name: sealed_point
-- The interval that holds an instant and the sealed segment that holds the last event before it,
-- if no later event of the market can matter: most questions about the past end here.
SELECT f.*, d.data, g.received_first, g.exchange_first,
       coalesce((SELECT max(last_position) FROM segments
                  WHERE market_id = f.market_id AND from_position = f.from_position
                    AND last_position < g.first_position), f.from_position) AS keyframe_position
  FROM ({interval}) f
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
-- after it, and the rows since. Rows are read only where the segment does not reach the instant.
WITH found AS MATERIALIZED (
    {interval}
), sealed AS MATERIALIZED (
    SELECT g.*, d.data,
           coalesce((SELECT max(last_position) FROM segments
                      WHERE market_id = f.market_id AND from_position = f.from_position
                        AND last_position < g.first_position), f.from_position)
           AS keyframe_position
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
SELECT f.*, g.data, g.received_first, g.exchange_first, g.keyframe_position,
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

-- name: intervals
-- The intervals of a market that touch [since, until), in order, and the clock faults in them.
SELECT c.*, f.faults_since, f.faults_upto
  FROM proven c
  LEFT JOIN LATERAL (
       SELECT array_agg(received_from) AS faults_since, array_agg(received_to) AS faults_upto
         FROM clock_faults
        WHERE '{clock}' = 'received' AND capture_id = c.capture_id
          AND connection IN (c.connection, -1) AND received_from <= c.received_to
          AND coalesce(received_to, c.received_from) >= c.received_from) f ON true
 WHERE c.market_id = :market_id AND c.{clock}_from < :until AND c.{clock}_to >= :since
   AND c.{clock}_from <= c.{clock}_to
 ORDER BY c.{clock}_from, c.from_position;

-- name: nearest
-- The last instant up to one that an interval holds, the first after it, and whether some clock
-- fault touches one of the three: then they may prove nothing.
SELECT l.at AS last_known, n.at AS next_known,
       EXISTS (SELECT FROM clock_faults f JOIN (VALUES (:at), (l.at), (n.at)) t (at)
                   ON t.at >= f.received_from AND t.at <= coalesce(f.received_to, t.at)
                WHERE '{clock}' = 'received') AS is_faulted
  FROM (SELECT greatest(
               (SELECT max({clock}_to) FROM coverage
                 WHERE market_id = :market_id AND to_position IS NOT NULL AND {clock}_to <= :at
                   AND {clock}_from <= {clock}_to),
               (SELECT max(least({clock}_to, :at)) FROM proven
                 WHERE market_id = :market_id AND to_position IS NULL AND {clock}_from <= :at
                   AND {clock}_from <= {clock}_to)) AS at) l
 CROSS JOIN (
       SELECT min({clock}_from) AS at FROM proven
        WHERE market_id = :market_id AND {clock}_from > :at AND {clock}_from <= {clock}_to) n;

-- name: nearest_clear
-- The same among the instants that are outside the clock faults. Within an interval those are at its
-- ends, beside the instant, or beside a fault.
SELECT max(t.at) FILTER (WHERE t.at <= :at) AS last_known,
       min(t.at) FILTER (WHERE t.at > :at) AS next_known
  FROM proven c
 CROSS JOIN LATERAL (
       VALUES (least(c.received_to, :at)), (greatest(c.received_from, :at + 1))
        UNION ALL
       SELECT unnest(ARRAY[received_from - 1, received_to + 1]) FROM clock_faults
        WHERE capture_id = c.capture_id AND connection IN (c.connection, -1)) t (at)
 WHERE c.market_id = :market_id AND t.at BETWEEN c.received_from AND c.received_to
   AND NOT EXISTS (
       SELECT FROM clock_faults
        WHERE capture_id = c.capture_id AND connection IN (c.connection, -1)
          AND received_from <= t.at AND coalesce(received_to, t.at) >= t.at);

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

-- name: trades_between
-- The oldest trades of a market between two instants, without those instants, and how many there
-- are in all.
SELECT t.trade_id, t.received_at, t.exchange_at, t.yes_price, t.size, t.taker_side, t.is_block,
       (SELECT count(*) FROM trades
         WHERE market_id = :market_id AND {clock}_at > :after AND {clock}_at < :before) AS count
  FROM trades t
 WHERE t.market_id = :market_id AND t.{clock}_at > :after AND t.{clock}_at < :before
 ORDER BY t.{clock}_at, t.trade_id LIMIT :limit;

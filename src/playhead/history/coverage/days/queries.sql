-- name: days
-- Proven and missing microseconds of each day of [:since, :until), over all markets and captures.
--
-- The same rules as `explain` has, on sets. Of a market, the intervals that touch the window and
-- the one that reaches furthest before it are put in order. Between the furthest reach so far and
-- the next start is a hole, and the interval that reached furthest (of two, that of the lower
-- capture) says why: it is a gap unless that interval ended by wish. Added are the stretches that
-- clock faults take out of intervals, and the one from a market's opening to its first book if a
-- capture that holds it was running then. Whatever lies before a market opened, after it closed or
-- inside a pause of its matching engine (-1: unknown) is neither proven nor missing.
--
-- In one thing it says more than `explain`: an interval that is open and that nothing has vouched
-- for in :overdue counts as a gap from its last proof on, before anybody knows what happened.
WITH market AS MATERIALIZED (
    -- Finished markets, of which there are ever more, are not looked at.
    SELECT market_id, open_at, coalesce(exchange_index, -1) AS engine,
           int8range(open_at, CASE WHEN close_at IS NOT NULL THEN greatest(open_at, close_at) END)
             AS trading
      FROM markets
     WHERE (close_at IS NULL OR close_at > :since) AND (open_at IS NULL OR open_at < :until)
), span AS MATERIALIZED (
    SELECT market_id, c.capture_id, c.connection, c.closed_by, c.received_from AS since,
           greatest(c.received_to, c.received_from - 1) AS upto
      FROM market JOIN coverage c USING (market_id)
     WHERE c.received_to >= :since - 1 AND c.received_from < :until  -- also one that ends there
    UNION ALL
    SELECT market_id, c.capture_id, c.connection, NULL, c.received_from,
           greatest(s.received_to, c.received_from - 1)
      FROM market JOIN coverage c USING (market_id)
      LEFT JOIN streams s USING (capture_id, connection, sid)
     WHERE c.to_position IS NULL AND c.received_from < :until
    UNION ALL
    SELECT m.market_id, c.capture_id, c.connection, c.closed_by, c.received_from,
           greatest(c.received_to, c.received_from - 1)
      FROM market m
      CROSS JOIN LATERAL (
           SELECT capture_id, connection, closed_by, received_from, received_to FROM coverage
            WHERE market_id = m.market_id AND received_to < :since - 1
            ORDER BY received_to DESC, capture_id, received_from DESC LIMIT 1) c
), faulty AS (
    SELECT s.market_id, s.capture_id, s.connection, s.since,
           range_agg(int8range(f.received_from, CASE WHEN f.received_to IS NOT NULL
                     THEN greatest(f.received_from, f.received_to + 1) END)) AS faults
      -- Twice, so that faults are found by both columns: by the capture alone they are too many.
      FROM (SELECT *, connection AS faulted FROM span UNION ALL SELECT *, -1 FROM span) s
      JOIN clock_faults f ON f.capture_id = s.capture_id AND f.connection = s.faulted
       AND f.received_from <= s.upto AND coalesce(f.received_to, s.since) >= s.since
     GROUP BY s.market_id, s.capture_id, s.connection, s.since
), held AS (
    SELECT market_id, min(since) AS first, range_agg(piece) AS held,
           range_agg(piece - coalesce(faults, '{}')) AS proven
      FROM (SELECT s.*, f.faults, int8multirange(int8range(s.since, s.upto + 1)) AS piece
              FROM span s
              LEFT JOIN faulty f USING (market_id, capture_id, connection, since)) each
     GROUP BY market_id
), reach AS (
    SELECT market_id, since,
           max(far) OVER (PARTITION BY market_id ORDER BY since
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS far
      FROM (SELECT market_id, since,
                   ARRAY[upto, -capture_id, since,
                         CASE WHEN closed_by IS NULL THEN 2
                              WHEN closed_by = ANY(:wanted::text[]) THEN 1 ELSE 0 END] AS far
              FROM span
            UNION ALL
            SELECT market_id, :until::bigint, NULL FROM held) each
), hole AS (
    SELECT market_id, int8range(far[1] + 1, since) AS hole FROM reach
     WHERE since > far[1] + 1 AND (far[4] = 0 OR far[4] = 2 AND since - far[1] > :overdue + 1)
    UNION ALL
    SELECT market_id, int8range(m.open_at, h.first)
      FROM held h JOIN market m USING (market_id)
     WHERE m.open_at < h.first AND h.first > :since
       AND EXISTS (SELECT FROM captures p
                    WHERE p.started_at <= m.open_at
                      AND EXISTS (SELECT FROM coverage c WHERE c.market_id = m.market_id
                                     AND c.capture_id = p.capture_id))
), paused AS (
    SELECT engine, range_agg(int8range(since, until)) AS pauses
      FROM unnest(:engines::int[], :paused_since::bigint[], :paused_until::bigint[])
        AS p (engine, since, until)
     GROUP BY engine
), told AS (
    SELECT h.market_id, e.expected * h.proven AS proven,
           e.expected * (coalesce(g.gaps, '{}') + (h.held - h.proven)) AS gaps
      FROM held h
      JOIN market m USING (market_id)
      LEFT JOIN (SELECT market_id, range_agg(hole) AS gaps FROM hole GROUP BY market_id) g
     USING (market_id)
      LEFT JOIN paused p USING (engine)
      CROSS JOIN LATERAL (
           SELECT int8multirange(m.trading * int8range(:since, :until))
                  - coalesce(p.pauses, '{}') - :maintenance::int8multirange AS expected) e
), stretch AS (
    SELECT market_id, true AS is_proven, lower(r) AS since, upper(r) AS until
      FROM told, unnest(proven) AS r
    UNION ALL
    SELECT market_id, false, lower(r), upper(r) FROM told, unnest(gaps) AS r
), piece AS (
    SELECT s.market_id, s.is_proven, number,
           least(s.until, (number + 1) * :day) - greatest(s.since, number * :day) AS length
      FROM stretch s
      CROSS JOIN LATERAL generate_series(s.since / :day, (s.until - 1) / :day) AS number
)
SELECT number, count(DISTINCT market_id) AS markets,
       coalesce(sum(length) FILTER (WHERE is_proven), 0)::bigint AS proven,
       coalesce(sum(length) FILTER (WHERE NOT is_proven), 0)::bigint AS gap
  FROM piece
 GROUP BY number;

-- name: incidents
SELECT number, count(*) AS incidents
  FROM (SELECT DISTINCT detected_at / :day AS number, detected_at, capture_id, connection, cause
          FROM incidents WHERE detected_at >= :since AND detected_at < :until) each
 GROUP BY number;

-- name: said
SELECT at, exchange_index, is_active FROM exchange_states WHERE at < :until;

-- name: maintenance
SELECT coalesce(range_agg(int8range(start_at, end_at)), '{}')::text AS maintenance
  FROM maintenance
 WHERE start_at < :until AND end_at > :since AND start_at < end_at;

-- name: page
-- Incidents, the newest first: what one connection lost at one instant for one reason is one line,
-- however many subscriptions it had. Those that no clock of ours can place are not listed.
WITH found AS (
    SELECT i.detected_at, i.capture_id, i.connection, i.cause
      FROM incidents i
     WHERE i.detected_at >= :since AND i.detected_at <= :before_at
       AND (i.detected_at, i.capture_id, i.connection, i.cause)
         < (:before_at, :before_capture, :before_connection, :before_cause)
       AND (:cause::text IS NULL OR i.cause = :cause)
       AND {state}
     GROUP BY i.detected_at, i.capture_id, i.connection, i.cause
     ORDER BY i.detected_at DESC, i.capture_id DESC, i.connection DESC, i.cause DESC
     LIMIT :limit
)
SELECT f.detected_at, f.capture_id, f.connection, f.cause, p.name AS capture, p.recorder,
       g.ids, g.sids, g.received_to, g.markets, g.healed, g.healed_at
  FROM found f
  JOIN captures p USING (capture_id)
  JOIN LATERAL (
       SELECT array_agg(i.incident_id ORDER BY i.incident_id) AS ids,
              array_agg(DISTINCT i.sid ORDER BY i.sid) AS sids,
              min(i.received_to) AS received_to, max(i.healed_at) AS healed_at,
              sum(i.markets)::bigint AS markets, sum(i.healed)::bigint AS healed
         FROM incidents i
        WHERE i.detected_at = f.detected_at AND i.capture_id = f.capture_id
          AND i.connection = f.connection AND i.cause = f.cause) g ON true
 ORDER BY f.detected_at DESC, f.capture_id DESC, f.connection DESC, f.cause DESC;

-- name: struck
-- How many markets of each matching engine an incident hit, and some of them.
SELECT g.line, m.exchange_index, count(*) AS markets,
       (array_agg(m.ticker ORDER BY m.market_id))[1:5] AS examples
  FROM unnest(:lines::int[], :ids::bigint[]) AS g (line, incident_id)
  JOIN coverage c USING (incident_id)
  JOIN markets m USING (market_id)
 GROUP BY g.line, m.exchange_index
 ORDER BY g.line, m.exchange_index NULLS LAST;

-- name: open_incidents
SELECT count(*) AS incidents, coalesce(sum(waiting), 0)::bigint AS markets
  FROM (SELECT sum(markets - healed) AS waiting
          FROM incidents
         WHERE healed < markets AND detected_at IS NOT NULL
         GROUP BY detected_at, capture_id, connection, cause) each;

-- name: number
SELECT market_id FROM markets WHERE ticker = :ticker;

-- name: page
-- Markets by ticker with what is recorded of each.
WITH page AS MATERIALIZED (
    SELECT * FROM markets
     WHERE (:status::text IS NULL OR status = :status)
       AND (:event::text IS NULL OR event_ticker = :event)
       AND (:search::text IS NULL OR strpos(lower(ticker || ' ' || coalesce(title, '')),
                                            lower(:search)) > 0)
       AND (:after::text IS NULL OR ticker > :after)
       AND (:ticker::text IS NULL OR ticker = :ticker)
     ORDER BY ticker LIMIT :limit
)
SELECT m.market_id, m.ticker, m.event_ticker, m.title, m.status, m.open_at, m.close_at, m.events,
       c.first_received_at, c.last_received_at, coalesce(c.recording, false) AS recording
  FROM page m
  LEFT JOIN LATERAL (
       SELECT min(received_from) AS first_received_at, max(received_to) AS last_received_at,
              bool_or(to_position IS NULL) AS recording
         FROM proven WHERE market_id = m.market_id) c ON true
 ORDER BY m.ticker;

-- name: count
SELECT count(*) AS total FROM markets
 WHERE (:status::text IS NULL OR status = :status)
   AND (:event::text IS NULL OR event_ticker = :event)
   AND (:search::text IS NULL OR strpos(lower(ticker || ' ' || coalesce(title, '')),
                                        lower(:search)) > 0);

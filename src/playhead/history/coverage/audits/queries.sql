-- name: page
-- Audits, the newest first. Those that no clock of ours can place are found by id alone.
SELECT a.audit_id, m.ticker, a.kind, a.matches, a.position, a.asked_at, a.received_at,
       a.exchange_at, p.name AS capture, p.recorder, a.said, a.held
  FROM audits a
  JOIN markets m USING (market_id)
  JOIN captures p USING (capture_id)
 WHERE a.received_at >= :since AND a.received_at <= :before_at
   AND (a.received_at, a.audit_id) < (:before_at, :before_id)
   AND (:market_id::int IS NULL OR a.market_id = :market_id)
   AND (:kind::text IS NULL OR a.kind = :kind)
   AND {outcome}
 ORDER BY a.received_at DESC, a.audit_id DESC
 LIMIT :limit;

-- name: audit
SELECT a.audit_id, m.ticker, a.kind, a.matches, a.position, a.asked_at, a.received_at,
       a.exchange_at, p.name AS capture, p.recorder, a.said, a.held
  FROM audits a
  JOIN markets m USING (market_id)
  JOIN captures p USING (capture_id)
 WHERE a.audit_id = :audit_id;

-- name: rates_by_day
SELECT day, NULL::text AS ticker, kind, sum(matches)::bigint AS matches,
       sum(mismatches)::bigint AS mismatches
  FROM audit_days
 WHERE day >= :since AND day < :until AND (:market_id::int IS NULL OR market_id = :market_id)
 GROUP BY day, kind
 ORDER BY day DESC, kind;

-- name: rates_by_market
-- The markets are chosen first, so that a page looks at no more than its own.
WITH found AS MATERIALIZED (
    SELECT m.market_id, m.ticker FROM markets m
     WHERE m.ticker > :after AND (:market_id::int IS NULL OR m.market_id = :market_id)
       AND EXISTS (SELECT FROM audit_days d
                    WHERE d.market_id = m.market_id AND d.day >= :since AND d.day < :until)
     ORDER BY m.ticker LIMIT :limit
)
SELECT NULL::date AS day, f.ticker, d.kind, sum(d.matches)::bigint AS matches,
       sum(d.mismatches)::bigint AS mismatches
  FROM found f
  JOIN audit_days d USING (market_id)
 WHERE d.day >= :since AND d.day < :until
 GROUP BY f.ticker, d.kind
 ORDER BY f.ticker, d.kind;

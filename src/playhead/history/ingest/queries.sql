-- name: register_capture
-- The row of a capture, made on first sight.
INSERT INTO captures (capture_id, name, recorder, last_position)
VALUES (:capture_id, :name, :recorder, :capture_id::bigint << 36)
ON CONFLICT (capture_id) DO NOTHING;

-- name: capture
SELECT ingested_to, last_position, state, finished FROM captures WHERE capture_id = :capture_id;

-- name: market_numbers
SELECT ticker, market_id FROM markets;

-- name: open_intervals
-- Markets that this capture knows right now, with the events of theirs that no segment holds yet.
-- received_base and exchange_base are the running clocks just before those events.
SELECT m.ticker, c.market_id, c.from_position, c.connection, c.sid,
       greatest(c.received_from, s.received_last) AS received_base,
       greatest(c.exchange_from, s.exchange_last) AS exchange_base,
       coalesce(s.last_position, c.from_position) AS planned_to,
       coalesce(c.verified_position, c.from_position) AS verified_position,
       coalesce(c.verified_at, c.received_from) AS verified_received,
       coalesce(c.verified_exchange_at, c.exchange_from) AS verified_exchange,
       e.events, e.since_keyframe, e.first_position, e.last_position,
       e.received_first, e.received_last, e.exchange_first, e.exchange_last
  FROM coverage c
  JOIN markets m USING (market_id)
  LEFT JOIN LATERAL (
       SELECT last_position, received_last, exchange_last FROM segments
        WHERE market_id = c.market_id AND from_position = c.from_position
        ORDER BY first_position DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (
       SELECT max(before_position) AS before_position FROM keyframes
        WHERE market_id = c.market_id AND before_position <= :last_position
          AND before_position > coalesce(s.last_position, c.from_position)) k ON true
  LEFT JOIN LATERAL (
       SELECT count(*) AS events,
              count(*) FILTER (WHERE position >= coalesce(k.before_position, 0))
              AS since_keyframe, min(position) AS first_position, max(position) AS last_position,
              (array_agg(received_at ORDER BY position))[1] AS received_first,
              (array_agg(exchange_at ORDER BY position))[1] AS exchange_first,
              max(received_at) AS received_last, max(exchange_at) AS exchange_last
         FROM events
        WHERE market_id = c.market_id AND position > coalesce(s.last_position, c.from_position)
          AND position <= :last_position) e ON true
 WHERE c.capture_id = :capture_id AND c.to_position IS NULL;

-- name: add_markets
INSERT INTO markets (market_id, ticker)
SELECT * FROM unnest(:market_ids::int[], :tickers::text[]);

-- name: learn_markets
-- What was said last wins, whatever the order in which captures are read; what was not said stays.
-- told holds when each fact was said, by its name.
UPDATE markets m
   SET event_ticker = CASE WHEN n.news ? 'event_ticker' THEN f.event_ticker ELSE m.event_ticker END,
       title = CASE WHEN n.news ? 'title' THEN f.title ELSE m.title END,
       status = CASE WHEN n.news ? 'status' THEN f.status ELSE m.status END,
       open_at = CASE WHEN n.news ? 'open_at' THEN f.open_at ELSE m.open_at END,
       close_at = CASE WHEN n.news ? 'close_at' THEN f.close_at ELSE m.close_at END,
       price_level_structure = CASE WHEN n.news ? 'price_level_structure' THEN f.price_level_structure ELSE m.price_level_structure END,
       price_ranges = CASE WHEN n.news ? 'price_ranges' THEN f.price_ranges ELSE m.price_ranges END,
       result = CASE WHEN n.news ? 'result' THEN f.result ELSE m.result END,
       exchange_index = CASE WHEN n.news ? 'exchange_index' THEN f.exchange_index ELSE m.exchange_index END,
       told = m.told || n.news
  FROM jsonb_to_recordset(:facts::jsonb) AS f (
       ticker text, event_ticker text, title text, status text, open_at bigint, close_at bigint,
       price_level_structure text, price_ranges jsonb, result text, exchange_index smallint,
       told jsonb)
  JOIN markets k USING (ticker)
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_object_agg(key, value), '{}') AS news FROM jsonb_each(f.told)
        WHERE value::bigint >= coalesce((k.told ->> key)::bigint, value::bigint)) n
 WHERE m.market_id = k.market_id;

-- name: count_events
UPDATE markets m SET events = m.events + n.events
  FROM unnest(:market_ids::int[], :events::bigint[]) AS n (market_id, events)
 WHERE m.market_id = n.market_id;

-- name: open_coverage
INSERT INTO coverage (market_id, from_position, capture_id, connection, sid, opened_by,
                      opened_offset, keyframe, received_from, exchange_from)
SELECT market_id, from_position, :capture_id, connection, sid, opened_by, opened_offset, keyframe,
       received_from, exchange_from
  FROM unnest(:market_ids::int[], :from_positions::bigint[], :connections::bigint[], :sids::int[],
              :opened_by::text[], :offsets::bigint[], :keyframes::bytea[],
              :received_from::bigint[], :exchange_from::bigint[])
    AS o (market_id, from_position, connection, sid, opened_by, opened_offset, keyframe,
          received_from, exchange_from);

-- name: tell_exchange_from
UPDATE coverage c SET exchange_from = t.at
  FROM unnest(:market_ids::int[], :from_positions::bigint[], :at::bigint[])
    AS t (market_id, from_position, at)
 WHERE c.market_id = t.market_id AND c.from_position = t.from_position;

-- name: verify_coverage
UPDATE coverage c
   SET verified_position = t.position, verified_at = t.received_at,
       verified_exchange_at = t.exchange_at
  FROM unnest(:market_ids::int[], :from_positions::bigint[], :positions::bigint[],
              :received_at::bigint[], :exchange_at::bigint[])
    AS t (market_id, from_position, position, received_at, exchange_at)
 WHERE c.market_id = t.market_id AND c.from_position = t.from_position;

-- name: close_coverage
UPDATE coverage c
   SET to_position = t.to_position, received_to = t.received_to, exchange_to = t.exchange_to,
       closed_by = t.cause, detected_at = t.detected_at,
       detected_exchange_at = t.detected_exchange_at, incident_id = t.incident_id
  FROM unnest(:market_ids::int[], :from_positions::bigint[], :to_positions::bigint[],
              :received_to::bigint[], :exchange_to::bigint[], :causes::text[],
              :detected_at::bigint[], :detected_exchange_at::bigint[], :incident_ids::bigint[])
    AS t (market_id, from_position, to_position, received_to, exchange_to, cause, detected_at,
          detected_exchange_at, incident_id)
 WHERE c.market_id = t.market_id AND c.from_position = t.from_position;

-- name: add_incidents
INSERT INTO incidents (incident_id, capture_id, connection, sid, cause, received_to, detected_at,
                       markets)
SELECT incident_id, :capture_id, connection, sid, cause, received_to, detected_at, markets
  FROM unnest(:incident_ids::bigint[], :connections::bigint[], :sids::int[], :causes::text[],
              :received_to::bigint[], :detected_at::bigint[], :markets::int[])
    AS i (incident_id, connection, sid, cause, received_to, detected_at, markets);

-- name: heal_incidents
UPDATE incidents i SET healed = i.healed + h.markets, healed_at = greatest(i.healed_at, h.at)
  FROM unnest(:incident_ids::bigint[], :markets::int[], :at::bigint[])
    AS h (incident_id, markets, at)
 WHERE i.incident_id = h.incident_id;

-- name: mend_wounds
DELETE FROM wounds WHERE capture_id = :capture_id AND market_id = ANY(:market_ids::int[]);

-- name: add_wounds
INSERT INTO wounds (capture_id, market_id, incident_id)
SELECT :capture_id, * FROM unnest(:market_ids::int[], :incident_ids::bigint[]);

-- name: wounds
SELECT ticker, incident_id FROM wounds JOIN markets USING (market_id)
 WHERE capture_id = :capture_id;

-- name: tell_clock_faults
INSERT INTO clock_faults (capture_id, connection, received_from, received_to, cause)
SELECT :capture_id, * FROM unnest(:connections::bigint[], :received_from::bigint[],
                                  :received_to::bigint[], :causes::text[])
ON CONFLICT (capture_id, connection, received_from)
DO UPDATE SET received_to = excluded.received_to;

-- name: add_audits
-- The books come one after the other in one value: each is as long as is said of it.
INSERT INTO audits (audit_id, capture_id, market_id, kind, from_position, position, asked_at,
                    received_at, exchange_at, capture_offset, matches, said, held)
SELECT audit_id, :capture_id, market_id, kind, from_position, position, asked_at, received_at,
       exchange_at, capture_offset, matches <> 0,
       substring(:said::bytea FROM (said_to - said_bytes + 1)::int FOR said_bytes::int),
       CASE WHEN matches = 0 THEN
            substring(:held::bytea FROM (held_to - held_bytes + 1)::int FOR held_bytes::int) END
  FROM (SELECT *, sum(said_bytes) OVER (ORDER BY audit_id) AS said_to,
               sum(held_bytes) OVER (ORDER BY audit_id) AS held_to
          FROM unnest(:audit_ids::bigint[], :market_ids::int[], :kinds::text[],
                      :from_positions::bigint[], :positions::bigint[], :asked_at::bigint[],
                      :received_at::bigint[], :exchange_at::bigint[], :offsets::bigint[],
                      :matches::int[], :said_bytes::bigint[], :held_bytes::bigint[])
            AS a (audit_id, market_id, kind, from_position, position, asked_at, received_at,
                  exchange_at, capture_offset, matches, said_bytes, held_bytes)) AS told;

-- name: count_audits
INSERT INTO audit_days (day, market_id, kind, matches, mismatches)
SELECT (to_timestamp(coalesce(received_at, exchange_at, 0) / 1000000) AT TIME ZONE 'UTC')::date,
       market_id, kind, count(*) FILTER (WHERE matches), count(*) FILTER (WHERE NOT matches)
  FROM audits
 WHERE audit_id BETWEEN :first_audit AND :last_audit
 GROUP BY 1, 2, 3
ON CONFLICT (day, market_id, kind)
DO UPDATE SET matches = audit_days.matches + excluded.matches,
              mismatches = audit_days.mismatches + excluded.mismatches;

-- name: add_trades
-- The same trade can be told twice, on two connections or by two recorders. Of two tellings the
-- one of the lower capture stays, so that the order of reading makes no difference.
INSERT INTO trades (market_id, trade_id, exchange_at, received_at, capture_id, yes_price, size,
                    taker_side, is_block)
SELECT market_id, trade_id, exchange_at, received_at, :capture_id, yes_price, size, taker_side,
       is_block
  FROM unnest(:market_ids::int[], :trade_ids::text[], :exchange_at::bigint[],
              :received_at::bigint[], :yes_prices::int[], :sizes::bigint[],
              :taker_sides::smallint[], :is_block::boolean[])
    AS t (market_id, trade_id, exchange_at, received_at, yes_price, size, taker_side, is_block)
ON CONFLICT (market_id, trade_id) DO UPDATE
   SET exchange_at = excluded.exchange_at, received_at = excluded.received_at,
       capture_id = excluded.capture_id, yes_price = excluded.yes_price, size = excluded.size,
       taker_side = excluded.taker_side, is_block = excluded.is_block
 WHERE trades.capture_id > excluded.capture_id;

-- name: add_lifecycles
INSERT INTO lifecycles (market_id, received_at, capture_id, status)
SELECT market_id, received_at, :capture_id, status
  FROM unnest(:market_ids::int[], :received_at::bigint[], :statuses::text[])
    AS l (market_id, received_at, status)
ON CONFLICT DO NOTHING;

-- name: add_exchange_states
INSERT INTO exchange_states (capture_id, exchange_index, at, is_active)
SELECT :capture_id, * FROM unnest(:indexes::smallint[], :at::bigint[], :is_active::boolean[])
ON CONFLICT (capture_id, exchange_index, at) DO UPDATE SET is_active = excluded.is_active;

-- name: add_maintenance
INSERT INTO maintenance (start_at, end_at) SELECT * FROM unnest(:starts::bigint[], :ends::bigint[])
ON CONFLICT DO NOTHING;

-- name: allow_prices
INSERT INTO grids (capture_id, market_id, price_ranges)
SELECT :capture_id, * FROM unnest(:market_ids::int[], :ranges::jsonb[])
ON CONFLICT (capture_id, market_id) DO UPDATE SET price_ranges = excluded.price_ranges;

-- name: grids
SELECT ticker, g.price_ranges FROM grids g JOIN markets USING (market_id)
 WHERE capture_id = :capture_id;

-- name: add_keyframes
INSERT INTO keyframes (market_id, before_position, position, received_at, exchange_at, levels)
SELECT * FROM unnest(:market_ids::int[], :before_positions::bigint[], :positions::bigint[],
                     :received_at::bigint[], :exchange_at::bigint[], :levels::bytea[]);

-- name: plan_segments
INSERT INTO segments (market_id, first_position, last_position, from_position, events,
                      received_first, received_last, exchange_first, exchange_last, day)
SELECT market_id, first_position, last_position, from_position, events,
       received_first, received_last, exchange_first, exchange_last,
       (to_timestamp(coalesce(received_first, exchange_first, 0) / 1000000) AT TIME ZONE 'UTC')::date
  FROM unnest(:market_ids::int[], :first_positions::bigint[], :last_positions::bigint[],
              :from_positions::bigint[], :events::int[], :received_first::bigint[],
              :received_last::bigint[], :exchange_first::bigint[], :exchange_last::bigint[])
    AS p (market_id, first_position, last_position, from_position, events, received_first,
          received_last, exchange_first, exchange_last);

-- name: mark_streams
INSERT INTO streams (capture_id, connection, sid, received_to, exchange_to)
SELECT :capture_id, * FROM unnest(:connections::bigint[], :sids::int[], :received_to::bigint[],
                                  :exchange_to::bigint[])
ON CONFLICT (capture_id, connection, sid)
DO UPDATE SET received_to = excluded.received_to, exchange_to = excluded.exchange_to;

-- name: advance_capture
-- Moves the capture on from exactly where this batch began; no row means that somebody else did.
UPDATE captures
   SET ingested_to = :ingested_to, last_position = :last_position, ingested_at = :now,
       started_at = coalesce(started_at, :started_at),
       state = :state::jsonb, finished = :finished, frames = frames + :frames,
       counters = (
           SELECT coalesce(jsonb_object_agg(key, total), '{}') FROM (
               SELECT key, sum(value::bigint) AS total FROM (
                   SELECT * FROM jsonb_each_text(captures.counters)
                   UNION ALL SELECT * FROM jsonb_each_text(:counters::jsonb)) AS both_of (key, value)
                GROUP BY key) AS summed)
 WHERE capture_id = :capture_id AND ingested_to = :ingested_from;

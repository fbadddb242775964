-- What is known, how it was checked, and why it ended where it did.
--
-- Times are UTC microseconds (bigint); "received" is our clock, "exchange" the exchange's.

ALTER TABLE captures
    -- When the recording began: the time of its first record.
    ADD started_at bigint;
-- The reader's state now holds more than connections.
UPDATE captures SET state = jsonb_build_object('connections', state);

ALTER TABLE markets
    -- The matching engine that the market is on; NULL where nobody has said so.
    ADD exchange_index smallint,
    -- When each fact was said, by its name.
    ADD told jsonb NOT NULL DEFAULT '{}';

ALTER TABLE coverage
    -- Where in the capture the snapshot is that opened the interval.
    ADD opened_offset bigint NOT NULL DEFAULT 0,
    -- When it was noticed that knowledge had ended, by both clocks; NULL while it is open.
    ADD detected_at bigint,
    ADD detected_exchange_at bigint,
    -- What ended it, if something went wrong.
    ADD incident_id bigint;
-- Whenever the exchange agrees with an open interval its row is written anew. With room beside it
-- for the next one, no index need be told.
ALTER TABLE coverage SET (fillfactor = 50);
CREATE INDEX coverage_incident ON coverage (incident_id) WHERE incident_id IS NOT NULL;

-- Of several intervals that hold an instant, the one of the lowest capture is told, and of those
-- the one that began last: an answer does not change because another recorder's capture comes in.
DROP INDEX coverage_received, coverage_exchange;
CREATE INDEX coverage_received
    ON coverage (market_id, capture_id, received_from DESC, from_position DESC);
CREATE INDEX coverage_exchange
    ON coverage (market_id, capture_id, exchange_from DESC, from_position DESC);
-- How far a market was known before an instant, whoever recorded it.
CREATE INDEX coverage_ended ON coverage (market_id, received_to DESC);

DROP VIEW proven;
CREATE VIEW proven AS
SELECT c.market_id, c.from_position, c.to_position, c.capture_id, c.connection, c.sid,
       c.opened_by, c.opened_offset, c.closed_by, c.verified_at, c.keyframe,
       c.detected_at, c.detected_exchange_at, c.incident_id,
       p.recorder, p.name AS capture, c.received_from, c.exchange_from,
       CASE WHEN c.to_position IS NULL THEN s.received_to ELSE c.received_to END AS received_to,
       CASE WHEN c.to_position IS NULL THEN s.exchange_to ELSE c.exchange_to END AS exchange_to,
       coalesce(c.to_position, (c.capture_id + 1)::bigint << 36) AS upto
  FROM coverage c
  JOIN captures p USING (capture_id)
  LEFT JOIN streams s USING (capture_id, connection, sid);

-- One thing that ended the knowledge of one or many markets.
-- An id is capture number << 36 | count within the capture.
CREATE TABLE incidents (
    incident_id bigint  PRIMARY KEY,
    capture_id  integer NOT NULL REFERENCES captures,
    connection  bigint  NOT NULL,
    sid         integer NOT NULL,
    cause       text    NOT NULL,
    -- The last good instant by our clock, and when the end of knowledge was noticed.
    received_to bigint,
    detected_at bigint,
    -- How many markets it hit, how many of those have a book again, and since when the last one has.
    markets     integer NOT NULL,
    healed      integer NOT NULL DEFAULT 0,
    healed_at   bigint
);
CREATE INDEX incidents_detected ON incidents (detected_at DESC);
CREATE INDEX incidents_open ON incidents (incident_id) WHERE healed < markets;

-- Markets that have lost their book and have none again: what is left to heal.
CREATE TABLE wounds (
    capture_id  integer NOT NULL REFERENCES captures,
    market_id   integer NOT NULL REFERENCES markets,
    incident_id bigint  NOT NULL,
    PRIMARY KEY (capture_id, market_id)
);

-- Stretches of our clock (inclusive) in which a time of receipt does not tell what the exchange's
-- book was: the connection lagged, or the clock was set back and the instants came twice. The
-- exchange's clock is not concerned. connection -1: every connection of the capture.
CREATE TABLE clock_faults (
    capture_id    integer NOT NULL REFERENCES captures,
    connection    bigint  NOT NULL,
    received_from bigint  NOT NULL,
    received_to   bigint,
    cause         text    NOT NULL,
    PRIMARY KEY (capture_id, connection, received_from)
);

-- Comparisons of a rebuilt book with what the exchange said it is.
-- An id is capture number << 36 | count within the capture. Nothing is ever deleted but all of it,
-- and the one writer adds a market before what is said of it: nobody looks it up for every row.
CREATE TABLE audits (
    audit_id      bigint   PRIMARY KEY,
    capture_id    integer  NOT NULL,
    market_id     integer  NOT NULL,
    -- 'snapshot': get_snapshot, in sequence. 'rest': a REST book, some moment of its request.
    kind          text     NOT NULL,
    from_position bigint   NOT NULL,
    -- The event after which the book was compared, or agreed.
    position      bigint   NOT NULL,
    asked_at      bigint,
    received_at   bigint,
    exchange_at   bigint,
    capture_offset bigint  NOT NULL,
    matches       boolean  NOT NULL,
    -- Levels as in coverage.keyframe: what the exchange said, and what we held if it differs.
    said          bytea    NOT NULL,
    held          bytea
);
CREATE INDEX audits_market ON audits (market_id, received_at DESC, audit_id DESC);
CREATE INDEX audits_interval ON audits (market_id, from_position, position) WHERE kind = 'snapshot';
CREATE INDEX audits_received ON audits (received_at);
CREATE INDEX audits_mismatch ON audits (audit_id) WHERE NOT matches;

CREATE TABLE audit_days (
    day        date    NOT NULL,
    market_id  integer NOT NULL,
    kind       text    NOT NULL,
    matches    bigint  NOT NULL,
    mismatches bigint  NOT NULL,
    PRIMARY KEY (day, market_id, kind)
) WITH (fillfactor = 50);
CREATE INDEX audit_days_market ON audit_days (market_id, day);

-- Trades as the exchange told them, each once, whoever recorded it.
CREATE TABLE trades (
    market_id   integer  NOT NULL REFERENCES markets,
    trade_id    text     NOT NULL,
    exchange_at bigint,
    received_at bigint,
    capture_id  integer  NOT NULL,
    yes_price   integer  NOT NULL,
    size        bigint   NOT NULL,
    -- 0 yes, 1 no: what the taker bought.
    taker_side  smallint,
    is_block    boolean  NOT NULL,
    PRIMARY KEY (market_id, trade_id)
);
CREATE INDEX trades_received ON trades (market_id, received_at);
CREATE INDEX trades_exchange ON trades (market_id, exchange_at);

-- What the exchange said about itself: one row a change, by shard.
CREATE TABLE exchange_states (
    capture_id     integer  NOT NULL REFERENCES captures,
    exchange_index smallint NOT NULL,
    at             bigint   NOT NULL,
    is_active      boolean  NOT NULL,
    PRIMARY KEY (capture_id, exchange_index, at)
);

-- Maintenance that the exchange announced, [start_at, end_at).
CREATE TABLE maintenance (
    start_at bigint NOT NULL,
    end_at   bigint NOT NULL,
    PRIMARY KEY (start_at, end_at)
);

-- The price grid of each market as a capture has told it so far: an ingest that goes on needs it.
-- Ranges as [start, end, step] in micro-dollars.
CREATE TABLE grids (
    capture_id   integer NOT NULL REFERENCES captures,
    market_id    integer NOT NULL REFERENCES markets,
    price_ranges jsonb   NOT NULL,
    PRIMARY KEY (capture_id, market_id)
);

-- Changes of markets' status as their lifecycle messages told them: one row a telling.
CREATE TABLE lifecycles (
    market_id   integer NOT NULL REFERENCES markets,
    received_at bigint  NOT NULL,
    capture_id  integer NOT NULL,
    status      text    NOT NULL,
    PRIMARY KEY (market_id, received_at, capture_id, status)
);

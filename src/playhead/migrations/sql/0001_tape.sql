-- The tape: what the captures say, normalised, in one order.
--
-- Times are UTC microseconds (bigint). Prices are micro-dollars, sizes hundredths of a contract.
-- A position is capture number << 36 | index of the event in that capture.
-- "received" is our clock, "exchange" the exchange's. Bounds of intervals and segments hold the
-- running maximum of a clock, so that a step back never reorders what happened.

CREATE TABLE captures (
    capture_id   integer PRIMARY KEY,
    name         text    NOT NULL,
    recorder     text    NOT NULL,
    -- How far the capture has been read, and the reader's state there: committed with the events.
    ingested_to  bigint  NOT NULL DEFAULT 0,
    last_position bigint NOT NULL,
    ingested_at  bigint,
    state        jsonb   NOT NULL DEFAULT '{}',
    finished     boolean NOT NULL DEFAULT false,
    frames       bigint  NOT NULL DEFAULT 0,
    counters     jsonb   NOT NULL DEFAULT '{}'
);

CREATE TABLE markets (
    market_id    integer PRIMARY KEY,
    ticker       text    NOT NULL UNIQUE,
    event_ticker text,
    title        text,
    status       text    NOT NULL DEFAULT 'unknown',
    open_at      bigint,
    close_at     bigint,
    price_level_structure text,
    price_ranges jsonb   NOT NULL DEFAULT '[]',
    result       text,
    events       bigint  NOT NULL DEFAULT 0
);
CREATE INDEX markets_event ON markets (event_ticker);
CREATE INDEX markets_status ON markets (status, ticker);

-- What is known: from a snapshot on, an unbroken chain of changes. Everything else is unknown.
CREATE TABLE coverage (
    market_id     integer NOT NULL REFERENCES markets,
    from_position bigint  NOT NULL,
    capture_id    integer NOT NULL REFERENCES captures,
    connection    bigint  NOT NULL,
    sid           integer NOT NULL,
    opened_by     text    NOT NULL,
    keyframe      bytea   NOT NULL,
    received_from bigint,
    exchange_from bigint,
    -- NULL while it is open; the bounds below are inclusive.
    to_position   bigint,
    received_to   bigint,
    exchange_to   bigint,
    closed_by     text,
    -- Where a snapshot last agreed with the book, if one did after the first.
    verified_position    bigint,
    verified_at          bigint,
    verified_exchange_at bigint,
    PRIMARY KEY (market_id, from_position)
);
CREATE INDEX coverage_received ON coverage (market_id, received_from DESC);
CREATE INDEX coverage_exchange ON coverage (market_id, exchange_from DESC);
CREATE INDEX coverage_open ON coverage (capture_id) WHERE to_position IS NULL;

-- How far each subscription is known to be whole: one row a subscription, moved on by every batch.
CREATE TABLE streams (
    capture_id        integer NOT NULL REFERENCES captures,
    connection        bigint  NOT NULL,
    sid               integer NOT NULL,
    received_to       bigint,
    exchange_to       bigint,
    PRIMARY KEY (capture_id, connection, sid)
);

-- Coverage as it stands now: an open interval reaches as far as its subscription is known whole.
CREATE VIEW proven AS
SELECT c.market_id, c.from_position, c.to_position, c.capture_id, c.opened_by, c.closed_by,
       c.verified_at, c.keyframe, p.recorder, c.received_from, c.exchange_from,
       CASE WHEN c.to_position IS NULL THEN s.received_to ELSE c.received_to END AS received_to,
       CASE WHEN c.to_position IS NULL THEN s.exchange_to ELSE c.exchange_to END AS exchange_to,
       coalesce(c.to_position, (c.capture_id + 1)::bigint << 36) AS upto
  FROM coverage c
  JOIN captures p USING (capture_id)
  LEFT JOIN streams s USING (capture_id, connection, sid);

-- Recent changes, a row each. Partitions cover ranges of positions; they are made ahead and
-- dropped once everything in them is sealed.
CREATE TABLE events (
    position    bigint   NOT NULL,
    received_at bigint,
    exchange_at bigint,
    size        bigint   NOT NULL,
    market_id   integer  NOT NULL,
    price       integer  NOT NULL,
    side        smallint NOT NULL
) PARTITION BY RANGE (position);
CREATE INDEX events_market ON events (market_id, position);

-- Whole books on the way, so that a recent one needs few rows: the book before an event, and the
-- position of the newest event in it.
CREATE TABLE keyframes (
    before_position bigint  NOT NULL,
    position        bigint  NOT NULL,
    received_at     bigint,
    exchange_at     bigint,
    market_id       integer NOT NULL,
    levels          bytea   NOT NULL
) PARTITION BY RANGE (before_position);
CREATE INDEX keyframes_market ON keyframes (market_id, before_position);

-- The manifest: runs of one market's events within one interval. Planned when the run is complete
-- (digest NULL), sealed when its columns are written. Never changed after that.
CREATE TABLE segments (
    market_id      integer NOT NULL REFERENCES markets,
    first_position bigint  NOT NULL,
    last_position  bigint  NOT NULL,
    from_position  bigint  NOT NULL,
    events         integer NOT NULL,
    received_first bigint,
    received_last  bigint,
    exchange_first bigint,
    exchange_last  bigint,
    day            date    NOT NULL,
    digest         bytea,
    bytes          integer,
    PRIMARY KEY (market_id, first_position),
    FOREIGN KEY (market_id, from_position) REFERENCES coverage
);
CREATE INDEX segments_received ON segments (market_id, from_position, received_first, first_position);
CREATE INDEX segments_exchange ON segments (market_id, from_position, exchange_first, first_position);
CREATE INDEX segments_order ON segments (market_id, from_position, last_position);
CREATE INDEX segments_planned ON segments (first_position) WHERE digest IS NULL;

CREATE TABLE segment_data (
    day            date    NOT NULL,
    market_id      integer NOT NULL,
    first_position bigint  NOT NULL,
    data           bytea   NOT NULL,
    PRIMARY KEY (day, market_id, first_position)
) PARTITION BY RANGE (day);
ALTER TABLE segment_data ALTER COLUMN data SET STORAGE EXTERNAL;

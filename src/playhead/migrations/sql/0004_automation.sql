-- Automation: work that is done once, whoever dies; skills, habits, reflexes, executions.
--
-- Every table belongs to an organisation. Rows refer to each other with their organisation:
-- row-level security does not look at what a foreign key points to. Times are UTC microseconds.

CREATE FUNCTION pg_temp.guard(name regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO playhead_service'
        ' USING (org_id = (SELECT nullif(current_setting(''app.org_id'', true), '''')::uuid))'
        ' WITH CHECK (org_id = (SELECT nullif(current_setting(''app.org_id'', true), '''')::uuid))',
        name);
    EXECUTE format(
        'CREATE POLICY system ON %s TO playhead_system USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO playhead_system', name);
END $$;

-- Who serves may call `function`, which acts as `playhead_system`, and nobody else may.
CREATE FUNCTION pg_temp.hand_over(function regprocedure) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER FUNCTION %s OWNER TO playhead_system', function);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', function);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO playhead_service', function);
END $$;
GRANT CREATE ON SCHEMA public TO playhead_system; -- taken back at the end

-- Jobs -------------------------------------------------------------------------------------------

-- The row is the truth; the broker only carries ids. `token` counts the times that somebody took the
-- job: whoever holds an older one can end nothing.
CREATE TABLE jobs (
    job_id          uuid    PRIMARY KEY,
    org_id          uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    kind            text    NOT NULL,
    subject         uuid    NOT NULL, -- what it is about, as its kind understands it
    state           text    NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    attempts        integer NOT NULL DEFAULT 0, -- begun
    most_attempts   integer NOT NULL CHECK (most_attempts > 0),
    token           integer NOT NULL DEFAULT 0,
    created_at      bigint  NOT NULL,
    due_at          bigint  NOT NULL,
    sent_at         bigint,           -- when the broker was told last, while it is queued
    worker          text,
    started_at      bigint,           -- of the latest attempt
    lease_until     bigint,           -- while it is running
    cancel_asked_at bigint,
    ended_at        bigint,
    last_error      text,
    UNIQUE (org_id, job_id)
) WITH (fillfactor = 70);
CREATE INDEX jobs_queued ON jobs (org_id, due_at, job_id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_subject ON jobs (org_id, subject);
SELECT pg_temp.guard('jobs');
GRANT SELECT, INSERT, UPDATE ON jobs TO playhead_service;

-- Skills -----------------------------------------------------------------------------------------

CREATE TABLE skills (
    skill_id    uuid    PRIMARY KEY,
    org_id      uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    name        text    NOT NULL CHECK (length(name) BETWEEN 2 AND 100),
    description text,
    category    text    NOT NULL CHECK (category IN
        ('analysis', 'generation', 'transformation', 'communication', 'automation', 'custom')),
    is_active   boolean NOT NULL DEFAULT true,
    version     integer NOT NULL,     -- the newest
    created_by  text    NOT NULL,     -- usr_... or key_...
    created_at  bigint  NOT NULL,
    updated_at  bigint  NOT NULL,
    UNIQUE (org_id, skill_id)
);
CREATE UNIQUE INDEX skills_name ON skills (org_id, lower(name));
CREATE INDEX skills_listed ON skills (org_id, created_at DESC, skill_id DESC);

-- What a skill does; never changed once written.
CREATE TABLE skill_versions (
    org_id          uuid    NOT NULL,
    skill_id        uuid    NOT NULL,
    version         integer NOT NULL CHECK (version > 0),
    prompt_template text    NOT NULL,
    system_template text,
    model           text    NOT NULL,
    parameters      jsonb   NOT NULL,
    input_schema    jsonb,
    output_format   text    NOT NULL CHECK (output_format IN
        ('markdown', 'json', 'text', 'html', 'code')),
    note            text,
    created_by      text    NOT NULL,
    created_at      bigint  NOT NULL,
    PRIMARY KEY (org_id, skill_id, version),
    FOREIGN KEY (org_id, skill_id) REFERENCES skills (org_id, skill_id) ON DELETE CASCADE
);

CREATE TABLE skill_labels (
    org_id     uuid    NOT NULL,
    skill_id   uuid    NOT NULL,
    label      text    NOT NULL CHECK (length(label) BETWEEN 1 AND 50),
    version    integer NOT NULL,
    updated_at bigint  NOT NULL,
    PRIMARY KEY (org_id, skill_id, label),
    FOREIGN KEY (org_id, skill_id, version) REFERENCES skill_versions ON DELETE CASCADE
);
SELECT pg_temp.guard(name::regclass)
  FROM unnest(ARRAY['skills', 'skill_versions', 'skill_labels']) AS name;
GRANT SELECT, INSERT, UPDATE, DELETE ON skills, skill_labels TO playhead_service;
GRANT SELECT, INSERT ON skill_versions TO playhead_service;

-- The keys by which a tenant reaches the providers of models: sealed, never given back.
CREATE TABLE provider_keys (
    org_id     uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    provider   text   NOT NULL CHECK (provider IN ('anthropic', 'google', 'openai')),
    sealed     bytea  NOT NULL,
    hint       text   NOT NULL,       -- its last characters, by which people know it
    base_url   text,                  -- of a server that speaks OpenAI's protocol
    created_by text   NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (org_id, provider)
);
SELECT pg_temp.guard('provider_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_keys TO playhead_service;

-- Executions -------------------------------------------------------------------------------------

CREATE TABLE executions (
    execution_id        uuid    PRIMARY KEY,
    org_id              uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    skill_id            uuid,             -- none: a configuration that was tried, not saved
    version             integer,
    config              jsonb,            -- that configuration
    model               text    NOT NULL,
    execution_type      text    NOT NULL CHECK (execution_type IN
        ('manual', 'habit', 'reflex', 'api', 'test')),
    reference_id        uuid,             -- the habit or reflex
    trigger             jsonb   NOT NULL DEFAULT '{}', -- why it ran
    retry_of            uuid,
    status              text    NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'running', 'completed', 'failed', 'cancelled')),
    input               jsonb   NOT NULL,
    at                  bigint  NOT NULL, -- the instant that its template looks at
    output              text    NOT NULL DEFAULT '',
    output_valid        boolean,          -- whether it is the JSON that was asked for; else null
    stop_reason         text,
    error_code          text,
    error_message       text,
    attempts            integer NOT NULL DEFAULT 0,
    lost                jsonb   NOT NULL DEFAULT '[]', -- attempts that another one followed
    input_tokens        bigint,           -- by class, together over all attempts
    cached_input_tokens bigint,
    cache_write_tokens  bigint,
    output_tokens       bigint,
    reasoning_tokens    bigint,
    usage_complete      boolean NOT NULL DEFAULT true, -- whether every token was counted
    cost_pico_dollars   numeric(30, 0),   -- exact, of what was counted
    estimated_pico_dollars numeric(30, 0) NOT NULL DEFAULT 0,
    reserved_credits    bigint  NOT NULL DEFAULT 0,
    charged_credits     bigint  NOT NULL DEFAULT 0,
    created_by          text    NOT NULL,
    created_at          bigint  NOT NULL,
    started_at          bigint,           -- of the first attempt
    first_token_at      bigint,
    ended_at            bigint,
    cancel_asked_at     bigint,
    cancelled_by        text,
    job_id              uuid    NOT NULL,
    UNIQUE (org_id, execution_id),
    FOREIGN KEY (org_id, skill_id) REFERENCES skills (org_id, skill_id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX executions_listed ON executions (org_id, created_at DESC, execution_id DESC);
CREATE INDEX executions_skill ON executions (org_id, skill_id, created_at DESC);
CREATE INDEX executions_reference ON executions (org_id, reference_id, created_at DESC)
    WHERE reference_id IS NOT NULL;
CREATE INDEX executions_ended ON executions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX executions_unfinished ON executions (org_id, reference_id)
    WHERE status IN ('pending', 'running');
SELECT pg_temp.guard('executions');
GRANT SELECT, INSERT, UPDATE, DELETE ON executions TO playhead_service;

-- Habits -----------------------------------------------------------------------------------------

CREATE TABLE habits (
    habit_id             uuid    PRIMARY KEY,
    org_id               uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    skill_id             uuid    NOT NULL,
    label                text,             -- of the version to run; none: the newest
    schedule_cron        text    NOT NULL CHECK (length(schedule_cron) BETWEEN 9 AND 100),
    schedule_description text,
    timezone             text    NOT NULL,
    config               jsonb   NOT NULL DEFAULT '{}', -- the input of each run
    overlap              text    NOT NULL CHECK (overlap IN
        ('skip', 'buffer_one', 'allow', 'cancel_old')),
    misfire              text    NOT NULL CHECK (misfire IN ('skip', 'run_once', 'run_all')),
    misfire_most         integer NOT NULL CHECK (misfire_most BETWEEN 1 AND 100),
    misfire_window       bigint  NOT NULL, -- microseconds; a tick older than that has expired
    jitter               bigint  NOT NULL, -- microseconds at most
    pause_after          integer NOT NULL CHECK (pause_after BETWEEN 1 AND 100),
    is_active            boolean NOT NULL DEFAULT true,
    planned_to           bigint  NOT NULL, -- every tick up to here has its row
    schedule_number      integer NOT NULL DEFAULT 1, -- counts changes of the schedule
    consecutive_failures integer NOT NULL DEFAULT 0,
    last_error_message   text,
    paused_at            bigint,
    paused_because       text,
    created_by           text    NOT NULL,
    created_at           bigint  NOT NULL,
    updated_at           bigint  NOT NULL,
    UNIQUE (org_id, habit_id),
    FOREIGN KEY (org_id, skill_id) REFERENCES skills (org_id, skill_id) ON DELETE CASCADE
);
CREATE INDEX habits_listed ON habits (org_id, created_at DESC, habit_id DESC);
CREATE INDEX habits_skill ON habits (org_id, skill_id);
CREATE INDEX habits_planned ON habits (planned_to) WHERE is_active;

-- One row a tick, planned ahead, each ended once with its reason.
CREATE TABLE occurrences (
    org_id       uuid   NOT NULL,
    habit_id     uuid   NOT NULL,
    tick         bigint NOT NULL,         -- what the schedule says
    due_at       bigint NOT NULL,         -- with its jitter
    state        text   NOT NULL DEFAULT 'planned' CHECK (state IN
        ('planned', 'buffered', 'fired', 'late', 'skipped', 'coalesced', 'expired')),
    reason       text,
    execution_id uuid,
    decided_at   bigint,
    lease_until  bigint,
    PRIMARY KEY (org_id, habit_id, tick),
    FOREIGN KEY (org_id, habit_id) REFERENCES habits (org_id, habit_id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX occurrences_due ON occurrences (due_at) WHERE state IN ('planned', 'buffered');
SELECT pg_temp.guard(name::regclass) FROM unnest(ARRAY['habits', 'occurrences']) AS name;
GRANT SELECT, INSERT, UPDATE, DELETE ON habits, occurrences TO playhead_service;

-- Reflexes ---------------------------------------------------------------------------------------

CREATE TABLE reflexes (
    reflex_id            uuid    PRIMARY KEY,
    org_id               uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    skill_id             uuid    NOT NULL,
    label                text,             -- of the version to run; none: the newest
    name                 text,
    trigger_type         text    NOT NULL CHECK (trigger_type IN
        ('webhook', 'event', 'market', 'api_call')),
    trigger_config       jsonb   NOT NULL, -- no secret among it
    conditions           jsonb,            -- as they were given
    condition            text,             -- the same in CEL; none: always
    input                jsonb   NOT NULL DEFAULT '{}', -- beside the event itself
    debounce             bigint  NOT NULL, -- microseconds; 0: none
    throttle             bigint  NOT NULL, -- microseconds between firings at least; 0: none
    dedupe_key           text,             -- CEL; equal values within dedupe_window fire once
    dedupe_window        bigint  NOT NULL,
    pause_after          integer NOT NULL CHECK (pause_after BETWEEN 1 AND 100),
    is_active            boolean NOT NULL DEFAULT true,
    revision             integer NOT NULL DEFAULT 1, -- counts changes of what decides
    active_since         bigint,           -- events before it concern nobody
    consecutive_failures integer NOT NULL DEFAULT 0,
    last_error_message   text,
    paused_at            bigint,
    paused_because       text,
    created_by           text    NOT NULL,
    created_at           bigint  NOT NULL,
    updated_at           bigint  NOT NULL,
    UNIQUE (org_id, reflex_id),
    FOREIGN KEY (org_id, skill_id) REFERENCES skills (org_id, skill_id) ON DELETE CASCADE
);
CREATE INDEX reflexes_listed ON reflexes (org_id, created_at DESC, reflex_id DESC);
CREATE INDEX reflexes_skill ON reflexes (org_id, skill_id);
CREATE INDEX reflexes_trigger ON reflexes (trigger_type) WHERE is_active;

-- What webhooks are signed with: sealed, shown once.
CREATE TABLE reflex_secrets (
    org_id     uuid   NOT NULL,
    reflex_id  uuid   NOT NULL,
    number     integer NOT NULL,
    sealed     bytea  NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,                -- once there is a newer one
    PRIMARY KEY (org_id, reflex_id, number),
    FOREIGN KEY (org_id, reflex_id) REFERENCES reflexes (org_id, reflex_id) ON DELETE CASCADE
);

-- What reached a reflex, and what came of it. Kept before the sender is told that it arrived.
CREATE TABLE reflex_events (
    event_id     uuid   PRIMARY KEY,
    org_id       uuid   NOT NULL,
    reflex_id    uuid   NOT NULL,
    source       text   NOT NULL CHECK (source IN ('webhook', 'event', 'market', 'api_call')),
    source_id    text   NOT NULL,     -- the sender's own id of it: the same again is a repeat
    received_at  bigint NOT NULL,
    at           bigint NOT NULL,     -- when it happened: the instant that templates look at
    payload      jsonb  NOT NULL,
    state        text   NOT NULL DEFAULT 'received' CHECK (state IN
        ('received', 'waiting', 'fired', 'not_fired', 'failed')),
    trace        jsonb  NOT NULL DEFAULT '{}', -- why it fired or did not
    dedupe_value text,
    execution_id uuid,
    decided_at   bigint,
    UNIQUE (org_id, reflex_id, source_id),
    UNIQUE (org_id, event_id),
    FOREIGN KEY (org_id, reflex_id) REFERENCES reflexes (org_id, reflex_id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX reflex_events_listed ON reflex_events (org_id, reflex_id, event_id DESC);
CREATE INDEX reflex_events_fired ON reflex_events (org_id, reflex_id, at DESC)
    WHERE state = 'fired';
SELECT pg_temp.guard(name::regclass)
  FROM unnest(ARRAY['reflexes', 'reflex_secrets', 'reflex_events']) AS name;
GRANT SELECT, INSERT, UPDATE, DELETE ON reflexes, reflex_secrets, reflex_events
   TO playhead_service;

-- How far the market reflexes have followed the tape: state of what a reflex knows of each market.
-- It moves on in the transaction that holds what it fired.
CREATE TABLE reflex_positions (
    org_id     uuid   NOT NULL,
    reflex_id  uuid   NOT NULL,
    revision   integer NOT NULL,
    state      jsonb  NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (org_id, reflex_id),
    FOREIGN KEY (org_id, reflex_id) REFERENCES reflexes (org_id, reflex_id) ON DELETE CASCADE
);
SELECT pg_temp.guard('reflex_positions');
GRANT SELECT, INSERT, UPDATE, DELETE ON reflex_positions TO playhead_service;

-- Functions that look across tenants, for workers -------------------------------------------------

-- (jobs)

-- (executions)

-- Forgets at most `most` executions of all tenants that ended before an instant; tells how many.
CREATE FUNCTION forget_executions(before bigint, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH old AS (
        SELECT e.execution_id FROM public.executions e
         WHERE e.ended_at < forget_executions.before
         ORDER BY e.ended_at LIMIT forget_executions.most
           FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM public.executions e USING old WHERE e.execution_id = old.execution_id
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;
SELECT pg_temp.hand_over('forget_executions(bigint, integer)'::regprocedure);

-- (habits)

-- (reflexes)

REVOKE CREATE ON SCHEMA public FROM playhead_system;

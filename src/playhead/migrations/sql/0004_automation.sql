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
    sent_at         bigint,           -- when the broker was told, while it is queued
    worker          text,             -- the latest
    started_at      bigint,           -- of the latest attempt
    lease_until     bigint,           -- while it is running
    cancel_asked_at bigint,
    ended_at        bigint,
    last_error      text,
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL)),
    CHECK (state = 'queued' OR sent_at IS NULL)
) WITH (fillfactor = 70);
-- A job is in one of these at a time.
CREATE INDEX jobs_waiting ON jobs (org_id, due_at, job_id)
    WHERE state = 'queued' AND sent_at IS NULL;
CREATE INDEX jobs_sent ON jobs (sent_at, org_id) WHERE sent_at IS NOT NULL;
CREATE INDEX jobs_running ON jobs (lease_until, org_id) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;
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
    mark                text,             -- of the request that asked for it, if it may be repeated
    status              text    NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'running', 'completed', 'failed', 'cancelled')),
    input               jsonb   NOT NULL,
    at                  bigint  NOT NULL, -- the instant that its template looks at
    output              text    NOT NULL DEFAULT '',
    output_length       integer NOT NULL DEFAULT 0, -- in characters: to know it, nobody reads all
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
CREATE INDEX executions_completed ON executions (org_id, skill_id) -- to count them by
    WHERE status = 'completed';
CREATE INDEX executions_reference ON executions (org_id, reference_id, created_at DESC)
    WHERE reference_id IS NOT NULL;
CREATE INDEX executions_mark ON executions (org_id, mark) WHERE mark IS NOT NULL;
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
CREATE INDEX occurrences_due ON occurrences (due_at, org_id) WHERE state IN ('planned', 'buffered');
CREATE INDEX occurrences_old ON occurrences USING brin (tick); -- to forget them by
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
CREATE INDEX reflex_events_listed
    ON reflex_events (org_id, reflex_id, received_at DESC, event_id DESC);
CREATE INDEX reflex_events_undecided ON reflex_events (org_id, reflex_id, at, event_id)
    WHERE state IN ('received', 'waiting');
CREATE INDEX reflex_events_old ON reflex_events (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX reflex_events_recent ON reflex_events (org_id, event_id DESC)
    WHERE state = 'fired';
CREATE INDEX reflex_events_fired ON reflex_events (org_id, reflex_id, at DESC)
    WHERE state = 'fired';
CREATE INDEX reflex_events_keys ON reflex_events (org_id, reflex_id, dedupe_value, at)
    WHERE state = 'fired' AND dedupe_value IS NOT NULL;
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

-- Jobs that are due, noted as sent: as many as are missing to `room` that are sent and not taken.
-- Of each organisation at most `most_per_org` are sent or running. Whose jobs come next is decided
-- by turns: a job's turn is its place among those of its organisation, after what that has sent or
-- running, and of equal turns those of the organisations that follow `after` come first.
CREATE FUNCTION lend_jobs(now bigint, room integer, most_per_org integer, after uuid)
RETURNS TABLE (job_id uuid, org_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Forgotten in a crash of the server it is only sent once more: no need to wait for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    -- One at a time: each must see what the one before has sent.
    PERFORM pg_advisory_xact_lock(7108837614291843);
    RETURN QUERY
    WITH RECURSIVE waiting (org_id) AS (
        (SELECT j.org_id FROM public.jobs j WHERE j.state = 'queued' AND j.sent_at IS NULL
          ORDER BY j.org_id LIMIT 1)
        UNION ALL
        SELECT (SELECT j.org_id FROM public.jobs j
                 WHERE j.state = 'queued' AND j.sent_at IS NULL AND j.org_id > w.org_id
                 ORDER BY j.org_id LIMIT 1)
          FROM waiting w WHERE w.org_id IS NOT NULL
    ), busy AS (
        SELECT b.org_id, count(*) AS jobs
          FROM (SELECT j.org_id FROM public.jobs j WHERE j.sent_at IS NOT NULL
                UNION ALL
                SELECT j.org_id FROM public.jobs j WHERE j.lease_until IS NOT NULL) AS b
         GROUP BY b.org_id
    ), free AS (
        SELECT greatest(0, lend_jobs.room - count(*)) AS places
          FROM public.jobs j WHERE j.sent_at IS NOT NULL
    ), chosen AS (
        SELECT next.job_id, coalesce(b.jobs, 0) + next.place AS turn,
               coalesce(w.org_id <= lend_jobs.after, false) AS is_round, w.org_id
          FROM waiting w
          LEFT JOIN busy b ON b.org_id = w.org_id
         CROSS JOIN LATERAL (
            SELECT q.job_id, row_number() OVER (ORDER BY q.due_at, q.job_id) AS place
              FROM (SELECT j.job_id, j.due_at FROM public.jobs j
                     WHERE j.state = 'queued' AND j.sent_at IS NULL AND j.org_id = w.org_id
                       AND j.due_at <= lend_jobs.now
                     ORDER BY j.due_at, j.job_id
                     LIMIT least((SELECT places FROM free),
                                 greatest(0, lend_jobs.most_per_org - coalesce(b.jobs, 0)))) AS q
         ) AS next
         WHERE w.org_id IS NOT NULL
         ORDER BY turn, is_round, w.org_id
         LIMIT (SELECT places FROM free)
    ), locked AS (
        SELECT j.job_id FROM public.jobs j
         WHERE j.job_id IN (SELECT c.job_id FROM chosen c)
           AND j.state = 'queued' AND j.sent_at IS NULL
         ORDER BY j.job_id FOR UPDATE SKIP LOCKED
    ), sent AS (
        UPDATE public.jobs j SET sent_at = lend_jobs.now FROM locked l WHERE j.job_id = l.job_id
        RETURNING j.job_id
    )
    SELECT c.job_id, c.org_id FROM chosen c JOIN sent s ON s.job_id = c.job_id
     ORDER BY c.turn, c.is_round, c.org_id;
END $$;
SELECT pg_temp.hand_over('lend_jobs(bigint, integer, integer, uuid)'::regprocedure);

-- Those of `job_ids` that are queued and due run from now on, by `worker`. With `job_ids` NULL: at
-- most `most` of those that were sent before `sent_before` and that nobody has taken since.
CREATE FUNCTION take_jobs(job_ids uuid[], sent_before bigint, most integer,
                          worker text, now bigint, lease_until bigint)
RETURNS TABLE (job_id uuid, org_id uuid, kind text, subject uuid, attempts integer,
               most_attempts integer, created_at bigint, due_at bigint, token integer,
               cancel_asked boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    free uuid[];
BEGIN
    IF take_jobs.job_ids IS NULL THEN
        free := ARRAY(SELECT j.job_id FROM public.jobs j
                       WHERE j.sent_at < take_jobs.sent_before AND j.state = 'queued'
                         AND j.due_at <= take_jobs.now
                       ORDER BY j.sent_at LIMIT take_jobs.most FOR UPDATE SKIP LOCKED);
    ELSE
        free := ARRAY(SELECT j.job_id FROM public.jobs j
                       WHERE j.job_id = ANY (take_jobs.job_ids) AND j.state = 'queued'
                         AND j.due_at <= take_jobs.now
                       FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY
    UPDATE public.jobs j
       SET state = 'running', token = j.token + 1, attempts = j.attempts + 1, sent_at = NULL,
           worker = take_jobs.worker, started_at = take_jobs.now,
           lease_until = take_jobs.lease_until
     WHERE j.job_id = ANY (free)
    RETURNING j.job_id, j.org_id, j.kind, j.subject, j.attempts, j.most_attempts, j.created_at,
              j.due_at, j.token, j.cancel_asked_at IS NOT NULL;
END $$;
SELECT pg_temp.hand_over('take_jobs(uuid[], bigint, integer, text, bigint, bigint)'::regprocedure);

-- What holders of leases want to know twice a second: whether each is still theirs, and whether it
-- is to be cancelled. Leases that end before `renew_before` are made longer. A row that is locked is
-- just being written to by its holder, and is not waited for.
CREATE FUNCTION renew_jobs(job_ids uuid[], tokens integer[], renew_before bigint,
                           lease_until bigint)
RETURNS TABLE (job_id uuid, is_held boolean, cancel_asked boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    WITH short AS (
        SELECT j.job_id FROM public.jobs j
          JOIN unnest(renew_jobs.job_ids, renew_jobs.tokens) AS h (job_id, token)
            ON j.job_id = h.job_id AND j.token = h.token
         WHERE j.lease_until < renew_jobs.renew_before
         FOR UPDATE OF j SKIP LOCKED
    )
    UPDATE public.jobs j SET lease_until = renew_jobs.lease_until
      FROM short s WHERE j.job_id = s.job_id;
    RETURN QUERY
    SELECT h.job_id, j.job_id IS NOT NULL, coalesce(j.cancel_asked_at IS NOT NULL, false)
      FROM unnest(renew_jobs.job_ids, renew_jobs.tokens) AS h (job_id, token)
      LEFT JOIN public.jobs j
             ON j.job_id = h.job_id AND j.token = h.token AND j.state = 'running';
END $$;
SELECT pg_temp.hand_over('renew_jobs(uuid[], integer[], bigint, bigint)'::regprocedure);

-- Ends jobs, or has them queued again, for those who hold them; who is to be cancelled waits for
-- nothing then. Who is not returned does not hold the job.
CREATE FUNCTION settle_jobs(job_ids uuid[], tokens integer[], states text[], due_ats bigint[],
                            errors text[], counted boolean[], now bigint)
RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH settled AS (
        SELECT * FROM unnest(job_ids, tokens, states, due_ats, errors, counted)
            AS s (job_id, token, state, due_at, error, is_counted)
    ), held AS (
        SELECT j.job_id FROM public.jobs j JOIN settled s USING (job_id, token)
         WHERE j.state = 'running' ORDER BY j.job_id FOR UPDATE OF j
    )
    UPDATE public.jobs j
       SET state = s.state, lease_until = NULL,
           due_at = CASE WHEN j.cancel_asked_at IS NULL THEN coalesce(s.due_at, j.due_at)
                         ELSE least(s.due_at, settle_jobs.now, j.due_at) END,
           last_error = coalesce(s.error, j.last_error),
           attempts = j.attempts - (NOT s.is_counted)::integer,
           ended_at = CASE WHEN s.state <> 'queued' THEN settle_jobs.now END
      FROM settled s
     WHERE j.job_id = s.job_id AND j.token = s.token
       AND j.job_id IN (SELECT h.job_id FROM held h)
    RETURNING j.job_id;
END;
SELECT pg_temp.hand_over(
    'settle_jobs(uuid[], integer[], text[], bigint[], text[], boolean[], bigint)'::regprocedure);

-- Jobs whose worker has not been heard of until their lease ended are queued again.
CREATE FUNCTION reap_jobs(now bigint, most integer) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE public.jobs j
       SET state = 'queued', lease_until = NULL,
           last_error = format('attempt %s was lost with its worker %s', j.attempts, j.worker)
     WHERE j.job_id = ANY (ARRAY(
               SELECT d.job_id FROM public.jobs d WHERE d.lease_until < reap_jobs.now
                ORDER BY d.lease_until LIMIT reap_jobs.most FOR UPDATE SKIP LOCKED))
    RETURNING j.job_id;
END;
SELECT pg_temp.hand_over('reap_jobs(bigint, integer)'::regprocedure);

-- Jobs that ended before `before` are forgotten, at most `most` at once. Returns how many.
CREATE FUNCTION forget_jobs(before bigint, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM public.jobs j
         WHERE j.job_id = ANY (ARRAY(
                   SELECT d.job_id FROM public.jobs d WHERE d.ended_at < forget_jobs.before
                    ORDER BY d.ended_at LIMIT forget_jobs.most FOR UPDATE SKIP LOCKED))
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;
SELECT pg_temp.hand_over('forget_jobs(bigint, integer)'::regprocedure);

-- (executions)

-- Executions of all organisations that ended before `before` are forgotten, at most `most` at once.
-- Returns how many.
CREATE FUNCTION forget_executions(before bigint, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM public.executions e
         WHERE e.execution_id = ANY (ARRAY(
                   SELECT d.execution_id FROM public.executions d
                    WHERE d.ended_at < forget_executions.before
                    ORDER BY d.ended_at LIMIT forget_executions.most FOR UPDATE SKIP LOCKED))
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;
SELECT pg_temp.hand_over('forget_executions(bigint, integer)'::regprocedure);

-- (habits)

-- Ticks that are due, of all tenants, each lent to one firer until `lease_until`: whose they are.
CREATE FUNCTION lend_occurrences(now bigint, lease_until bigint, most integer)
RETURNS TABLE (org_id uuid, habit_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH due AS MATERIALIZED (
        SELECT d.org_id, d.habit_id, d.tick FROM public.occurrences d
         WHERE d.state IN ('planned', 'buffered') AND d.due_at <= lend_occurrences.now
           AND (d.lease_until IS NULL OR d.lease_until <= lend_occurrences.now)
         ORDER BY d.due_at, d.org_id LIMIT lend_occurrences.most
         FOR UPDATE SKIP LOCKED
    )
    UPDATE public.occurrences o SET lease_until = lend_occurrences.lease_until
      FROM due
     WHERE o.org_id = due.org_id AND o.habit_id = due.habit_id AND o.tick = due.tick
    RETURNING o.org_id, o.habit_id;
END;
SELECT pg_temp.hand_over('lend_occurrences(bigint, bigint, integer)'::regprocedure);

-- Habits, of all tenants, whose ticks are planned no further than `horizon`: what planning needs.
CREATE FUNCTION habits_to_plan(horizon bigint, most integer)
RETURNS TABLE (org_id uuid, habit_id uuid, schedule_cron text, timezone text, jitter bigint,
               planned_to bigint, schedule_number integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.org_id, h.habit_id, h.schedule_cron, h.timezone, h.jitter, h.planned_to,
           h.schedule_number
      FROM public.habits h
     WHERE h.is_active AND h.planned_to < horizon
     ORDER BY h.planned_to, h.org_id, h.habit_id LIMIT most;
END;
SELECT pg_temp.hand_over('habits_to_plan(bigint, integer)'::regprocedure);

-- Forget ticks before `before` that have ended, `most` at a time; tells how many.
CREATE FUNCTION forget_occurrences(before bigint, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH old AS MATERIALIZED (
        SELECT d.org_id, d.habit_id, d.tick FROM public.occurrences d
         WHERE d.tick < forget_occurrences.before AND d.decided_at IS NOT NULL
         LIMIT forget_occurrences.most
         FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM public.occurrences o USING old
         WHERE o.org_id = old.org_id AND o.habit_id = old.habit_id AND o.tick = old.tick
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;
SELECT pg_temp.hand_over('forget_occurrences(bigint, integer)'::regprocedure);

-- (reflexes)

-- Whose a webhook is, and what it is signed with: sealed, of use only to who has the master key.
CREATE FUNCTION webhook_of_reflex(reflex_id uuid)
RETURNS TABLE (org_id uuid, sealed bytea, expires_at bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.org_id, s.sealed, s.expires_at
      FROM public.reflexes r JOIN public.reflex_secrets s USING (org_id, reflex_id)
     WHERE r.reflex_id = webhook_of_reflex.reflex_id AND r.trigger_type = 'webhook'
     ORDER BY s.number DESC;
END;
SELECT pg_temp.hand_over('webhook_of_reflex(uuid)'::regprocedure);

-- Forget events that were decided before `before`, `most` at a time; tells how many.
CREATE FUNCTION forget_reflex_events(before bigint, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM public.reflex_events e
         WHERE e.event_id = ANY (ARRAY(
                   SELECT d.event_id FROM public.reflex_events d
                    WHERE d.decided_at < forget_reflex_events.before
                    ORDER BY d.decided_at LIMIT forget_reflex_events.most
                      FOR UPDATE SKIP LOCKED))
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;
SELECT pg_temp.hand_over('forget_reflex_events(bigint, integer)'::regprocedure);

-- Organisations with an active reflex on the internal event `name`, for what happens to all.
CREATE FUNCTION organisations_listening(name text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT r.org_id FROM public.reflexes r
     WHERE r.trigger_type = 'event' AND r.is_active
       AND r.trigger_config -> 'events' @> to_jsonb(organisations_listening.name);
END;
SELECT pg_temp.hand_over('organisations_listening(text)'::regprocedure);

-- The active reflexes on markets, for the watcher that follows the tape for all of them.
CREATE FUNCTION market_reflexes()
RETURNS TABLE (reflex_id uuid, org_id uuid, revision integer, active_since bigint,
               updated_at bigint, trigger_config jsonb, condition text, dedupe_key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.reflex_id, r.org_id, r.revision, r.active_since, r.updated_at, r.trigger_config,
           r.condition, r.dedupe_key
      FROM public.reflexes r
     WHERE r.trigger_type = 'market' AND r.is_active;
END;
SELECT pg_temp.hand_over('market_reflexes()'::regprocedure);

REVOKE CREATE ON SCHEMA public FROM playhead_system;

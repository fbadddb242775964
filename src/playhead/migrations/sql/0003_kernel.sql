-- The kernel: organisations and people, and how they are kept apart.
--
-- Three roles. The owner of the tables migrates and writes the tape. `playhead_service` answers
-- requests: it owns nothing and sees only the rows of the tenant that its transaction names.
-- `playhead_system` nobody can log in as: it owns the few functions that must look across tenants.
-- Times are UTC microseconds (bigint).

DO $$
DECLARE
    role text;
    -- Since 16 whoever creates a role is its member, but may not yet become it.
    needed text := CASE WHEN current_setting('server_version_num')::integer >= 160000
                        THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH role IN ARRAY ARRAY['playhead_service', 'playhead_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION
                -- Roles belong to the whole server: another database may migrate at this moment.
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the role % is missing and % may not create it',
                        role, current_user
                        USING HINT = format('as a superuser: CREATE ROLE %I', role);
            END;
        END IF;
    END LOOP;
    -- To hand a function over, its owner must be able to become the other.
    IF NOT pg_has_role(current_user, 'playhead_system', needed) THEN
        BEGIN
            EXECUTE format('GRANT playhead_system TO %I', current_user);
        EXCEPTION
            WHEN unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '% may not become the role playhead_system', current_user
                    USING HINT = format('as a superuser: GRANT playhead_system TO %I',
                                        current_user);
        END;
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO playhead_service, playhead_system;
-- Databases that were made before 15 let everyone create here what others would then call.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The tape is the same for every tenant. Servers read it.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO playhead_service;
-- Not for this schema only: what is revoked so takes nothing away from what everyone has anyway.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Organisations and who belongs to them ----------------------------------------------------------

CREATE TABLE organisations (
    org_id     uuid   PRIMARY KEY,
    name       text   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    plan       text   NOT NULL DEFAULT 'free',
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE memberships (
    org_id     uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    user_id    uuid   NOT NULL,
    role       text   NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    created_at bigint NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_person ON memberships (user_id);

CREATE TABLE invitations (
    invitation_id uuid   PRIMARY KEY,
    org_id        uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    email         text   NOT NULL,
    role          text   NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    token_hash    bytea  NOT NULL UNIQUE,
    invited_by    uuid   NOT NULL,
    created_at    bigint NOT NULL,
    expires_at    bigint NOT NULL,
    sent          integer NOT NULL DEFAULT 1,
    accepted_at   bigint,
    cancelled_at  bigint
);
CREATE UNIQUE INDEX invitations_pending ON invitations (org_id, email)
    WHERE accepted_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX invitations_listed ON invitations (org_id, invitation_id DESC);

-- People and how they sign in ---------------------------------------------------------------------

CREATE TABLE people (
    user_id           uuid   PRIMARY KEY,
    email             text   NOT NULL,
    email_key         text   NOT NULL UNIQUE, -- the address as addresses are compared
    email_verified_at bigint,
    first_name        text   NOT NULL,
    last_name         text   NOT NULL,
    password_hash     text,
    password_set_at   bigint,
    created_at        bigint NOT NULL,
    updated_at        bigint NOT NULL
);
ALTER TABLE memberships ADD FOREIGN KEY (user_id) REFERENCES people ON DELETE CASCADE;

CREATE TABLE identities (
    issuer     text   NOT NULL,
    subject    text   NOT NULL,
    user_id    uuid   NOT NULL REFERENCES people ON DELETE CASCADE,
    created_at bigint NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_person ON identities (user_id);

-- A session is one sign-in: the family of all refresh tokens that came from it.
CREATE TABLE sessions (
    session_id   uuid   PRIMARY KEY,
    user_id      uuid   NOT NULL REFERENCES people ON DELETE CASCADE,
    org_id       uuid,           -- the organisation that was chosen; a hint
    created_at   bigint NOT NULL,
    refreshed_at bigint NOT NULL,
    expires_at   bigint NOT NULL,
    ended_at     bigint,
    ended_by     text,           -- sign_out, reuse, password, ...
    address      text   NOT NULL,
    user_agent   text   NOT NULL,
    UNIQUE (user_id, session_id)
);

CREATE TABLE refresh_tokens (
    token_hash bytea  PRIMARY KEY,
    session_id uuid   NOT NULL,
    user_id    uuid   NOT NULL,
    issued_at  bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint,
    -- With the person: row-level security does not look at what a foreign key points to.
    FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, session_id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (user_id, session_id);

CREATE TABLE mail_tokens (
    token_hash bytea  PRIMARY KEY,
    user_id    uuid   NOT NULL REFERENCES people ON DELETE CASCADE,
    purpose    text   NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    email      text   NOT NULL,  -- a token is of no use once the address has changed
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint
);
CREATE INDEX mail_tokens_person ON mail_tokens (user_id, purpose);

-- API keys ----------------------------------------------------------------------------------------

CREATE TABLE api_keys (
    key_id            uuid    PRIMARY KEY,
    org_id            uuid    NOT NULL REFERENCES organisations ON DELETE CASCADE,
    name              text    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    hint              text    NOT NULL, -- the first characters, by which people know it
    key_hash          bytea   NOT NULL UNIQUE,
    is_test           boolean NOT NULL,
    scopes            text[]  NOT NULL,
    allowed_networks  cidr[]  NOT NULL DEFAULT '{}', -- none: from anywhere
    limit_per_minute  integer CHECK (limit_per_minute > 0),
    created_by        uuid,
    created_at        bigint  NOT NULL,
    updated_at        bigint  NOT NULL,
    expires_at        bigint,
    revoked_at        bigint,
    revoked_because   text,
    replaced_by       uuid,
    last_used_at      bigint,
    UNIQUE (org_id, key_id)
);

CREATE TABLE api_key_usage (
    org_id   uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    key_id   uuid   NOT NULL,
    day      date   NOT NULL, -- UTC
    requests bigint NOT NULL,
    PRIMARY KEY (org_id, key_id, day),
    FOREIGN KEY (org_id, key_id) REFERENCES api_keys (org_id, key_id) ON DELETE CASCADE
);

-- Answers kept for those who ask again ------------------------------------------------------------

CREATE TABLE idempotency_keys (
    org_id       uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    caller       text   NOT NULL,
    key_hash     bytea  NOT NULL,
    request_hash bytea  NOT NULL,
    started_at   bigint NOT NULL,
    lease_until  bigint NOT NULL,
    status       integer,
    answer       bytea,
    expires_at   bigint NOT NULL,
    PRIMARY KEY (org_id, caller, key_hash)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- The audit log -----------------------------------------------------------------------------------

CREATE TABLE audit_log (
    org_id        uuid   NOT NULL REFERENCES organisations ON DELETE CASCADE,
    number        bigint NOT NULL, -- 1, 2, 3 ... within an organisation
    at            bigint NOT NULL,
    actor         text   NOT NULL, -- usr_..., key_... or the name of a part of the system
    action        text   NOT NULL, -- member.role_changed, key.created, ...
    subject       text   NOT NULL, -- the id of what it was done to
    details       jsonb  NOT NULL,
    address       text   NOT NULL,
    request_id    text   NOT NULL,
    entry         text   NOT NULL, -- all of the above as JSON: exactly what the hash is made of
    previous_hash bytea  NOT NULL,
    hash          bytea  NOT NULL, -- SHA-256 of previous_hash, then entry in UTF-8
    PRIMARY KEY (org_id, number)
);

CREATE TABLE audit_heads (
    org_id uuid   PRIMARY KEY REFERENCES organisations ON DELETE CASCADE,
    number bigint NOT NULL,
    hash   bytea  NOT NULL
);

-- Secrets of the service itself, sealed under the master key --------------------------------------

CREATE TABLE signing_keys (
    key_id     text   PRIMARY KEY,
    public_key jsonb  NOT NULL, -- JWK
    sealed     bytea  NOT NULL, -- the private half
    created_at bigint NOT NULL,
    signs_from bigint NOT NULL, -- published before it signs, so that every verifier knows it
    retired_at bigint           -- signs no more; published until what it signed has expired
);

CREATE TABLE oauth_flows (
    state_hash bytea  PRIMARY KEY,
    sealed     bytea  NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX oauth_flows_expiry ON oauth_flows (expires_at);

CREATE TABLE outgoing_mail (
    mail_id    uuid   PRIMARY KEY,
    sealed     bytea  NOT NULL, -- recipient and text: they hold links that sign somebody in
    created_at bigint NOT NULL,
    due_at     bigint NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    last_error text
);
CREATE INDEX outgoing_mail_due ON outgoing_mail (due_at);

-- Row-level security ------------------------------------------------------------------------------

-- `settings` are read once a statement because they stand in a sub-select of their own.
CREATE FUNCTION pg_temp.guard(name regclass, tenant text, setting text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO playhead_service'
        ' USING (%I = (SELECT nullif(current_setting(%L, true), '''')::uuid))'
        ' WITH CHECK (%I = (SELECT nullif(current_setting(%L, true), '''')::uuid))',
        name, tenant, setting, tenant, setting);
    EXECUTE format(
        'CREATE POLICY system ON %s TO playhead_system USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO playhead_system', name);
END $$;

SELECT pg_temp.guard(name::regclass, 'org_id', 'app.org_id')
  FROM unnest(ARRAY['organisations', 'memberships', 'invitations', 'api_keys', 'api_key_usage',
                    'idempotency_keys', 'audit_log', 'audit_heads']) AS name;
SELECT pg_temp.guard(name::regclass, 'user_id', 'app.user_id')
  FROM unnest(ARRAY['people', 'identities', 'sessions', 'refresh_tokens', 'mail_tokens']) AS name;

-- Nobody's rows: whoever serves may put them in, and only the functions below take them out.
ALTER TABLE outgoing_mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE outgoing_mail FORCE ROW LEVEL SECURITY;
CREATE POLICY put ON outgoing_mail FOR INSERT TO playhead_service WITH CHECK (true);
CREATE POLICY system ON outgoing_mail TO playhead_system USING (true) WITH CHECK (true);
ALTER TABLE oauth_flows ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_flows FORCE ROW LEVEL SECURITY;
CREATE POLICY put ON oauth_flows FOR INSERT TO playhead_service WITH CHECK (true);
CREATE POLICY system ON oauth_flows TO playhead_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON outgoing_mail, oauth_flows TO playhead_system;
-- The service's own keys: it reads them, adds one and retires one; none is ever lost.
ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE signing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY service ON signing_keys TO playhead_service USING (true) WITH CHECK (true);
CREATE POLICY system ON signing_keys TO playhead_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON signing_keys TO playhead_system;

GRANT SELECT, INSERT, UPDATE, DELETE ON organisations, memberships, invitations TO playhead_service;
GRANT SELECT, INSERT, UPDATE ON people, sessions, refresh_tokens, mail_tokens TO playhead_service;
GRANT SELECT, INSERT, DELETE ON identities TO playhead_service;
GRANT SELECT, INSERT, UPDATE ON api_keys, api_key_usage TO playhead_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO playhead_service;
GRANT SELECT, INSERT ON audit_log TO playhead_service; -- it only grows, for everyone
REVOKE UPDATE, DELETE ON audit_log FROM playhead_system;
GRANT INSERT ON oauth_flows, outgoing_mail TO playhead_service;
GRANT SELECT, INSERT, UPDATE ON signing_keys TO playhead_service;

-- Functions that look across tenants --------------------------------------------------------------
--
-- Each turns a secret, or the address that somebody signs in with, into whose it is; what is theirs
-- is then read in a transaction of that tenant. They do not trust the search path.

CREATE FUNCTION person_of_email(email_key text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT p.user_id FROM public.people p WHERE p.email_key = person_of_email.email_key);

CREATE FUNCTION person_of_identity(issuer text, subject text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT i.user_id FROM public.identities i
         WHERE i.issuer = person_of_identity.issuer AND i.subject = person_of_identity.subject);

CREATE FUNCTION person_of_refresh_token(token_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT t.user_id FROM public.refresh_tokens t
         WHERE t.token_hash = person_of_refresh_token.token_hash);

CREATE FUNCTION person_of_mail_token(token_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT t.user_id FROM public.mail_tokens t
         WHERE t.token_hash = person_of_mail_token.token_hash);

CREATE FUNCTION organisation_of_invitation(token_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT i.org_id FROM public.invitations i
         WHERE i.token_hash = organisation_of_invitation.token_hash);

CREATE FUNCTION organisation_of_key(key_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT k.org_id FROM public.api_keys k WHERE k.key_hash = organisation_of_key.key_hash);

-- The organisations of the person whom the transaction names.
CREATE FUNCTION organisations_of_person()
RETURNS TABLE (org_id uuid, name text, plan text, role text, created_at bigint, joined_at bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT o.org_id, o.name, o.plan, m.role, o.created_at, m.created_at
      FROM public.memberships m JOIN public.organisations o USING (org_id)
     WHERE m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid)
     ORDER BY m.created_at, o.org_id;
END;

-- The people of the organisation that the transaction names, by when they joined.
CREATE FUNCTION people_of_organisation()
RETURNS TABLE (user_id uuid, email text, email_verified boolean, first_name text, last_name text,
               role text, joined_at bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.user_id, p.email, p.email_verified_at IS NOT NULL, p.first_name, p.last_name,
           m.role, m.created_at
      FROM public.memberships m JOIN public.people p USING (user_id)
     WHERE m.org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)
     ORDER BY m.created_at, p.user_id;
END;

CREATE FUNCTION take_oauth_flow(state_hash bytea, now bigint) RETURNS bytea
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM public.oauth_flows f
     WHERE f.state_hash = take_oauth_flow.state_hash AND f.expires_at > now
    RETURNING f.sealed;
END;

-- Mails that are due: each is lent to one sender until `lease_until`.
CREATE FUNCTION lend_outgoing_mail(now bigint, lease_until bigint, most integer)
RETURNS TABLE (mail_id uuid, sealed bytea, created_at bigint, attempts integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE public.outgoing_mail m SET due_at = lease_until, attempts = m.attempts + 1
     WHERE m.mail_id IN (SELECT d.mail_id FROM public.outgoing_mail d WHERE d.due_at <= now
                          ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING m.mail_id, m.sealed, m.created_at, m.attempts;
END;

-- A mail that was sent, or given up, is forgotten; one that failed is due again at `due_at`.
CREATE FUNCTION return_outgoing_mail(mail_id uuid, due_at bigint, error text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE public.outgoing_mail m
       SET due_at = return_outgoing_mail.due_at, last_error = return_outgoing_mail.error
     WHERE m.mail_id = return_outgoing_mail.mail_id AND return_outgoing_mail.due_at IS NOT NULL;
    DELETE FROM public.outgoing_mail m
     WHERE m.mail_id = return_outgoing_mail.mail_id AND return_outgoing_mail.due_at IS NULL;
END;

-- What has expired goes. `kept` stays for a while longer: a used refresh token must be recognised.
CREATE FUNCTION forget_expired(now bigint, kept bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM public.oauth_flows WHERE expires_at <= now;
    DELETE FROM public.idempotency_keys WHERE expires_at <= now;
    DELETE FROM public.mail_tokens WHERE expires_at <= now - kept;
    DELETE FROM public.sessions
     WHERE expires_at <= now - kept OR ended_at <= now - kept; -- with their refresh tokens
END;

-- The chain of the audit log: an entry names the hash of the one before.
CREATE FUNCTION chain_audit_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head public.audit_heads;
BEGIN
    -- Of an organisation that is deleted at this moment nothing is told: its log goes with it.
    PERFORM FROM public.organisations o WHERE o.org_id = NEW.org_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.audit_heads AS h (org_id, number, hash)
    VALUES (NEW.org_id, 0, sha256(convert_to(NEW.org_id::text, 'UTF8')))
    ON CONFLICT (org_id) DO UPDATE SET number = h.number -- takes the lock
    RETURNING h.* INTO head;
    NEW.number := head.number + 1;
    NEW.previous_hash := head.hash;
    NEW.entry := jsonb_build_object(
        'organisation', NEW.org_id, 'number', NEW.number, 'at', NEW.at, 'actor', NEW.actor,
        'action', NEW.action, 'subject', NEW.subject, 'details', NEW.details,
        'address', NEW.address, 'request_id', NEW.request_id)::text;
    NEW.hash := sha256(NEW.previous_hash || convert_to(NEW.entry, 'UTF8'));
    UPDATE public.audit_heads SET number = NEW.number, hash = NEW.hash WHERE org_id = NEW.org_id;
    RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit_log
    FOR EACH ROW EXECUTE FUNCTION chain_audit_log();

-- They act as `playhead_system`, whom policies let through and who owns nothing else.
GRANT CREATE ON SCHEMA public TO playhead_system;
DO $$
DECLARE
    name text;
    role text;
    kind text;
BEGIN
    FOR name IN
        SELECT oid::regprocedure::text FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prosecdef
           AND proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
           AND proname IN ('person_of_email', 'person_of_identity', 'person_of_refresh_token',
                           'person_of_mail_token', 'organisation_of_invitation',
                           'organisation_of_key', 'organisations_of_person',
                           'people_of_organisation', 'take_oauth_flow', 'lend_outgoing_mail',
                           'return_outgoing_mail', 'forget_expired', 'chain_audit_log')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO playhead_system', name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', name);
        IF name NOT LIKE 'chain_audit_log%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO playhead_service', name);
        END IF;
    END LOOP;
    -- Platforms that publish this schema grant it to their own roles; those have no business here.
    FOREACH role IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            FOREACH kind IN ARRAY ARRAY['TABLES', 'SEQUENCES', 'FUNCTIONS'] LOOP
                EXECUTE format('REVOKE ALL ON ALL %s IN SCHEMA public FROM %I', kind, role);
                EXECUTE format(
                    'ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON %s FROM %I',
                    kind, role);
            END LOOP;
        END IF;
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM playhead_system;

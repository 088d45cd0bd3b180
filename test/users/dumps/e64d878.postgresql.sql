CREATE TABLE tamis_changes (
    seq bigint NOT NULL,
    user_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    old_user text,
    new_user text,
    at bigint NOT NULL
);
CREATE TABLE tamis_clock (
    id bigint NOT NULL,
    seq bigint NOT NULL
);
CREATE TABLE tamis_connections (
    user_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    process character varying(255) NOT NULL COLLATE pg_catalog."C",
    online_until bigint NOT NULL
);
CREATE TABLE tamis_imports (
    id character varying(255) NOT NULL COLLATE pg_catalog."C",
    bytes bigint NOT NULL,
    lines bigint NOT NULL,
    users bigint NOT NULL,
    bad bigint NOT NULL,
    updated_at character varying(255) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE tamis_migrations (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE tamis_migrations_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE tamis_processes (
    id character varying(255) NOT NULL COLLATE pg_catalog."C",
    lease_until bigint NOT NULL
);
CREATE TABLE tamis_settings (
    name character varying(255) NOT NULL COLLATE pg_catalog."C",
    value character varying(255) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE tamis_task_users (
    task_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    place bigint NOT NULL,
    user_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    done bigint NOT NULL,
    result text,
    error text
);
CREATE TABLE tamis_tasks (
    id character varying(255) NOT NULL COLLATE pg_catalog."C",
    type character varying(255) NOT NULL COLLATE pg_catalog."C",
    status character varying(255) NOT NULL COLLATE pg_catalog."C",
    options text NOT NULL,
    result text,
    error text,
    worker character varying(255) COLLATE pg_catalog."C",
    lease_until bigint NOT NULL,
    created_at character varying(255) NOT NULL COLLATE pg_catalog."C",
    updated_at character varying(255) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE tamis_username_claims (
    scope character varying(255) NOT NULL COLLATE pg_catalog."C",
    name character varying(255) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(255) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE tamis_usernames (
    name character varying(255) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(255) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE tamis_users (
    id text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    name text COLLATE pg_catalog."C",
    username text COLLATE pg_catalog."C",
    teams text[] COLLATE pg_catalog."C",
    banned boolean NOT NULL,
    shadow_banned boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    last_active timestamp with time zone,
    deactivated_at timestamp with time zone,
    deleted_at timestamp with time zone,
    image text COLLATE pg_catalog."C",
    language text COLLATE pg_catalog."C",
    invisible boolean NOT NULL,
    online boolean NOT NULL,
    ban_expires timestamp with time zone,
    revoke_tokens_issued_before timestamp with time zone,
    avg_response_time bigint,
    deletion text COLLATE pg_catalog."C",
    guest_nonce text COLLATE pg_catalog."C",
    custom jsonb,
    details jsonb,
    id_words text COLLATE pg_catalog."C",
    name_words text COLLATE pg_catalog."C",
    username_words text COLLATE pg_catalog."C",
    CONSTRAINT tamis_users_ban_expires_check CHECK (((ban_expires >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (ban_expires <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_created_at_check CHECK (((created_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_custom_check CHECK ((jsonb_typeof(custom) = 'object'::text)),
    CONSTRAINT tamis_users_deactivated_at_check CHECK (((deactivated_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (deactivated_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_deleted_at_check CHECK (((deleted_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (deleted_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_details_check CHECK ((jsonb_typeof(details) = 'object'::text)),
    CONSTRAINT tamis_users_last_active_check CHECK (((last_active >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (last_active <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_revoke_tokens_issued_before_check CHECK (((revoke_tokens_issued_before >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (revoke_tokens_issued_before <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone))),
    CONSTRAINT tamis_users_teams_check CHECK (((COALESCE(array_ndims(teams), 1) = 1) AND (array_position(teams, NULL::text) IS NULL))),
    CONSTRAINT tamis_users_updated_at_check CHECK (((updated_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone)))
);
INSERT INTO tamis_changes VALUES (1, 'ana', NULL, '{"id":"ana","role":"admin","name":"Ana \"A\"","image":"https://example.org/ana.png","username":"Ana.A","custom":{"age":31,"city":{"name":"Köln"},"tags":["x",null]},"teams":["red","blue"],"teams_role":{"red":"owner"},"language":"de","banned":true,"shadow_banned":true,"invisible":true,"online":false,"ban_expires":"2030-01-01T00:00:00.123456Z","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","last_active":"2024-02-29T23:59:59.999999Z","revoke_tokens_issued_before":"2023-01-01T00:00:00.000000Z","avg_response_time":42,"blocked_user_ids":["bo"],"devices":[{"id":"phone"}],"privacy_settings":{"typing":{"enabled":false}},"push_notifications":{"level":"all"}}', 1714564800000);
INSERT INTO tamis_changes VALUES (2, 'bo', NULL, '{"id":"bo","role":"user","name":"Bo''s; DROP TABLE \\ x","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}', 1714564800000);
INSERT INTO tamis_changes VALUES (3, 'off', NULL, '{"id":"off","role":"user","name":"Deactivated","username":"off","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}', 1714564800000);
INSERT INTO tamis_changes VALUES (4, 'soft', NULL, '{"id":"soft","role":"user","username":"soft","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}', 1714564800000);
INSERT INTO tamis_changes VALUES (5, 'off', '{"id":"off","role":"user","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"name":"Deactivated","username":"off","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z"}', '{"id":"off","role":"user","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"name":"Deactivated","username":"off","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","deactivated_at":"2024-05-01T12:00:00.000000Z"}', 1714564800000);
INSERT INTO tamis_changes VALUES (6, 'soft', '{"id":"soft","role":"user","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"username":"soft","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z"}', '{"id":"soft","role":"user","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"username":"soft","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","deletion":"soft","deleted_at":"2024-05-01T12:00:00.000000Z"}', 1714564800000);
INSERT INTO tamis_changes VALUES (7, 'guest-1', NULL, '{"id":"guest-1","role":"guest","name":"Guest","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[],"guest_nonce":"9f5acd0d-c6ad-403d-84ff-6e478b68a068"}', 1714564800000);
INSERT INTO tamis_clock VALUES (1, 7);
INSERT INTO tamis_migrations VALUES ('0001_users', '2026-11-28T11:07:34.947Z');
INSERT INTO tamis_migrations VALUES ('0002_guest_nonce_and_long_names', '2026-11-28T11:07:34.985Z');
INSERT INTO tamis_migrations VALUES ('0003_connections', '2026-11-28T11:07:35.017Z');
INSERT INTO tamis_migrations_lock VALUES ('migration_lock', 0);
INSERT INTO tamis_settings VALUES ('unique_usernames', 'app');
INSERT INTO tamis_tasks VALUES ('1260da12-ea9d-41d9-bdff-3452634d6241', 'delete', 'completed', '{"user":"soft"}', NULL, NULL, NULL, 0, '2024-05-01T12:00:00.000000Z', '2024-05-01T12:00:00.000000Z');
INSERT INTO tamis_username_claims VALUES ('', 'anaa', 'ana');
INSERT INTO tamis_username_claims VALUES ('', 'off', 'off');
INSERT INTO tamis_username_claims VALUES ('', 'soft', 'soft');
INSERT INTO tamis_usernames VALUES ('anaa', 'ana');
INSERT INTO tamis_usernames VALUES ('off', 'off');
INSERT INTO tamis_usernames VALUES ('soft', 'soft');
INSERT INTO tamis_users VALUES ('ana', 'admin', 'Ana "A"', 'Ana.A', '{red,blue}', true, true, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00', '2024-02-29 23:59:59.999999+00', NULL, NULL, 'https://example.org/ana.png', 'de', true, false, '2030-01-01 00:00:00.123456+00', '2023-01-01 00:00:00+00', 42, NULL, NULL, '{"age": 31, "city": {"name": "Köln"}, "tags": ["x", null]}', '{"devices": [{"id": "phone"}], "teams_role": {"red": "owner"}, "blocked_user_ids": ["bo"], "privacy_settings": {"typing": {"enabled": false}}, "push_notifications": {"level": "all"}}', ' ana ', ' ana a ', ' ana a ');
INSERT INTO tamis_users VALUES ('bo', 'user', 'Bo''s; DROP TABLE \ x', NULL, '{}', false, false, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL, NULL, NULL, NULL, '', false, false, NULL, NULL, NULL, NULL, NULL, '{}', NULL, ' bo ', ' bo s drop table x ', NULL);
INSERT INTO tamis_users VALUES ('off', 'user', 'Deactivated', 'off', '{}', false, false, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL, '2024-05-01 12:00:00+00', NULL, NULL, '', false, false, NULL, NULL, NULL, NULL, NULL, '{}', NULL, ' off ', ' deactivated ', ' off ');
INSERT INTO tamis_users VALUES ('soft', 'user', NULL, 'soft', '{red}', false, false, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL, NULL, '2024-05-01 12:00:00+00', NULL, '', false, false, NULL, NULL, NULL, 'soft', NULL, '{}', NULL, ' soft ', NULL, ' soft ');
INSERT INTO tamis_users VALUES ('guest-1', 'guest', 'Guest', NULL, '{}', false, false, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00', NULL, NULL, NULL, NULL, '', false, false, NULL, NULL, NULL, NULL, '9f5acd0d-c6ad-403d-84ff-6e478b68a068', '{}', NULL, ' guest 1 ', ' guest ', NULL);
ALTER TABLE ONLY tamis_changes
    ADD CONSTRAINT tamis_changes_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY tamis_clock
    ADD CONSTRAINT tamis_clock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tamis_connections
    ADD CONSTRAINT tamis_connections_pkey PRIMARY KEY (user_id, process);
ALTER TABLE ONLY tamis_imports
    ADD CONSTRAINT tamis_imports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tamis_migrations_lock
    ADD CONSTRAINT tamis_migrations_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tamis_migrations
    ADD CONSTRAINT tamis_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY tamis_processes
    ADD CONSTRAINT tamis_processes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tamis_settings
    ADD CONSTRAINT tamis_settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY tamis_task_users
    ADD CONSTRAINT tamis_task_users_pkey PRIMARY KEY (task_id, place);
ALTER TABLE ONLY tamis_tasks
    ADD CONSTRAINT tamis_tasks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tamis_username_claims
    ADD CONSTRAINT tamis_username_claims_pkey PRIMARY KEY (scope, name);
ALTER TABLE ONLY tamis_usernames
    ADD CONSTRAINT tamis_usernames_pkey PRIMARY KEY (name, user_id);
ALTER TABLE ONLY tamis_users
    ADD CONSTRAINT tamis_users_pkey PRIMARY KEY (id);
CREATE INDEX tamis_changes_at ON tamis_changes USING btree (at);
CREATE INDEX tamis_connections_due ON tamis_connections USING btree (process, online_until);
CREATE INDEX tamis_tasks_due ON tamis_tasks USING btree (status, lease_until);
CREATE INDEX tamis_username_claims_user ON tamis_username_claims USING btree (user_id);
CREATE INDEX tamis_usernames_user ON tamis_usernames USING btree (user_id);
CREATE INDEX tamis_users_created_at ON tamis_users USING btree (created_at, id);
CREATE INDEX tamis_users_id_words_trigrams ON tamis_users USING gin (id_words public.gin_trgm_ops);
CREATE INDEX tamis_users_last_active ON tamis_users USING btree (last_active, id);
CREATE INDEX tamis_users_name ON tamis_users USING hash (name);
CREATE INDEX tamis_users_name_words_trigrams ON tamis_users USING gin (name_words public.gin_trgm_ops);
CREATE INDEX tamis_users_role ON tamis_users USING btree (role, id);
CREATE INDEX tamis_users_role_newest ON tamis_users USING btree (role, created_at, id);
CREATE INDEX tamis_users_teams ON tamis_users USING gin (teams);
CREATE INDEX tamis_users_updated_at ON tamis_users USING btree (updated_at, id);
CREATE INDEX tamis_users_username ON tamis_users USING hash (username);
CREATE INDEX tamis_users_username_words_trigrams ON tamis_users USING gin (username_words public.gin_trgm_ops);

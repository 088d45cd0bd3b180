PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "tamis_migrations" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
INSERT INTO tamis_migrations VALUES('0001_users','2026-11-28T11:07:04.780Z');
INSERT INTO tamis_migrations VALUES('0002_guest_nonce_and_long_names','2026-11-28T11:07:04.791Z');
CREATE TABLE IF NOT EXISTS "tamis_migrations_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
INSERT INTO tamis_migrations_lock VALUES('migration_lock',0);
CREATE TABLE IF NOT EXISTS "tamis_clock" ("id" INTEGER PRIMARY KEY, "seq" INTEGER NOT NULL) STRICT;
INSERT INTO tamis_clock VALUES(1,7);
CREATE TABLE IF NOT EXISTS "tamis_changes" ("seq" INTEGER PRIMARY KEY, "user_id" TEXT NOT NULL, "old_user" TEXT, "new_user" TEXT, "at" INTEGER NOT NULL) STRICT;
INSERT INTO tamis_changes VALUES(1,'ana',NULL,'{"id":"ana","role":"admin","name":"Ana \"A\"","image":"https://example.org/ana.png","username":"Ana.A","custom":{"age":31,"city":{"name":"Köln"},"tags":["x",null]},"teams":["red","blue"],"teams_role":{"red":"owner"},"language":"de","banned":true,"shadow_banned":true,"invisible":true,"online":false,"ban_expires":"2030-01-01T00:00:00.123456Z","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","last_active":"2024-02-29T23:59:59.999999Z","revoke_tokens_issued_before":"2023-01-01T00:00:00.000000Z","avg_response_time":42,"blocked_user_ids":["bo"],"devices":[{"id":"phone"}],"privacy_settings":{"typing":{"enabled":false}},"push_notifications":{"level":"all"}}',1714564800000);
INSERT INTO tamis_changes VALUES(2,'bo',NULL,'{"id":"bo","role":"user","name":"Bo''s; DROP TABLE \\ x","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}',1714564800000);
INSERT INTO tamis_changes VALUES(3,'off',NULL,'{"id":"off","role":"user","name":"Deactivated","username":"off","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}',1714564800000);
INSERT INTO tamis_changes VALUES(4,'soft',NULL,'{"id":"soft","role":"user","username":"soft","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[]}',1714564800000);
INSERT INTO tamis_changes VALUES(5,'off','{"id":"off","role":"user","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"name":"Deactivated","username":"off","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z"}','{"id":"off","role":"user","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"name":"Deactivated","username":"off","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","deactivated_at":"2024-05-01T12:00:00.000000Z"}',1714564800000);
INSERT INTO tamis_changes VALUES(6,'soft','{"id":"soft","role":"user","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"username":"soft","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z"}','{"id":"soft","role":"user","custom":{},"teams":["red"],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"blocked_user_ids":[],"username":"soft","created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","deletion":"soft","deleted_at":"2024-05-01T12:00:00.000000Z"}',1714564800000);
INSERT INTO tamis_changes VALUES(7,'guest-1',NULL,'{"id":"guest-1","role":"guest","name":"Guest","custom":{},"teams":[],"language":"","banned":false,"shadow_banned":false,"invisible":false,"online":false,"created_at":"2024-05-01T12:00:00.000000Z","updated_at":"2024-05-01T12:00:00.000000Z","blocked_user_ids":[],"guest_nonce":"287845f7-36f8-4c32-a947-4bafb84c50da"}',1714564800000);
CREATE TABLE IF NOT EXISTS "tamis_usernames" ("name" TEXT NOT NULL, "user_id" TEXT NOT NULL, PRIMARY KEY ("name", "user_id")) STRICT;
INSERT INTO tamis_usernames VALUES('anaa','ana');
INSERT INTO tamis_usernames VALUES('off','off');
INSERT INTO tamis_usernames VALUES('soft','soft');
CREATE TABLE IF NOT EXISTS "tamis_username_claims" ("scope" TEXT NOT NULL, "name" TEXT NOT NULL, "user_id" TEXT NOT NULL, PRIMARY KEY ("scope", "name")) STRICT;
INSERT INTO tamis_username_claims VALUES('','anaa','ana');
INSERT INTO tamis_username_claims VALUES('','off','off');
INSERT INTO tamis_username_claims VALUES('','soft','soft');
CREATE TABLE IF NOT EXISTS "tamis_tasks" ("id" TEXT PRIMARY KEY, "type" TEXT NOT NULL, "status" TEXT NOT NULL, "options" TEXT NOT NULL, "result" TEXT, "error" TEXT, "worker" TEXT, "lease_until" INTEGER NOT NULL, "created_at" TEXT NOT NULL, "updated_at" TEXT NOT NULL) STRICT;
INSERT INTO tamis_tasks VALUES('998f4594-a2d3-4575-a4da-ab3a4816d74b','delete','completed','{"user":"soft"}',NULL,NULL,NULL,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z');
CREATE TABLE IF NOT EXISTS "tamis_task_users" ("task_id" TEXT NOT NULL, "place" INTEGER NOT NULL, "user_id" TEXT NOT NULL, "done" INTEGER NOT NULL, "result" TEXT, "error" TEXT, PRIMARY KEY ("task_id", "place")) STRICT;
CREATE TABLE IF NOT EXISTS "tamis_settings" ("name" TEXT PRIMARY KEY, "value" TEXT NOT NULL) STRICT;
INSERT INTO tamis_settings VALUES('unique_usernames','app');
CREATE TABLE IF NOT EXISTS "tamis_imports" ("id" TEXT PRIMARY KEY, "bytes" INTEGER NOT NULL, "lines" INTEGER NOT NULL, "users" INTEGER NOT NULL, "bad" INTEGER NOT NULL, "updated_at" TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS "tamis_words" (field TEXT NOT NULL, word TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (field, word, user_id)) STRICT, WITHOUT ROWID;
INSERT INTO tamis_words VALUES('i','1','guest-1');
INSERT INTO tamis_words VALUES('i','ana','ana');
INSERT INTO tamis_words VALUES('i','bo','bo');
INSERT INTO tamis_words VALUES('i','guest','guest-1');
INSERT INTO tamis_words VALUES('i','off','off');
INSERT INTO tamis_words VALUES('i','soft','soft');
INSERT INTO tamis_words VALUES('n','a','ana');
INSERT INTO tamis_words VALUES('n','ana','ana');
INSERT INTO tamis_words VALUES('n','bo','bo');
INSERT INTO tamis_words VALUES('n','deactivated','off');
INSERT INTO tamis_words VALUES('n','drop','bo');
INSERT INTO tamis_words VALUES('n','guest','guest-1');
INSERT INTO tamis_words VALUES('n','s','bo');
INSERT INTO tamis_words VALUES('n','table','bo');
INSERT INTO tamis_words VALUES('n','x','bo');
INSERT INTO tamis_words VALUES('u','a','ana');
INSERT INTO tamis_words VALUES('u','ana','ana');
INSERT INTO tamis_words VALUES('u','off','off');
INSERT INTO tamis_words VALUES('u','soft','soft');
CREATE TABLE IF NOT EXISTS "tamis_users" (
  "id" TEXT NOT NULL PRIMARY KEY CHECK (instr("id", char(0)) = 0),
  "role" TEXT NOT NULL CHECK (instr("role", char(0)) = 0),
  "name" TEXT CHECK (instr("name", char(0)) = 0),
  "username" TEXT CHECK (instr("username", char(0)) = 0),
  "teams" TEXT CHECK (json_valid("teams") AND json_type("teams") = 'array'),
  "banned" INTEGER NOT NULL CHECK ("banned" IN (0, 1)),
  "shadow_banned" INTEGER NOT NULL CHECK ("shadow_banned" IN (0, 1)),
  "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "created_at" >= '0001' AND substr("created_at", 12, 2) < '24' AND (substr("created_at", 9, 2) BETWEEN '01' AND '28' AND substr("created_at", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("created_at", 1, 19)) = substr("created_at", 1, 19))),
  "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "updated_at" >= '0001' AND substr("updated_at", 12, 2) < '24' AND (substr("updated_at", 9, 2) BETWEEN '01' AND '28' AND substr("updated_at", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("updated_at", 1, 19)) = substr("updated_at", 1, 19))),
  "last_active" TEXT CHECK ("last_active" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "last_active" >= '0001' AND substr("last_active", 12, 2) < '24' AND (substr("last_active", 9, 2) BETWEEN '01' AND '28' AND substr("last_active", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("last_active", 1, 19)) = substr("last_active", 1, 19))),
  "deactivated_at" TEXT CHECK ("deactivated_at" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "deactivated_at" >= '0001' AND substr("deactivated_at", 12, 2) < '24' AND (substr("deactivated_at", 9, 2) BETWEEN '01' AND '28' AND substr("deactivated_at", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("deactivated_at", 1, 19)) = substr("deactivated_at", 1, 19))),
  "deleted_at" TEXT CHECK ("deleted_at" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "deleted_at" >= '0001' AND substr("deleted_at", 12, 2) < '24' AND (substr("deleted_at", 9, 2) BETWEEN '01' AND '28' AND substr("deleted_at", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("deleted_at", 1, 19)) = substr("deleted_at", 1, 19))),
  "image" TEXT CHECK (instr("image", char(0)) = 0),
  "language" TEXT CHECK (instr("language", char(0)) = 0),
  "invisible" INTEGER NOT NULL CHECK ("invisible" IN (0, 1)),
  "online" INTEGER NOT NULL CHECK ("online" IN (0, 1)),
  "ban_expires" TEXT CHECK ("ban_expires" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "ban_expires" >= '0001' AND substr("ban_expires", 12, 2) < '24' AND (substr("ban_expires", 9, 2) BETWEEN '01' AND '28' AND substr("ban_expires", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("ban_expires", 1, 19)) = substr("ban_expires", 1, 19))),
  "revoke_tokens_issued_before" TEXT CHECK ("revoke_tokens_issued_before" GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z' AND "revoke_tokens_issued_before" >= '0001' AND substr("revoke_tokens_issued_before", 12, 2) < '24' AND (substr("revoke_tokens_issued_before", 9, 2) BETWEEN '01' AND '28' AND substr("revoke_tokens_issued_before", 6, 2) BETWEEN '01' AND '12' OR strftime('%Y-%m-%dT%H:%M:%S', substr("revoke_tokens_issued_before", 1, 19)) = substr("revoke_tokens_issued_before", 1, 19))),
  "avg_response_time" INTEGER,
  "deletion" TEXT CHECK (instr("deletion", char(0)) = 0),
  "guest_nonce" TEXT CHECK (instr("guest_nonce", char(0)) = 0),
  "custom" TEXT CHECK (json_valid("custom") AND json_type("custom") = 'object'),
  "details" TEXT CHECK (json_valid("details") AND json_type("details") = 'object'),
  "id_words" TEXT,
  "name_words" TEXT,
  "username_words" TEXT
) STRICT;
INSERT INTO tamis_users VALUES('ana','admin','Ana "A"','Ana.A','["red","blue"]',1,1,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z','2024-02-29T23:59:59.999999Z',NULL,NULL,'https://example.org/ana.png','de',1,0,'2030-01-01T00:00:00.123456Z','2023-01-01T00:00:00.000000Z',42,NULL,NULL,'{"age":31,"city":{"name":"Köln"},"tags":["x",null]}','{"blocked_user_ids":["bo"],"teams_role":{"red":"owner"},"devices":[{"id":"phone"}],"privacy_settings":{"typing":{"enabled":false}},"push_notifications":{"level":"all"}}',' ana ',' ana a ',' ana a ');
INSERT INTO tamis_users VALUES('bo','user','Bo''s; DROP TABLE \ x',NULL,'[]',0,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' bo ',' bo s drop table x ',NULL);
INSERT INTO tamis_users VALUES('off','user','Deactivated','off','[]',0,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z',NULL,'2024-05-01T12:00:00.000000Z',NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' off ',' deactivated ',' off ');
INSERT INTO tamis_users VALUES('soft','user',NULL,'soft','["red"]',0,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z',NULL,NULL,'2024-05-01T12:00:00.000000Z',NULL,'',0,0,NULL,NULL,NULL,'soft',NULL,'{}',NULL,' soft ',NULL,' soft ');
INSERT INTO tamis_users VALUES('guest-1','guest','Guest',NULL,'[]',0,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,'287845f7-36f8-4c32-a947-4bafb84c50da','{}',NULL,' guest 1 ',' guest ',NULL);
CREATE TABLE IF NOT EXISTS "tamis_teams" ("owner" TEXT NOT NULL REFERENCES "tamis_users" ("id") ON DELETE CASCADE, "value" TEXT NOT NULL, PRIMARY KEY ("value", "owner")) STRICT, WITHOUT ROWID;
INSERT INTO tamis_teams VALUES('ana','blue');
INSERT INTO tamis_teams VALUES('ana','red');
INSERT INTO tamis_teams VALUES('soft','red');
CREATE INDEX "tamis_changes_at" ON "tamis_changes" ("at");
CREATE INDEX "tamis_usernames_user" ON "tamis_usernames" ("user_id");
CREATE INDEX "tamis_username_claims_user" ON "tamis_username_claims" ("user_id");
CREATE INDEX "tamis_tasks_due" ON "tamis_tasks" ("status", "lease_until");
CREATE INDEX "tamis_teams_owner" ON "tamis_teams" ("owner");
CREATE INDEX "tamis_users_role" ON "tamis_users" ("role", "id");
CREATE INDEX "tamis_users_name" ON "tamis_users" ("name");
CREATE INDEX "tamis_users_username" ON "tamis_users" ("username");
CREATE INDEX "tamis_users_created_at" ON "tamis_users" ("created_at", "id");
CREATE INDEX "tamis_users_updated_at" ON "tamis_users" ("updated_at", "id");
CREATE INDEX "tamis_users_last_active" ON "tamis_users" ("last_active", "id");
CREATE INDEX "tamis_users_role_newest" ON "tamis_users" ("role", "created_at", "id");
COMMIT;

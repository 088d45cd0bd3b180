CREATE TABLE `tamis_answers` (
  `id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `fingerprint` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `owner` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `lease_until` bigint NOT NULL,
  `status` bigint DEFAULT NULL,
  `body` longtext COLLATE utf8mb4_0900_bin,
  `at` bigint NOT NULL,
  PRIMARY KEY (`id`),
  KEY `tamis_answers_at` (`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE TABLE `tamis_changes` (
  `seq` bigint NOT NULL,
  `user_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `old_user` longtext COLLATE utf8mb4_0900_bin,
  `new_user` longtext COLLATE utf8mb4_0900_bin,
  `at` bigint NOT NULL,
  PRIMARY KEY (`seq`),
  KEY `tamis_changes_at` (`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_changes` VALUES
(1,'ana',NULL,'{\"id\":\"ana\",\"role\":\"admin\",\"name\":\"Ana \\\"A\\\"\",\"image\":\"https://example.org/ana.png\",\"username\":\"Ana.A\",\"custom\":{\"age\":31,\"city\":{\"name\":\"Köln\"},\"tags\":[\"x\",null]},\"teams\":[\"red\",\"blue\"],\"teams_role\":{\"red\":\"owner\"},\"language\":\"de\",\"banned\":true,\"shadow_banned\":true,\"invisible\":true,\"online\":false,\"ban_expires\":\"2030-01-01T00:00:00.123456Z\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"last_active\":\"2024-02-29T23:59:59.999999Z\",\"revoke_tokens_issued_before\":\"2023-01-01T00:00:00.000000Z\",\"avg_response_time\":42,\"blocked_user_ids\":[\"bo\"],\"devices\":[{\"id\":\"phone\"}],\"privacy_settings\":{\"typing\":{\"enabled\":false}},\"push_notifications\":{\"level\":\"all\"}}',1714564800000),
(2,'bo',NULL,'{\"id\":\"bo\",\"role\":\"user\",\"name\":\"Bo\'s; DROP TABLE \\\\ x\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(3,'off',NULL,'{\"id\":\"off\",\"role\":\"user\",\"name\":\"Deactivated\",\"username\":\"off\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(4,'soft',NULL,'{\"id\":\"soft\",\"role\":\"user\",\"username\":\"soft\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(5,'off','{\"id\":\"off\",\"role\":\"user\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"name\":\"Deactivated\",\"username\":\"off\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\"}','{\"id\":\"off\",\"role\":\"user\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"name\":\"Deactivated\",\"username\":\"off\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"deactivated_at\":\"2024-05-01T12:00:00.000000Z\"}',1714564800000),
(6,'soft','{\"id\":\"soft\",\"role\":\"user\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"username\":\"soft\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\"}','{\"id\":\"soft\",\"role\":\"user\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"username\":\"soft\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"deletion\":\"soft\",\"deleted_at\":\"2024-05-01T12:00:00.000000Z\"}',1714564800000),
(7,'guest-1',NULL,'{\"id\":\"guest-1\",\"role\":\"guest\",\"name\":\"Guest\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[],\"guest_nonce\":\"061c61d2-d3d9-475b-9900-397e804bef9c\"}',1714564800000);
CREATE TABLE `tamis_clock` (
  `id` bigint NOT NULL,
  `seq` bigint NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_clock` VALUES
(1,7);
CREATE TABLE `tamis_connections` (
  `user_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `process` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `online_until` bigint NOT NULL,
  PRIMARY KEY (`user_id`,`process`),
  KEY `tamis_connections_due` (`process`,`online_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE TABLE `tamis_imports` (
  `id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `bytes` bigint NOT NULL,
  `lines` bigint NOT NULL,
  `users` bigint NOT NULL,
  `bad` bigint NOT NULL,
  `updated_at` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE TABLE `tamis_migrations` (
  `name` varchar(255) NOT NULL,
  `timestamp` varchar(255) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `tamis_migrations` VALUES
('0001_users','2026-11-28T11:09:04.412Z'),
('0002_guest_nonce_and_long_names','2026-11-28T11:09:04.442Z'),
('0003_connections','2026-11-28T11:09:04.555Z'),
('0004_answers','2026-11-28T11:09:04.754Z');
CREATE TABLE `tamis_migrations_lock` (
  `id` varchar(255) NOT NULL,
  `is_locked` int NOT NULL DEFAULT '0',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `tamis_migrations_lock` VALUES
('migration_lock',0);
CREATE TABLE `tamis_processes` (
  `id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `lease_until` bigint NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE TABLE `tamis_settings` (
  `name` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `value` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_settings` VALUES
('unique_usernames','app');
CREATE TABLE `tamis_task_users` (
  `task_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `place` bigint NOT NULL,
  `user_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `done` bigint NOT NULL,
  `result` longtext COLLATE utf8mb4_0900_bin,
  `error` longtext COLLATE utf8mb4_0900_bin,
  PRIMARY KEY (`task_id`,`place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE TABLE `tamis_tasks` (
  `id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `type` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `status` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `options` longtext COLLATE utf8mb4_0900_bin NOT NULL,
  `result` longtext COLLATE utf8mb4_0900_bin,
  `error` longtext COLLATE utf8mb4_0900_bin,
  `worker` varchar(255) COLLATE utf8mb4_0900_bin DEFAULT NULL,
  `lease_until` bigint NOT NULL,
  `created_at` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `updated_at` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`id`),
  KEY `tamis_tasks_due` (`status`,`lease_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_tasks` VALUES
('8d2e63c4-98d1-4fb4-837e-9eb67acb0cc8','delete','completed','{\"user\":\"soft\"}',NULL,NULL,NULL,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z');
CREATE TABLE `tamis_teams` (
  `owner` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  `value` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`value`,`owner`),
  KEY `owner` (`owner`),
  CONSTRAINT `tamis_teams_ibfk_1` FOREIGN KEY (`owner`) REFERENCES `tamis_users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `tamis_teams` VALUES
('ana','blue'),
('ana','red'),
('soft','red');
CREATE TABLE `tamis_username_claims` (
  `scope` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `name` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `user_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`scope`,`name`),
  KEY `tamis_username_claims_user` (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_username_claims` VALUES
('','anaa','ana'),
('','off','off'),
('','soft','soft');
CREATE TABLE `tamis_usernames` (
  `name` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  `user_id` varchar(255) COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (`name`,`user_id`),
  KEY `tamis_usernames_user` (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_usernames` VALUES
('anaa','ana'),
('off','off'),
('soft','soft');
CREATE TABLE `tamis_users` (
  `id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  `role` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  `name` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `username` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `teams` json DEFAULT NULL,
  `banned` tinyint(1) NOT NULL,
  `shadow_banned` tinyint(1) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `last_active` datetime(6) DEFAULT NULL,
  `deactivated_at` datetime(6) DEFAULT NULL,
  `deleted_at` datetime(6) DEFAULT NULL,
  `image` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `language` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `invisible` tinyint(1) NOT NULL,
  `online` tinyint(1) NOT NULL,
  `ban_expires` datetime(6) DEFAULT NULL,
  `revoke_tokens_issued_before` datetime(6) DEFAULT NULL,
  `avg_response_time` bigint DEFAULT NULL,
  `deletion` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `guest_nonce` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `custom` json DEFAULT NULL,
  `details` json DEFAULT NULL,
  `id_words` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `name_words` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  `username_words` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  PRIMARY KEY (`id`),
  KEY `tamis_users_role` (`role`,`id`),
  KEY `tamis_users_name` (`name`(191)),
  KEY `tamis_users_username` (`username`(191)),
  KEY `tamis_users_created_at` (`created_at`,`id`),
  KEY `tamis_users_updated_at` (`updated_at`,`id`),
  KEY `tamis_users_last_active` (`last_active`,`id`),
  KEY `tamis_users_role_newest` (`role`,`created_at`,`id`),
  CONSTRAINT `tamis_users_chk_1` CHECK ((locate(char(0),`id`) = 0)),
  CONSTRAINT `tamis_users_chk_10` CHECK (((`last_active` >= _utf8mb4'0001-01-01') and (month(`last_active`) > 0) and (dayofmonth(`last_active`) > 0) and (dayofmonth(from_days(to_days(`last_active`))) = dayofmonth(`last_active`)))),
  CONSTRAINT `tamis_users_chk_11` CHECK (((`deactivated_at` >= _utf8mb4'0001-01-01') and (month(`deactivated_at`) > 0) and (dayofmonth(`deactivated_at`) > 0) and (dayofmonth(from_days(to_days(`deactivated_at`))) = dayofmonth(`deactivated_at`)))),
  CONSTRAINT `tamis_users_chk_12` CHECK (((`deleted_at` >= _utf8mb4'0001-01-01') and (month(`deleted_at`) > 0) and (dayofmonth(`deleted_at`) > 0) and (dayofmonth(from_days(to_days(`deleted_at`))) = dayofmonth(`deleted_at`)))),
  CONSTRAINT `tamis_users_chk_13` CHECK ((locate(char(0),`image`) = 0)),
  CONSTRAINT `tamis_users_chk_14` CHECK ((locate(char(0),`language`) = 0)),
  CONSTRAINT `tamis_users_chk_15` CHECK ((`invisible` in (0,1))),
  CONSTRAINT `tamis_users_chk_16` CHECK ((`online` in (0,1))),
  CONSTRAINT `tamis_users_chk_17` CHECK (((`ban_expires` >= _utf8mb4'0001-01-01') and (month(`ban_expires`) > 0) and (dayofmonth(`ban_expires`) > 0) and (dayofmonth(from_days(to_days(`ban_expires`))) = dayofmonth(`ban_expires`)))),
  CONSTRAINT `tamis_users_chk_18` CHECK (((`revoke_tokens_issued_before` >= _utf8mb4'0001-01-01') and (month(`revoke_tokens_issued_before`) > 0) and (dayofmonth(`revoke_tokens_issued_before`) > 0) and (dayofmonth(from_days(to_days(`revoke_tokens_issued_before`))) = dayofmonth(`revoke_tokens_issued_before`)))),
  CONSTRAINT `tamis_users_chk_19` CHECK ((locate(char(0),`deletion`) = 0)),
  CONSTRAINT `tamis_users_chk_2` CHECK ((locate(char(0),`role`) = 0)),
  CONSTRAINT `tamis_users_chk_20` CHECK ((locate(char(0),`guest_nonce`) = 0)),
  CONSTRAINT `tamis_users_chk_21` CHECK ((json_valid(`custom`) and (json_type(`custom`) = _utf8mb4'OBJECT'))),
  CONSTRAINT `tamis_users_chk_22` CHECK ((json_valid(`details`) and (json_type(`details`) = _utf8mb4'OBJECT'))),
  CONSTRAINT `tamis_users_chk_3` CHECK ((locate(char(0),`name`) = 0)),
  CONSTRAINT `tamis_users_chk_4` CHECK ((locate(char(0),`username`) = 0)),
  CONSTRAINT `tamis_users_chk_5` CHECK ((json_valid(`teams`) and (json_type(`teams`) = _utf8mb4'ARRAY'))),
  CONSTRAINT `tamis_users_chk_6` CHECK ((`banned` in (0,1))),
  CONSTRAINT `tamis_users_chk_7` CHECK ((`shadow_banned` in (0,1))),
  CONSTRAINT `tamis_users_chk_8` CHECK (((`created_at` >= _utf8mb4'0001-01-01') and (month(`created_at`) > 0) and (dayofmonth(`created_at`) > 0) and (dayofmonth(from_days(to_days(`created_at`))) = dayofmonth(`created_at`)))),
  CONSTRAINT `tamis_users_chk_9` CHECK (((`updated_at` >= _utf8mb4'0001-01-01') and (month(`updated_at`) > 0) and (dayofmonth(`updated_at`) > 0) and (dayofmonth(from_days(to_days(`updated_at`))) = dayofmonth(`updated_at`))))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
INSERT INTO `tamis_users` VALUES
('ana','admin','Ana \"A\"','Ana.A','[\"red\", \"blue\"]',1,1,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000','2024-02-29 23:59:59.999999',NULL,NULL,'https://example.org/ana.png','de',1,0,'2030-01-01 00:00:00.123456','2023-01-01 00:00:00.000000',42,NULL,NULL,'{\"age\": 31, \"city\": {\"name\": \"Köln\"}, \"tags\": [\"x\", null]}','{\"devices\": [{\"id\": \"phone\"}], \"teams_role\": {\"red\": \"owner\"}, \"blocked_user_ids\": [\"bo\"], \"privacy_settings\": {\"typing\": {\"enabled\": false}}, \"push_notifications\": {\"level\": \"all\"}}',' ana ',' ana a ',' ana a '),
('bo','user','Bo\'s; DROP TABLE \\ x',NULL,'[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' bo ',' bo s drop table x ',NULL),
('guest-1','guest','Guest',NULL,'[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,'061c61d2-d3d9-475b-9900-397e804bef9c','{}',NULL,' guest 1 ',' guest ',NULL),
('off','user','Deactivated','off','[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,'2024-05-01 12:00:00.000000',NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' off ',' deactivated ',' off '),
('soft','user',NULL,'soft','[\"red\"]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,'2024-05-01 12:00:00.000000',NULL,'',0,0,NULL,NULL,NULL,'soft',NULL,'{}',NULL,' soft ',NULL,' soft ');

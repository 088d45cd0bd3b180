CREATE TABLE `tamis_answers` (
  `id` varchar(255) NOT NULL,
  `fingerprint` varchar(255) NOT NULL,
  `owner` varchar(255) NOT NULL,
  `lease_until` bigint(20) NOT NULL,
  `status` bigint(20) DEFAULT NULL,
  `body` longtext DEFAULT NULL,
  `at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `tamis_answers_at` (`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
CREATE TABLE `tamis_changes` (
  `seq` bigint(20) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  `old_user` longtext DEFAULT NULL,
  `new_user` longtext DEFAULT NULL,
  `at` bigint(20) NOT NULL,
  PRIMARY KEY (`seq`),
  KEY `tamis_changes_at` (`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_changes` VALUES
(1,'ana',NULL,'{\"id\":\"ana\",\"role\":\"admin\",\"name\":\"Ana \\\"A\\\"\",\"image\":\"https://example.org/ana.png\",\"username\":\"Ana.A\",\"custom\":{\"age\":31,\"city\":{\"name\":\"Köln\"},\"tags\":[\"x\",null]},\"teams\":[\"red\",\"blue\"],\"teams_role\":{\"red\":\"owner\"},\"language\":\"de\",\"banned\":true,\"shadow_banned\":true,\"invisible\":true,\"online\":false,\"ban_expires\":\"2030-01-01T00:00:00.123456Z\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"last_active\":\"2024-02-29T23:59:59.999999Z\",\"revoke_tokens_issued_before\":\"2023-01-01T00:00:00.000000Z\",\"avg_response_time\":42,\"blocked_user_ids\":[\"bo\"],\"devices\":[{\"id\":\"phone\"}],\"privacy_settings\":{\"typing\":{\"enabled\":false}},\"push_notifications\":{\"level\":\"all\"}}',1714564800000),
(2,'bo',NULL,'{\"id\":\"bo\",\"role\":\"user\",\"name\":\"Bo\'s; DROP TABLE \\\\ x\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(3,'off',NULL,'{\"id\":\"off\",\"role\":\"user\",\"name\":\"Deactivated\",\"username\":\"off\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(4,'soft',NULL,'{\"id\":\"soft\",\"role\":\"user\",\"username\":\"soft\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[]}',1714564800000),
(5,'off','{\"id\":\"off\",\"role\":\"user\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"name\":\"Deactivated\",\"username\":\"off\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\"}','{\"id\":\"off\",\"role\":\"user\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"name\":\"Deactivated\",\"username\":\"off\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"deactivated_at\":\"2024-05-01T12:00:00.000000Z\"}',1714564800000),
(6,'soft','{\"id\":\"soft\",\"role\":\"user\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"username\":\"soft\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\"}','{\"id\":\"soft\",\"role\":\"user\",\"custom\":{},\"teams\":[\"red\"],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"blocked_user_ids\":[],\"username\":\"soft\",\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"deletion\":\"soft\",\"deleted_at\":\"2024-05-01T12:00:00.000000Z\"}',1714564800000),
(7,'guest-1',NULL,'{\"id\":\"guest-1\",\"role\":\"guest\",\"name\":\"Guest\",\"custom\":{},\"teams\":[],\"language\":\"\",\"banned\":false,\"shadow_banned\":false,\"invisible\":false,\"online\":false,\"created_at\":\"2024-05-01T12:00:00.000000Z\",\"updated_at\":\"2024-05-01T12:00:00.000000Z\",\"blocked_user_ids\":[],\"guest_nonce\":\"688661f1-7a9a-4323-97de-7db48d420ca4\"}',1714564800000);
CREATE TABLE `tamis_clock` (
  `id` bigint(20) NOT NULL,
  `seq` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_clock` VALUES
(1,7);
CREATE TABLE `tamis_connections` (
  `user_id` varchar(255) NOT NULL,
  `process` varchar(255) NOT NULL,
  `online_until` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`,`process`),
  KEY `tamis_connections_due` (`process`,`online_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
CREATE TABLE `tamis_imports` (
  `id` varchar(255) NOT NULL,
  `bytes` bigint(20) NOT NULL,
  `lines` bigint(20) NOT NULL,
  `users` bigint(20) NOT NULL,
  `bad` bigint(20) NOT NULL,
  `updated_at` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
CREATE TABLE `tamis_migrations` (
  `name` varchar(255) NOT NULL,
  `timestamp` varchar(255) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tamis_migrations` VALUES
('0001_users','2026-11-28T11:08:12.032Z'),
('0002_guest_nonce_and_long_names','2026-11-28T11:08:12.048Z'),
('0003_connections','2026-11-28T11:08:12.527Z'),
('0004_answers','2026-11-28T11:08:12.612Z');
CREATE TABLE `tamis_migrations_lock` (
  `id` varchar(255) NOT NULL,
  `is_locked` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tamis_migrations_lock` VALUES
('migration_lock',0);
CREATE TABLE `tamis_processes` (
  `id` varchar(255) NOT NULL,
  `lease_until` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
CREATE TABLE `tamis_settings` (
  `name` varchar(255) NOT NULL,
  `value` varchar(255) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_settings` VALUES
('unique_usernames','app');
CREATE TABLE `tamis_task_users` (
  `task_id` varchar(255) NOT NULL,
  `place` bigint(20) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  `done` bigint(20) NOT NULL,
  `result` longtext DEFAULT NULL,
  `error` longtext DEFAULT NULL,
  PRIMARY KEY (`task_id`,`place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
CREATE TABLE `tamis_tasks` (
  `id` varchar(255) NOT NULL,
  `type` varchar(255) NOT NULL,
  `status` varchar(255) NOT NULL,
  `options` longtext NOT NULL,
  `result` longtext DEFAULT NULL,
  `error` longtext DEFAULT NULL,
  `worker` varchar(255) DEFAULT NULL,
  `lease_until` bigint(20) NOT NULL,
  `created_at` varchar(255) NOT NULL,
  `updated_at` varchar(255) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `tamis_tasks_due` (`status`,`lease_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_tasks` VALUES
('14329a35-b0ca-49a2-a991-6aa6cbe4149d','delete','completed','{\"user\":\"soft\"}',NULL,NULL,NULL,0,'2024-05-01T12:00:00.000000Z','2024-05-01T12:00:00.000000Z');
CREATE TABLE `tamis_teams` (
  `owner` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `value` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  PRIMARY KEY (`value`,`owner`),
  KEY `owner` (`owner`),
  CONSTRAINT `tamis_teams_ibfk_1` FOREIGN KEY (`owner`) REFERENCES `tamis_users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tamis_teams` VALUES
('ana','blue'),
('ana','red'),
('soft','red');
CREATE TABLE `tamis_username_claims` (
  `scope` varchar(255) NOT NULL,
  `name` varchar(255) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  PRIMARY KEY (`scope`,`name`),
  KEY `tamis_username_claims_user` (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_username_claims` VALUES
('','anaa','ana'),
('','off','off'),
('','soft','soft');
CREATE TABLE `tamis_usernames` (
  `name` varchar(255) NOT NULL,
  `user_id` varchar(255) NOT NULL,
  PRIMARY KEY (`name`,`user_id`),
  KEY `tamis_usernames_user` (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_usernames` VALUES
('anaa','ana'),
('off','off'),
('soft','soft');
CREATE TABLE `tamis_users` (
  `id` varchar(255) NOT NULL CHECK (locate(convert(char(0) using utf8mb4),`id`) = 0),
  `role` varchar(255) NOT NULL CHECK (locate(convert(char(0) using utf8mb4),`role`) = 0),
  `name` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`name`) = 0),
  `username` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`username`) = 0),
  `teams` longtext DEFAULT NULL CHECK (json_valid(`teams`) and json_type(`teams`) = 'ARRAY'),
  `banned` tinyint(1) NOT NULL CHECK (`banned` in (0,1)),
  `shadow_banned` tinyint(1) NOT NULL CHECK (`shadow_banned` in (0,1)),
  `created_at` datetime(6) NOT NULL CHECK (`created_at` >= '0001-01-01' and month(`created_at`) > 0 and dayofmonth(`created_at`) > 0 and dayofmonth(from_days(to_days(`created_at`))) = dayofmonth(`created_at`)),
  `updated_at` datetime(6) NOT NULL CHECK (`updated_at` >= '0001-01-01' and month(`updated_at`) > 0 and dayofmonth(`updated_at`) > 0 and dayofmonth(from_days(to_days(`updated_at`))) = dayofmonth(`updated_at`)),
  `last_active` datetime(6) DEFAULT NULL CHECK (`last_active` >= '0001-01-01' and month(`last_active`) > 0 and dayofmonth(`last_active`) > 0 and dayofmonth(from_days(to_days(`last_active`))) = dayofmonth(`last_active`)),
  `deactivated_at` datetime(6) DEFAULT NULL CHECK (`deactivated_at` >= '0001-01-01' and month(`deactivated_at`) > 0 and dayofmonth(`deactivated_at`) > 0 and dayofmonth(from_days(to_days(`deactivated_at`))) = dayofmonth(`deactivated_at`)),
  `deleted_at` datetime(6) DEFAULT NULL CHECK (`deleted_at` >= '0001-01-01' and month(`deleted_at`) > 0 and dayofmonth(`deleted_at`) > 0 and dayofmonth(from_days(to_days(`deleted_at`))) = dayofmonth(`deleted_at`)),
  `image` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`image`) = 0),
  `language` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`language`) = 0),
  `invisible` tinyint(1) NOT NULL CHECK (`invisible` in (0,1)),
  `online` tinyint(1) NOT NULL CHECK (`online` in (0,1)),
  `ban_expires` datetime(6) DEFAULT NULL CHECK (`ban_expires` >= '0001-01-01' and month(`ban_expires`) > 0 and dayofmonth(`ban_expires`) > 0 and dayofmonth(from_days(to_days(`ban_expires`))) = dayofmonth(`ban_expires`)),
  `revoke_tokens_issued_before` datetime(6) DEFAULT NULL CHECK (`revoke_tokens_issued_before` >= '0001-01-01' and month(`revoke_tokens_issued_before`) > 0 and dayofmonth(`revoke_tokens_issued_before`) > 0 and dayofmonth(from_days(to_days(`revoke_tokens_issued_before`))) = dayofmonth(`revoke_tokens_issued_before`)),
  `avg_response_time` bigint(20) DEFAULT NULL,
  `deletion` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`deletion`) = 0),
  `guest_nonce` longtext DEFAULT NULL CHECK (locate(convert(char(0) using utf8mb4),`guest_nonce`) = 0),
  `custom` longtext DEFAULT NULL CHECK (json_valid(`custom`) and json_type(`custom`) = 'OBJECT'),
  `details` longtext DEFAULT NULL CHECK (json_valid(`details`) and json_type(`details`) = 'OBJECT'),
  `id_words` longtext DEFAULT NULL,
  `name_words` longtext DEFAULT NULL,
  `username_words` longtext DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `tamis_users_role` (`role`,`id`),
  KEY `tamis_users_name` (`name`(191)),
  KEY `tamis_users_username` (`username`(191)),
  KEY `tamis_users_created_at` (`created_at`,`id`),
  KEY `tamis_users_updated_at` (`updated_at`,`id`),
  KEY `tamis_users_last_active` (`last_active`,`id`),
  KEY `tamis_users_role_newest` (`role`,`created_at`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
INSERT INTO `tamis_users` VALUES
('ana','admin','Ana \"A\"','Ana.A','[\"red\",\"blue\"]',1,1,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000','2024-02-29 23:59:59.999999',NULL,NULL,'https://example.org/ana.png','de',1,0,'2030-01-01 00:00:00.123456','2023-01-01 00:00:00.000000',42,NULL,NULL,'{\"age\":31,\"city\":{\"name\":\"Köln\"},\"tags\":[\"x\",null]}','{\"blocked_user_ids\":[\"bo\"],\"teams_role\":{\"red\":\"owner\"},\"devices\":[{\"id\":\"phone\"}],\"privacy_settings\":{\"typing\":{\"enabled\":false}},\"push_notifications\":{\"level\":\"all\"}}',' ana ',' ana a ',' ana a '),
('bo','user','Bo\'s; DROP TABLE \\ x',NULL,'[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' bo ',' bo s drop table x ',NULL),
('guest-1','guest','Guest',NULL,'[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,'688661f1-7a9a-4323-97de-7db48d420ca4','{}',NULL,' guest 1 ',' guest ',NULL),
('off','user','Deactivated','off','[]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,'2024-05-01 12:00:00.000000',NULL,NULL,'',0,0,NULL,NULL,NULL,NULL,NULL,'{}',NULL,' off ',' deactivated ',' off '),
('soft','user',NULL,'soft','[\"red\"]',0,0,'2024-05-01 12:00:00.000000','2024-05-01 12:00:00.000000',NULL,NULL,'2024-05-01 12:00:00.000000',NULL,'',0,0,NULL,NULL,NULL,'soft',NULL,'{}',NULL,' soft ',NULL,' soft ');

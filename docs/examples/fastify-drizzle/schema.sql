-- What drizzle-kit writes for table.ts.
CREATE TABLE `people` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text NOT NULL,
	`role` text DEFAULT 'user' NOT NULL,
	`is_active` integer DEFAULT 1 NOT NULL,
	`score` real,
	`settings` text,
	`created_at` integer DEFAULT (unixepoch() * 1000) NOT NULL,
	`seen_at` integer,
	CONSTRAINT "people_settings" CHECK(json_valid("people"."settings"))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `people_email` ON `people` (`email`);
--> statement-breakpoint
CREATE INDEX `people_name` ON `people` (`name`);
--> statement-breakpoint
CREATE INDEX `people_score` ON `people` (`score`);
--> statement-breakpoint
CREATE INDEX `people_created_at` ON `people` (`created_at`);
--> statement-breakpoint
CREATE INDEX `people_seen_at` ON `people` (`seen_at`);

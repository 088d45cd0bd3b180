-- What Prisma writes for this model, with indexes of the columns that clients sort by:
--
--   model Person {
--     id           String    @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
--     email        String    @unique @db.Citext
--     displayName  String
--     passwordHash String
--     role         Role      @default(USER)
--     isActive     Boolean   @default(true)
--     age          Int?
--     balance      Decimal?  @db.Decimal(12, 2)
--     settings     Json      @default("{}")
--     tags         String[]
--     createdAt    DateTime  @default(now())
--     lastSeenAt   DateTime? @db.Timestamptz(3)
--
--     @@index([role])
--     @@index([balance])
--     @@index([createdAt])
--     @@index([lastSeenAt])
--     @@index([tags], type: Gin)
--   }

-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "citext";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('USER', 'EDITOR', 'ADMIN');

-- CreateTable
CREATE TABLE "Person" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email" CITEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "isActive" BOOLEAN NOT NULL DEFAULT true,
    "age" INTEGER,
    "balance" DECIMAL(12,2),
    "settings" JSONB NOT NULL DEFAULT '{}',
    "tags" TEXT[],
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3),

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Person_email_key" ON "Person"("email");

-- CreateIndex
CREATE INDEX "Person_role_idx" ON "Person"("role");

-- CreateIndex
CREATE INDEX "Person_balance_idx" ON "Person"("balance");

-- CreateIndex
CREATE INDEX "Person_createdAt_idx" ON "Person"("createdAt");

-- CreateIndex
CREATE INDEX "Person_lastSeenAt_idx" ON "Person"("lastSeenAt");

-- CreateIndex
CREATE INDEX "Person_tags_idx" ON "Person" USING GIN ("tags");

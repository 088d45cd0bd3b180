import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { addColumn, createIndex, printTable, type TableDefinition, tableOf } from '../../index.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import type { Connected } from './connect.ts'
import { isGone, isUnfit } from './failures.ts'
import {
  answerTables,
  connectionTables,
  newestOfRole,
  ownTables,
  type Tables,
  targetOf,
  type UsersTarget,
  webhookTables,
} from './tables.ts'

/** Errors for what an interrupted migration left: MariaDB has no transactions for DDL. */
const ALREADY_EXISTS = new Set([1050, 1061, 1060, 1062])

async function run(
  db: Kysely<unknown>,
  kind: Connected['kind'],
  statements: readonly string[],
): Promise<void> {
  for (const statement of statements) {
    try {
      await sql.raw(statement).execute(db)
    } catch (error) {
      const { errno } = error as { errno?: number }
      if (kind !== 'mysql' || errno === undefined || !ALREADY_EXISTS.has(errno)) throw error
    }
  }
}

/** Tries to install the trigram extension, which not every role may. */
async function trigrams(db: Kysely<unknown>): Promise<readonly string[]> {
  await sql`DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
  EXCEPTION WHEN OTHERS THEN NULL; END $$`.execute(db)
  const { rows } = await sql`SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops'
    AND pg_opclass_is_visible(oid)`.execute(db)
  return rows.length > 0 ? ['pg_trgm'] : []
}

/** Adds a column to the table of users, unless it exists. */
async function addMissing(
  db: Kysely<unknown>,
  { kind }: Connected,
  target: UsersTarget,
  name: string,
): Promise<void> {
  const { table } = target
  if (kind === 'sqlite') {
    // SQLite has no IF NOT EXISTS for columns.
    const { rows } =
      await sql`SELECT 1 FROM pragma_table_info(${table}) WHERE name = ${name}`.execute(db)
    if (rows.length > 0) return
  }
  const added = tableOf(storedUsers, target).columns.filter((column) => column.name === name)
  await run(
    db,
    kind,
    added.map((column) => addColumn(column, { ...target, ifNotExists: true })),
  )
}

/** Text indexes that serve no sort were B-trees, which refuse entries over 2,704 bytes. */
async function rebuildTextIndexes(db: Kysely<unknown>, target: UsersTarget): Promise<void> {
  for (const index of tableOf(storedUsers, target).indexes) {
    if (index.method !== 'hash') continue
    await db.schema.dropIndex(index.name).ifExists().execute()
    await run(db, 'postgres', [createIndex(index, target)])
  }
}

/** Retries if another process drops the tables during the migration. */
const TRIES = 20

/** Creates or upgrades the tables. Processes may do it concurrently. */
export async function migrate(connected: Connected, configuration: Configuration): Promise<void> {
  const { kind } = connected
  const { tablePrefix } = configuration
  const target = targetOf(connected, { ...configuration, indexedCustom: [] })
  const migrations: Record<string, Migration> = {
    '0001_users': {
      async up(db) {
        const extensions = kind === 'postgres' ? await trigrams(db) : []
        const users = tableOf(storedUsers, { ...target, extensions })
        await run(db, kind, [
          ...ownTables(connected, tablePrefix),
          // The extension is there already.
          ...printTable({ ...users, extensions: [] }, target),
          createIndex(newestOfRole(target), target),
        ])
      },
    },
    '0002_guest_nonce_and_long_names': {
      async up(db) {
        await addMissing(db, connected, target, 'guest_nonce')
        if (kind === 'postgres') await rebuildTextIndexes(db, target)
      },
    },
    '0003_connections': {
      up: (db) => run(db, kind, connectionTables(connected, tablePrefix)),
    },
    '0004_answers': {
      up: (db) => run(db, kind, answerTables(connected, tablePrefix)),
    },
    '0005_webhooks': {
      up: (db) => run(db, kind, webhookTables(connected, tablePrefix)),
    },
  }
  await withLock(connected, async (db) => {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      migrationTableName: `${tablePrefix}migrations`,
      migrationLockTableName: `${tablePrefix}migrations_lock`,
      ...(await schemaOf(db, kind)),
    })
    for (let tries = 1; ; tries++) {
      const { error } = await migrator.migrateToLatest()
      if (error === undefined) break
      if (tries === TRIES || !isGone(error)) throw error
    }
    await indexCustom(db, connected, configuration)
  })
}

/**
 * The schema for Kysely's migration tables. Without it, Kysely would search all schemas and find the
 * tables of another application.
 */
async function schemaOf(
  db: Kysely<Tables>,
  kind: Connected['kind'],
): Promise<{ readonly migrationTableSchema?: string }> {
  if (kind !== 'postgres') return {}
  const { rows } = await sql<{ name: string | null }>`SELECT current_schema() AS name`.execute(db)
  const name = rows[0]?.name ?? undefined
  return name === undefined ? {} : { migrationTableSchema: name }
}

/** Runs `work` on one connection and excludes other processes that migrate. */
function withLock({ db: pool, kind }: Connected, work: (db: Kysely<Tables>) => Promise<void>) {
  return pool.connection().execute(async (db) => {
    if (kind !== 'sqlite') {
      const { adapter } = db.getExecutor()
      const options = { lockTable: '', lockRowId: '' }
      await adapter.acquireMigrationLock(db, options)
      return work(db).finally(() => adapter.releaseMigrationLock(db, options))
    }
    // Kysely takes no lock in SQLite; the transaction is rolled back if the process is killed.
    await sql`BEGIN IMMEDIATE`.execute(db)
    try {
      await work(db)
      await sql`COMMIT`.execute(db)
    } catch (error) {
      await sql`ROLLBACK`.execute(db)
      throw error
    }
  })
}

/**
 * Creates missing indexes of the keys in the setting `indexedCustom`. Not a migration, because the
 * setting can change.
 */
async function indexCustom(
  db: Kysely<Tables>,
  connected: Connected,
  configuration: Configuration,
): Promise<void> {
  if (configuration.indexedCustom.length === 0) return
  const target = targetOf(connected, configuration)
  const without = targetOf(connected, { ...configuration, indexedCustom: [] })
  const { columns, indexes } = addedTo(tableOf(storedUsers, without), tableOf(storedUsers, target))
  const { identifier } = connected.dialect
  // With these columns, the index also serves the default sort, newest first.
  const sortColumns = connected.kind === 'sqlite' ? ['created_at', 'id'].map(identifier) : []
  const statements = [
    // MariaDB and MySQL index a generated column.
    ...columns.map((column) => addColumn(column, { ...target, ifNotExists: true })),
    ...indexes.map((index) =>
      createIndex(
        { ...index, terms: [...index.terms, ...sortColumns] },
        { ...target, ifNotExists: true },
      ),
    ),
  ]
  try {
    await run(db as Kysely<unknown>, connected.kind, statements)
  } catch (error) {
    if (!isUnfit(error)) throw error
    throw new TypeError(
      `tamis/users: setting indexedCustom: a user has a value of one of ${configuration.indexedCustom.join(', ')} that is too large for an index of the database`,
      { cause: error },
    )
  }
}

/** The columns and indexes that only the second table has. */
function addedTo(
  before: TableDefinition,
  after: TableDefinition,
): Pick<TableDefinition, 'columns' | 'indexes'> {
  const missing = <T extends { readonly name: string }>(all: readonly T[], from: readonly T[]) => {
    const known = new Set(from.map(({ name }) => name))
    return all.filter(({ name }) => !known.has(name))
  }
  return {
    columns: missing(after.columns, before.columns),
    indexes: missing(after.indexes, before.indexes),
  }
}

import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { createTable } from '../../index.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import type { Connected } from './connect.ts'
import { isGone } from './failures.ts'
import { newestOfRole, ownTables, type Tables, targetOf } from './tables.ts'

/** MariaDB has no transaction around DDL: what a start that was killed made is there already. */
const THERE_ALREADY = new Set([1050, 1061, 1060, 1062])

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
      if (kind !== 'mysql' || errno === undefined || !THERE_ALREADY.has(errno)) throw error
    }
  }
}

/** Whether PostgreSQL has trigrams, which it is asked for: not every role may. */
async function trigrams(db: Kysely<unknown>): Promise<readonly string[]> {
  await sql`DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
  EXCEPTION WHEN OTHERS THEN NULL; END $$`.execute(db)
  const { rows } = await sql`SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops'
    AND pg_opclass_is_visible(oid)`.execute(db)
  return rows.length > 0 ? ['pg_trgm'] : []
}

/** How often a start is tried that another one's tables were dropped under. */
const TRIES = 20

/** Makes the tables, or brings those of an older version up to date; two may do it at once. */
export async function migrate(connected: Connected, configuration: Configuration): Promise<void> {
  const { kind } = connected
  const { tablePrefix } = configuration
  const target = targetOf(connected, { ...configuration, indexedCustom: [] })
  const migrations: Record<string, Migration> = {
    '0001_users': {
      async up(own) {
        const extensions = kind === 'postgres' ? await trigrams(own) : []
        const users = createTable(storedUsers, { ...target, extensions })
        const withoutExtension = users.filter((text) => !text.startsWith('CREATE EXTENSION'))
        await run(own, kind, [
          ...ownTables(connected, tablePrefix),
          ...withoutExtension,
          newestOfRole(tablePrefix),
        ])
      },
    },
  }
  await alone(connected, async (own) => {
    const migrator = new Migrator({
      db: own,
      provider: { getMigrations: async () => migrations },
      migrationTableName: `${tablePrefix}migrations`,
      migrationLockTableName: `${tablePrefix}migrations_lock`,
      ...(await schemaOf(own, kind)),
    })
    for (let tries = 1; ; tries++) {
      const { error } = await migrator.migrateToLatest()
      if (error === undefined) break
      if (tries === TRIES || !isGone(error)) throw error
    }
    await indexCustom(own, connected, configuration)
  })
}

/**
 * Where PostgreSQL makes tables. Kysely would look for its own in every schema of the database, and
 * take another application's for them.
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

/** Does work on a connection while no other process that starts does it. */
function alone({ db, kind }: Connected, work: (own: Kysely<Tables>) => Promise<void>) {
  return db.connection().execute(async (own) => {
    if (kind !== 'sqlite') {
      const { adapter } = own.getExecutor()
      const options = { lockTable: '', lockRowId: '' }
      await adapter.acquireMigrationLock(own, options)
      return work(own).finally(() => adapter.releaseMigrationLock(own, options))
    }
    // Kysely takes no lock there, and no transaction, of which a start that is killed leaves nothing.
    await sql`BEGIN IMMEDIATE`.execute(own)
    try {
      await work(own)
      await sql`COMMIT`.execute(own)
    } catch (error) {
      await sql`ROLLBACK`.execute(own)
      throw error
    }
  })
}

/**
 * The indexes of the keys of `custom` that the settings name, where they are not there yet. They
 * change with the settings, so that no migration can hold them.
 */
async function indexCustom(
  db: Kysely<Tables>,
  connected: Connected,
  configuration: Configuration,
): Promise<void> {
  if (configuration.indexedCustom.length === 0) return
  const without = targetOf(connected, { ...configuration, indexedCustom: [] })
  const target = targetOf(connected, configuration)
  const bare = new Set(createTable(storedUsers, without))
  const added = createTable(storedUsers, target).filter((text) => !bare.has(text))
  const statements = added.flatMap((text) => {
    if (text.startsWith('CREATE INDEX')) {
      const index = text.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS')
      // The newest of those with a value come first, which they do without being sorted.
      const isSqlite = connected.kind === 'sqlite'
      return [isSqlite ? index.replace(/\)$/, ', "created_at", "id")') : index]
    }
    // MySQL computes a key in a column of its own, which an index is of.
    const columns = text.split('\n').filter((line) => line.includes(' GENERATED ALWAYS AS '))
    return columns.map(
      (line) => `ALTER TABLE ${target.table} ADD COLUMN ${line.trim().replace(/,$/, '')}`,
    )
  })
  const own =
    connected.dialect.name === 'mysql'
      ? statements.map((text) => text.replace(' IF NOT EXISTS', ''))
      : statements
  await run(db as Kysely<unknown>, connected.kind, own)
}

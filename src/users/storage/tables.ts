import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { createTable, type Dialect, type Mapping } from '../../index.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import type { Connected } from './connect.ts'
import { isGone } from './failures.ts'

/** The tables beside that of the users, whose columns the schema makes. Times in ms since 1970. */
export interface Tables {
  /** One row: the number of the last change. Whoever holds it writes; so numbers follow commits. */
  clock: { id: number; seq: number | bigint | string }
  changes: {
    seq: number | bigint | string
    user_id: string
    old_user: string | null
    new_user: string | null
    at: number | bigint | string
  }
  /** Who has which username, as it is compared. */
  usernames: { name: string; user_id: string }
  /** The usernames that are unique: in one team, or with scope '' in all. */
  username_claims: { scope: string; name: string; user_id: string }
  tasks: {
    id: string
    type: string
    status: string
    options: string
    result: string | null
    error: string | null
    worker: string | null
    lease_until: number | bigint | string
    created_at: string
    updated_at: string
  }
  /** The users of a task, in the order in which they are done. */
  task_users: {
    task_id: string
    place: number
    user_id: string
    done: number | bigint
    result: string | null
    error: string | null
  }
  /** SQLite's, of the words that names begin with: see narrow.ts. */
  words: { field: string; word: string; user_id: string }
  imports: {
    id: string
    bytes: number | bigint | string
    lines: number | bigint | string
    users: number | bigint | string
    bad: number | bigint | string
    updated_at: string
  }
}

/** Where the users are, for compileQuery and its like. */
export interface UsersTarget {
  readonly dialect: Dialect
  readonly table: string
  readonly mapping: Mapping
}

export function targetOf(
  { kind, dialect }: Pick<Connected, 'kind' | 'dialect'>,
  { tablePrefix, indexedCustom }: Configuration,
): UsersTarget {
  // PostgreSQL's arrays have an index of their own.
  const teams = kind === 'postgres' ? {} : { teams: { sideTable: `${tablePrefix}teams` } }
  const mapping = { ...teams, custom: { index: indexedCustom } }
  return { dialect, table: `${tablePrefix}users`, mapping: mapping as Mapping }
}

/** The types of columns by what they hold. */
const TYPES = {
  sqlite: { key: 'TEXT', text: 'TEXT', count: 'INTEGER', end: ' STRICT' },
  postgres: { key: 'varchar(255) COLLATE "C"', text: 'text', count: 'bigint', end: '' },
  mysql: {
    key: 'VARCHAR(255)',
    text: 'LONGTEXT',
    count: 'BIGINT',
    // Names are compared by their bytes, blanks at the end among them.
    end: ' ENGINE = InnoDB, CHARACTER SET = utf8mb4, COLLATE = ',
  },
} as const

const COLLATIONS = { mariadb: 'utf8mb4_nopad_bin', mysql: 'utf8mb4_0900_bin' } as const

function ownTables({ kind, dialect }: Connected, prefix: string): readonly string[] {
  const { key, text, count } = TYPES[kind]
  const collation = COLLATIONS[dialect.name as keyof typeof COLLATIONS] ?? ''
  const end = `${TYPES[kind].end}${collation}`
  const table = (name: string, ...columns: readonly string[]) =>
    `CREATE TABLE ${prefix}${name} (${columns.join(', ')})${end}`
  return [
    table('clock', `id ${count} PRIMARY KEY`, `seq ${count} NOT NULL`),
    `INSERT INTO ${prefix}clock (id, seq) VALUES (1, 0)`,
    table(
      'changes',
      `seq ${count} PRIMARY KEY`,
      `user_id ${key} NOT NULL`,
      `old_user ${text}`,
      `new_user ${text}`,
      `at ${count} NOT NULL`,
    ),
    `CREATE INDEX ${prefix}changes_at ON ${prefix}changes (at)`,
    `CREATE INDEX ${prefix}changes_user ON ${prefix}changes (user_id)`,
    table(
      'usernames',
      `name ${key} NOT NULL`,
      `user_id ${key} NOT NULL`,
      'PRIMARY KEY (name, user_id)',
    ),
    `CREATE INDEX ${prefix}usernames_user ON ${prefix}usernames (user_id)`,
    table(
      'username_claims',
      `scope ${key} NOT NULL`,
      `name ${key} NOT NULL`,
      `user_id ${key} NOT NULL`,
      'PRIMARY KEY (scope, name)',
    ),
    `CREATE INDEX ${prefix}username_claims_user ON ${prefix}username_claims (user_id)`,
    table(
      'tasks',
      `id ${key} PRIMARY KEY`,
      `type ${key} NOT NULL`,
      `status ${key} NOT NULL`,
      `options ${text} NOT NULL`,
      `result ${text}`,
      `error ${text}`,
      `worker ${key}`,
      `lease_until ${count} NOT NULL`,
      `created_at ${key} NOT NULL`,
      `updated_at ${key} NOT NULL`,
    ),
    `CREATE INDEX ${prefix}tasks_due ON ${prefix}tasks (status, lease_until)`,
    table(
      'task_users',
      `task_id ${key} NOT NULL`,
      `place ${count} NOT NULL`,
      `user_id ${key} NOT NULL`,
      `done ${count} NOT NULL`,
      `result ${text}`,
      `error ${text}`,
      'PRIMARY KEY (task_id, place)',
    ),
    table(
      'imports',
      `id ${key} PRIMARY KEY`,
      `bytes ${count} NOT NULL`,
      `${kind === 'mysql' ? '`lines`' : 'lines'} ${count} NOT NULL`,
      `users ${count} NOT NULL`,
      `bad ${count} NOT NULL`,
      `updated_at ${key} NOT NULL`,
    ),
  ]
}

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
        const users = createTable(storedUsers, { ...target, extensions } as never)
        const withoutExtension = users.filter((text) => !text.startsWith('CREATE EXTENSION'))
        const words = `CREATE TABLE ${tablePrefix}words (field TEXT NOT NULL, word TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (field, word, user_id)) STRICT, WITHOUT ROWID`
        await run(own, kind, [
          ...ownTables(connected, tablePrefix),
          ...(kind === 'sqlite' ? [words] : []),
          ...withoutExtension,
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
  const bare = new Set(createTable(storedUsers, without as never))
  const added = createTable(storedUsers, target as never).filter((text) => !bare.has(text))
  const statements = added.flatMap((text) => {
    if (text.startsWith('CREATE INDEX')) {
      return [text.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS')]
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

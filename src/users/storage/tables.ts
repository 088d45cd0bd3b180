import type { Dialect, Mapping, Schema } from '../../index.ts'
import type { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import type { Connected } from './connect.ts'

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
  settings: { name: string; value: string }
  imports: {
    id: string
    bytes: number | bigint | string
    lines: number | bigint | string
    users: number | bigint | string
    bad: number | bigint | string
    updated_at: string
  }
}

type StoredFields = typeof storedUsers extends Schema<infer F> ? F : never

/** Where the users are, for compileQuery and its like. */
export interface UsersTarget {
  readonly dialect: Dialect
  readonly table: string
  readonly mapping: Mapping<StoredFields>
}

export function targetOf(
  { kind, dialect }: Pick<Connected, 'kind' | 'dialect'>,
  { tablePrefix, indexedCustom }: Configuration,
): UsersTarget {
  // PostgreSQL's arrays have an index of their own.
  const teams = kind === 'postgres' ? {} : { teams: { sideTable: `${tablePrefix}teams` } }
  const mapping = { ...teams, custom: { index: indexedCustom } }
  return { dialect, table: `${tablePrefix}users`, mapping }
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

/** The newest of a role, in their order. */
export const newestOfRole = (prefix: string): string =>
  `CREATE INDEX ${prefix}users_role_newest ON ${prefix}users (role, created_at, id)`

/** The statements that make the tables beside that of the users. */
export function ownTables({ kind, dialect }: Connected, prefix: string): readonly string[] {
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
    table('settings', `name ${key} PRIMARY KEY`, `value ${key} NOT NULL`),
    table(
      'imports',
      `id ${key} PRIMARY KEY`,
      `bytes ${count} NOT NULL`,
      `${kind === 'mysql' ? '`lines`' : 'lines'} ${count} NOT NULL`,
      `users ${count} NOT NULL`,
      `bad ${count} NOT NULL`,
      `updated_at ${key} NOT NULL`,
    ),
    ...(kind === 'sqlite'
      ? [
          `CREATE TABLE ${prefix}words (field TEXT NOT NULL, word TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (field, word, user_id)) STRICT, WITHOUT ROWID`,
        ]
      : []),
  ]
}

// Longer than most files here: every table of the users system, with its types.

import {
  compileSql,
  type Dialect,
  type Fragment,
  type IndexDefinition,
  type Mapping,
  type Schema,
  sql,
} from '../../index.ts'
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
  /** Who is online by a stream of a process, or without one (process '') until a time. */
  connections: { user_id: string; process: string; online_until: number | bigint | string }
  /** The processes that have streams; a lease that was seized ends at 0. */
  processes: { id: string; lease_until: number | bigint | string }
  /** The answers to requests with an idempotency key; without a status while one is processed. */
  answers: {
    id: string
    fingerprint: string
    owner: string
    lease_until: number | bigint | string
    status: number | bigint | string | null
    body: string | null
    at: number | bigint | string
  }
  /** What each webhook is, the last change that it has read, and who works on it. */
  webhooks: {
    id: string
    url: string
    description: string | null
    event_types: string
    secrets: string
    enabled: number | bigint
    disabled_reason: string | null
    seq: number | bigint | string
    paused_until: number | bigint | string
    failing_since: number | bigint | string | null
    last_error: string | null
    last_error_at: number | bigint | string | null
    worker: string | null
    lease_until: number | bigint | string
    created_at: string
    updated_at: string
  }
  /** Events to send; without `due_at` while an earlier one of the same user is. */
  webhook_deliveries: WebhookEventRow & { due_at: number | bigint | string | null }
  /** Events that were given up. */
  webhook_dead_letters: WebhookEventRow & { error: string; failed_at: number | bigint | string }
  imports: {
    id: string
    bytes: number | bigint | string
    lines: number | bigint | string
    users: number | bigint | string
    bad: number | bigint | string
    updated_at: string
  }
}

/** An event of a webhook: its id is the header `webhook-id`, `at` the time of the change. */
interface WebhookEventRow {
  id: string
  webhook_id: string
  seq: number | bigint | string
  user_id: string
  type: string
  body: string
  at: number | bigint | string
  attempts: number | bigint | string
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

/** The index of the newest of each role, in their order. */
export function newestOfRole({ dialect, table }: UsersTarget): IndexDefinition {
  return {
    name: `${table}_role_newest`,
    table,
    field: 'role',
    terms: ['role', 'created_at', 'id'].map(dialect.identifier),
    method: undefined,
    type: undefined,
  }
}

const TEXT = sql`TEXT`
const COUNT = sql`BIGINT`
/** Names are compared by their bytes, blanks at the end among them. */
const BYTES = {
  mariadb: sql`CHARACTER SET = utf8mb4, COLLATE = utf8mb4_nopad_bin`,
  mysql: sql`CHARACTER SET = utf8mb4, COLLATE = utf8mb4_0900_bin`,
} as const

/** The types of columns by what they hold, and what ends CREATE TABLE. */
function typesOf({ kind, dialect }: Pick<Connected, 'kind' | 'dialect'>) {
  switch (kind) {
    case 'sqlite':
      return { key: TEXT, text: TEXT, count: sql`INTEGER`, end: sql` STRICT` }
    case 'postgres':
      return { key: sql`varchar(255) COLLATE "C"`, text: TEXT, count: COUNT, end: sql`` }
    case 'mysql': {
      const bytes = dialect.name === 'mysql' ? BYTES.mysql : BYTES.mariadb
      const end = sql` ENGINE = InnoDB, ${bytes}`
      return { key: sql`VARCHAR(255)`, text: sql`LONGTEXT`, count: COUNT, end }
    }
    default:
      return kind satisfies never
  }
}

/** Pieces with commas between them. */
const listed = (pieces: readonly Fragment[]): Fragment =>
  pieces.reduce((before, piece) => sql`${before}, ${piece}`)

/** What the statements that make tables are made of. */
function partsOf(connected: Pick<Connected, 'kind' | 'dialect'>, prefix: string) {
  const { identifier } = connected.dialect
  const { key, text, count, end } = typesOf(connected)
  const named = (name: keyof Tables) => identifier(`${prefix}${name}`)
  const list = (names: readonly string[]) => listed(names.map(identifier))
  const column = (name: string, type: Fragment) => sql`${identifier(name)} ${type}`
  const required = (name: string, type: Fragment) => sql`${column(name, type)} NOT NULL`
  const primary = (...names: readonly string[]) => sql`PRIMARY KEY (${list(names)})`
  const table = (name: keyof Tables, ...columns: readonly Fragment[]) =>
    sql`CREATE TABLE ${named(name)} (${listed(columns)})${end}`
  const index = (name: keyof Tables, suffix: string, ...names: readonly string[]) =>
    sql`CREATE INDEX ${identifier(`${prefix}${name}_${suffix}`)} ON ${named(name)} (${list(names)})`
  return { key, text, count, named, column, required, primary, table, index }
}

/** The statements that make the tables of who is online. */
export function connectionTables(
  connected: Pick<Connected, 'kind' | 'dialect'>,
  prefix: string,
): readonly string[] {
  const { key, count, column, required, primary, table, index } = partsOf(connected, prefix)
  const statements = [
    table(
      'connections',
      required('user_id', key),
      required('process', key),
      required('online_until', count),
      primary('user_id', 'process'),
    ),
    index('connections', 'due', 'process', 'online_until'),
    table('processes', sql`${column('id', key)} PRIMARY KEY`, required('lease_until', count)),
  ]
  return statements.map((statement) => compileSql(statement, connected).text)
}

/** The statements that make the table of the answers to requests with an idempotency key. */
export function answerTables(
  connected: Pick<Connected, 'kind' | 'dialect'>,
  prefix: string,
): readonly string[] {
  const { key, text, count, column, required, table, index } = partsOf(connected, prefix)
  const statements = [
    table(
      'answers',
      sql`${column('id', key)} PRIMARY KEY`,
      required('fingerprint', key),
      required('owner', key),
      required('lease_until', count),
      column('status', count),
      column('body', text),
      required('at', count),
    ),
    index('answers', 'at', 'at'),
  ]
  return statements.map((statement) => compileSql(statement, connected).text)
}

/** The statements that make the tables of webhooks. */
export function webhookTables(
  connected: Pick<Connected, 'kind' | 'dialect'>,
  prefix: string,
): readonly string[] {
  const { key, text, count, column, required, table, index } = partsOf(connected, prefix)
  const event = [
    sql`${column('id', key)} PRIMARY KEY`,
    required('webhook_id', key),
    required('seq', count),
    required('user_id', key),
    required('type', key),
    required('body', text),
    required('at', count),
    required('attempts', count),
  ]
  const statements = [
    table(
      'webhooks',
      sql`${column('id', key)} PRIMARY KEY`,
      required('url', text),
      column('description', text),
      required('event_types', text),
      required('secrets', text),
      required('enabled', count),
      column('disabled_reason', key),
      required('seq', count),
      required('paused_until', count),
      column('failing_since', count),
      column('last_error', text),
      column('last_error_at', count),
      column('worker', key),
      required('lease_until', count),
      required('created_at', key),
      required('updated_at', key),
    ),
    table('webhook_deliveries', ...event, column('due_at', count)),
    index('webhook_deliveries', 'due', 'webhook_id', 'due_at'),
    index('webhook_deliveries', 'user', 'webhook_id', 'user_id', 'seq'),
    table('webhook_dead_letters', ...event, required('error', text), required('failed_at', count)),
    index('webhook_dead_letters', 'webhook', 'webhook_id', 'seq'),
    index('webhook_dead_letters', 'failed', 'failed_at'),
  ]
  return statements.map((statement) => compileSql(statement, connected).text)
}

/** The statements that make the tables beside that of the users. */
export function ownTables(
  connected: Pick<Connected, 'kind' | 'dialect'>,
  prefix: string,
): readonly string[] {
  const { key, text, count, named, column, required, primary, table, index } = partsOf(
    connected,
    prefix,
  )
  const statements = [
    table('clock', sql`${column('id', count)} PRIMARY KEY`, required('seq', count)),
    sql`INSERT INTO ${named('clock')} (id, seq) VALUES (1, 0)`,
    table(
      'changes',
      sql`${column('seq', count)} PRIMARY KEY`,
      required('user_id', key),
      column('old_user', text),
      column('new_user', text),
      required('at', count),
    ),
    index('changes', 'at', 'at'),
    table('usernames', required('name', key), required('user_id', key), primary('name', 'user_id')),
    index('usernames', 'user', 'user_id'),
    table(
      'username_claims',
      required('scope', key),
      required('name', key),
      required('user_id', key),
      primary('scope', 'name'),
    ),
    index('username_claims', 'user', 'user_id'),
    table(
      'tasks',
      sql`${column('id', key)} PRIMARY KEY`,
      required('type', key),
      required('status', key),
      required('options', text),
      column('result', text),
      column('error', text),
      column('worker', key),
      required('lease_until', count),
      required('created_at', key),
      required('updated_at', key),
    ),
    index('tasks', 'due', 'status', 'lease_until'),
    table(
      'task_users',
      required('task_id', key),
      required('place', count),
      required('user_id', key),
      required('done', count),
      column('result', text),
      column('error', text),
      primary('task_id', 'place'),
    ),
    table('settings', sql`${column('name', key)} PRIMARY KEY`, required('value', key)),
    table(
      'imports',
      sql`${column('id', key)} PRIMARY KEY`,
      required('bytes', count),
      required('lines', count),
      required('users', count),
      required('bad', count),
      required('updated_at', key),
    ),
    ...(connected.kind === 'sqlite'
      ? [
          sql`CREATE TABLE ${named('words')} (field TEXT NOT NULL, word TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (field, word, user_id)) STRICT, WITHOUT ROWID`,
        ]
      : []),
  ]
  return statements.map((statement) => compileSql(statement, connected).text)
}

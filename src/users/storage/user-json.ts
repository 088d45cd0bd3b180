// Longer than most files here: the JSON of a user, as each of the databases makes it.

/**
 * Users as JSON, made by the database: a user that is only read and sent needs no parsing of its
 * columns and no printing. A page of thirty takes a third of the time.
 */

import {
  compileSql,
  type Dialect,
  type Fragment,
  type Page,
  pageOf,
  type Query,
  type Statement,
  sql,
} from '../../index.ts'
import type { User } from '../user.ts'
import type { Connected, DatabaseKind } from './connect.ts'

/** The fields that are in the column `details`, as JSON. */
const DETAILS = [
  'blocked_user_ids',
  'teams_role',
  'devices',
  'privacy_settings',
  'push_notifications',
] as const satisfies readonly (keyof User)[]

type Detail = (typeof DETAILS)[number]

const isDetail = <F extends keyof User>(field: F): field is F & Detail =>
  (DETAILS as readonly (keyof User)[]).includes(field)

/** How a database writes values as JSON; of NULL, and of what is damaged, NULL. */
interface Printing {
  text(column: Fragment): Fragment
  object(column: Fragment): Fragment
  list(column: Fragment): Fragment
  integer(column: Fragment): Fragment
  concat(pieces: readonly Fragment[]): Fragment
}

/** With more digits it may be beyond 2^53, which is an error. */
const short = (digits: Fragment): Fragment =>
  sql`CASE WHEN length(${digits}) <= 15 THEN ${digits} END`

const barred = (pieces: readonly Fragment[]): Fragment =>
  pieces.reduce((before, piece) => sql`${before} || ${piece}`)
const mysqlConcat = (pieces: readonly Fragment[]): Fragment =>
  sql`CONCAT(${pieces.reduce((before, piece) => sql`${before}, ${piece}`)})`
/** Of text that is checked to be JSON only when it is written. */
const sqliteJson = (column: Fragment): Fragment =>
  sql`CASE WHEN json_valid(${column}) THEN ${column} END`
const mysqlJson = (column: Fragment): Fragment =>
  sql`CASE WHEN JSON_VALID(${column}) THEN ${column} END`

const PRINTING: Readonly<Record<DatabaseKind, Printing>> = {
  sqlite: {
    text: (column) => sql`json_quote(${column})`,
    object: sqliteJson,
    list: sqliteJson,
    integer: short,
    concat: barred,
  },
  postgres: {
    text: (column) => sql`to_json(${column})::text`,
    object: (column) => column,
    list: (column) => sql`to_json(${column})::text`,
    integer: (column) => short(sql`${column}::text`),
    concat: barred,
  },
  mysql: {
    text: (column) => sql`JSON_QUOTE(${column})`,
    object: mysqlJson,
    list: mysqlJson,
    integer: short,
    concat: mysqlConcat,
  },
}

type Kind = 'text' | 'object' | 'list' | 'integer' | 'boolean'

/** The kinds of the columns that do not hold text, and what stands for NULL where a field is always there. */
const KINDS: Readonly<Partial<Record<keyof User, Kind>>> = {
  custom: 'object',
  teams: 'list',
  avg_response_time: 'integer',
  banned: 'boolean',
  shadow_banned: 'boolean',
  invisible: 'boolean',
  online: 'boolean',
}
const REQUIRED: ReadonlySet<keyof User> = new Set<keyof User>([
  'id',
  'role',
  'created_at',
  'updated_at',
  'banned',
  'shadow_banned',
  'invisible',
  'online',
])
const DEFAULTS: Readonly<Partial<Record<keyof User, Fragment>>> = {
  custom: sql`'{}'`,
  teams: sql`'[]'`,
  language: sql`'""'`,
}

/** The names of the fields with a column of their own, as they stand in the JSON: the id first. */
const NAMES: Readonly<Record<Exclude<keyof User, Detail>, Fragment>> = {
  id: sql`'{"id":'`,
  role: sql`',"role":'`,
  name: sql`',"name":'`,
  image: sql`',"image":'`,
  username: sql`',"username":'`,
  custom: sql`',"custom":'`,
  teams: sql`',"teams":'`,
  language: sql`',"language":'`,
  banned: sql`',"banned":'`,
  shadow_banned: sql`',"shadow_banned":'`,
  invisible: sql`',"invisible":'`,
  online: sql`',"online":'`,
  ban_expires: sql`',"ban_expires":'`,
  created_at: sql`',"created_at":'`,
  updated_at: sql`',"updated_at":'`,
  deactivated_at: sql`',"deactivated_at":'`,
  deleted_at: sql`',"deleted_at":'`,
  last_active: sql`',"last_active":'`,
  revoke_tokens_issued_before: sql`',"revoke_tokens_issued_before":'`,
  avg_response_time: sql`',"avg_response_time":'`,
}

/** Where the details have each of them, and its name as it stands in the JSON. */
const DETAIL_PATHS: Readonly<Record<Detail, Fragment>> = {
  blocked_user_ids: sql`'$.blocked_user_ids'`,
  teams_role: sql`'$.teams_role'`,
  devices: sql`'$.devices'`,
  privacy_settings: sql`'$.privacy_settings'`,
  push_notifications: sql`'$.push_notifications'`,
}
const DETAIL_NAMES: Readonly<Record<Detail, Fragment>> = {
  blocked_user_ids: sql`',"blocked_user_ids":'`,
  teams_role: sql`',"teams_role":'`,
  devices: sql`',"devices":'`,
  privacy_settings: sql`',"privacy_settings":'`,
  push_notifications: sql`',"push_notifications":'`,
}

/** The user of a record, as far as the database writes it; NULL if it cannot. */
export interface UserRecord {
  readonly user: string | null
  readonly details: string | null
}

/** The JSON of a user up to its details, without the last brace; NULL if a column is damaged. */
function beginningOf(
  { kind, dialect }: Pick<Connected, 'kind' | 'dialect'>,
  fields: readonly (keyof User)[],
): Fragment {
  const { identifier } = dialect
  const printing = PRINTING[kind]
  const pieces = fields
    .filter((field): field is Exclude<keyof User, Detail> => !isDetail(field))
    .map((field) => {
      const column = identifier(field)
      const name = NAMES[field]
      const kindOf = KINDS[field] ?? 'text'
      const value =
        kindOf === 'boolean'
          ? sql`CASE WHEN ${column} THEN 'true' WHEN NOT ${column} THEN 'false' END`
          : printing[kindOf](column)
      const named = printing.concat([name, value])
      if (REQUIRED.has(field)) return named
      const byDefault = DEFAULTS[field]
      const absent = byDefault === undefined ? sql`''` : printing.concat([name, byDefault])
      return sql`CASE WHEN ${column} IS NULL THEN ${absent} ELSE ${named} END`
    })
  return printing.concat(pieces)
}

/**
 * The whole JSON of a user in SQLite, made of the columns of the table; NULL if one of them is damaged.
 * Where the details are not JSON, the statement fails.
 */
export function wholeUser(dialect: Dialect, fields: readonly (keyof User)[]): Fragment {
  const beginning = beginningOf({ kind: 'sqlite', dialect }, fields)
  const details = dialect.identifier('details')
  const shown = fields.filter(isDetail)
  const absent = shown.includes('blocked_user_ids') ? sql`',"blocked_user_ids":[]}'` : sql`'}'`
  if (shown.length === 0) return sql`${beginning} || '}'`
  const pieces = shown.map((field) => {
    const value = sql`${details} -> ${DETAIL_PATHS[field]}`
    const none = field === 'blocked_user_ids' ? sql`',"blocked_user_ids":[]'` : sql`''`
    return sql`coalesce(${DETAIL_NAMES[field]} || (${value}), ${none})`
  })
  return sql`${beginning} || CASE WHEN ${details} IS NULL THEN ${absent} WHEN json_type(${details}) = 'object' THEN ${barred(pieces)} || '}' END`
}

/**
 * Makes a statement that gives the users of another as JSON, as records of {@link UserRecord}. A
 * field that is required and NULL, or damaged, makes `user` NULL.
 */
export function jsonSelection(
  { kind, dialect }: Pick<Connected, 'kind' | 'dialect'>,
  fields: readonly (keyof User)[],
): (users: Statement) => Statement {
  const { identifier } = dialect
  const beginning = beginningOf({ kind, dialect }, fields)
  const details = fields.some(isDetail) ? identifier('details') : sql`NULL`
  // Two texts without parameters, rendered once: what stands between is rendered for each page.
  const textOf = (fragment: Fragment): string => compileSql(fragment, { dialect }).text
  const head = textOf(
    sql`SELECT ${beginning} AS ${identifier('user')}, ${details} AS ${identifier('details')} FROM (`,
  )
  const tail = textOf(sql`) AS ${identifier('page')}`)
  return ({ text, params }) => ({ text: `${head}${text}${tail}`, params })
}

/** Whether the JSON of these fields can be made: one that is always there comes first. */
export const canSelectJson = (fields: readonly (keyof User)[]): boolean => fields[0] === 'id'

/**
 * The page of records that were found for a query, from its beginning or after a cursor; undefined
 * where one of them is damaged.
 */
export function textPageOf(
  query: Query,
  records: readonly UserRecord[],
  fields: readonly (keyof User)[],
): Page<string> | undefined {
  const texts: string[] = []
  for (const record of records) {
    const text = jsonOf(record, fields)
    if (text === undefined) return undefined
    texts.push(text)
  }
  const items = texts.slice(0, query.limit)
  const [first] = items
  const last = items.at(-1)
  const isAlone = texts.length <= query.limit && query.from === undefined && query.offset === 0
  if (isAlone || first === undefined || last === undefined) return { items }
  // Only the first and the last become cursors, so only these are parsed.
  const rows: unknown[] = Array(texts.length).fill(JSON.parse(last))
  rows[0] = JSON.parse(first)
  return { ...pageOf(query, rows), items }
}

/** The whole JSON of a record; undefined if it is damaged. */
export function jsonOf(
  { user, details }: UserRecord,
  fields: readonly (keyof User)[],
): string | undefined {
  if (user === null) return undefined
  if (details === null) {
    return fields.includes('blocked_user_ids') ? `${user},"blocked_user_ids":[]}` : `${user}}`
  }
  const values = parsedDetails(details)
  if (values === undefined) return undefined
  const pieces = fields.filter(isDetail).map((field) => {
    const value = values[field] ?? (field === 'blocked_user_ids' ? [] : undefined)
    return value === undefined ? '' : `,"${field}":${JSON.stringify(value)}`
  })
  return `${user}${pieces.join('')}}`
}

function parsedDetails(text: string): { readonly [K in Detail]?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? value : undefined
  } catch {
    return undefined
  }
}

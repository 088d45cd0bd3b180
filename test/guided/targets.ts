// Longer than most files here: what each target asks for, and what must be true of every answer, is
// read together.

/** What the fuzzer runs: each target takes any text, and throws where tamis breaks a promise. */

import { deepStrictEqual as equal } from 'node:assert'
import {
  boolean,
  type Condition,
  compileCount,
  compileFilter,
  compilePredicate,
  compileQuery,
  costOf,
  countRows,
  createTable,
  type Dialect,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  FilterError,
  integer,
  list,
  not,
  number,
  object,
  parseFilter,
  parseQuery,
  printFilter,
  relativeTime,
  runQuery,
  type Schema,
  safeParseFilter,
  safeParseQuery,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { createCollection } from 'tamis/collection'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import {
  completionsAt,
  formatFilter,
  safeParseFilterText,
  safeParseQueryString,
  safeParseQueryText,
} from 'tamis/text'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from '../support/text-cases.ts'
import { http } from './http-target.ts'
import { readValue } from './values.ts'

export interface Target {
  /** Throws, or rejects, where a promise is broken. */
  run(input: string): unknown
  /** Inputs to begin with. */
  readonly seeds: readonly string[]
  /** What may be inserted into one. */
  readonly tokens: readonly string[]
}

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ operators: TEXT_OPERATORS, sortable: true }),
    email: string({ insensitive: true }),
    role: enumeration(['admin', 'user', 'guest'], { sortable: true }),
    age: integer({ sortable: true }),
    score: number({ sortable: true }),
    price: decimal({ precision: 10, scale: 2 }),
    banned: boolean(),
    at: timestamp({ sortable: true }),
    born: date(),
    token: uuid(),
    teams: list(string()),
    ranks: list(integer()),
    items: list(object({ sku: string(), quantity: integer() })),
    secret: string({ hidden: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer'], { operators: JSON_TEXT_OPERATORS }),
  },
  defaultSort: [{ field: 'at', direction: -1 }],
  relativeTime: relativeTime(),
})

const DIALECTS: readonly Dialect<unknown>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

const ROWS: readonly object[] = [
  { id: 'a', name: 'Ana García', role: 'admin', age: 18, teams: ['x'], custom: { k: 1 } },
  { id: 'b', email: 'B@x.org', at: '2026-01-01T00:00:00Z', banned: true, items: [{ sku: 'a' }] },
  { id: 'c', score: 1.5, price: '1.50', born: '2000-02-29', ranks: [1, 2], secret: 'hidden' },
  { id: 'd', name: 'İpek', age: null, teams: [], custom: { k: 'text', deep: { er: true } } },
]

const OPERATORS = [
  '$eq',
  '$ne',
  '$in',
  '$nin',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$exists',
  '$contains',
  '$size',
  '$all',
  '$elemMatch',
  '$autocomplete',
  '$startsWith',
  '$includes',
  '$iin',
  '$ieq',
  '$not',
  '$and',
  '$or',
  '$nor',
  '$now',
] as const
const NAMES = [...schema.fields.keys(), 'custom.k', 'custom.deep.er', 'items.sku', '__proto__']
const VALUES = ['admin', 'a', '18', '1.50', '-7d', '2026-01-01T00:00:00Z', '2000-02-29', '']
const WORDS = [...NAMES, ...OPERATORS, ...VALUES]
const OPTIONS = ['filter_conditions', 'sort', 'limit', 'offset', 'next', 'prev', 'id_gt', 'fields']

/** Only a FilterError or, of a dialect that cannot say it, a TypeError of ours. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof FilterError ||
    (error instanceof TypeError && error.message.startsWith('tamis: '))
  )
}

function orRefused<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

const isVisible = (condition: Condition): boolean => {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return condition.conditions.every(isVisible)
  }
  return !condition.field.hidden && (condition.kind === 'leaf' || isVisible(condition.condition))
}

/** One dialect for each input: all of them would take most of the time. */
const dialectOf = (input: string): Dialect<unknown> => DIALECTS[input.length % DIALECTS.length]!

/** What must be true of every condition that a client's filter has led to. */
function checkCondition(condition: Condition, dialect: Dialect<unknown>): void {
  const now = 1_780_000_000_000
  const holds = compilePredicate(condition, { now })
  const fails = compilePredicate(not(condition), { now })
  for (const row of ROWS) equal(holds(row), !fails(row), 'a filter and its negation')
  equal(countRows(condition, ROWS, { now }), ROWS.filter(holds).length, 'the count')
  equal(costOf(condition) >= 0, true)
  equal(isVisible(condition), true, 'a hidden field is asked')
  const statement = orRefused(() => compileFilter(condition, { dialect, now }))
  if (statement === undefined) return
  equal(isBalanced(statement.text, dialect.name), true, `not one expression: ${statement.text}`)
}

const idsOf = (page: { readonly items: readonly unknown[] }): unknown[] =>
  page.items.map((row) => (row as { readonly id: unknown }).id)

const collection = createCollection(schema, { rows: ROWS as never })

/** What must be true of every query that a client's payload has led to. */
function checkQuery(query: ReturnType<typeof parseQuery>, dialect: Dialect<unknown>): void {
  const page = orRefused(() => runQuery(query, ROWS))
  const other = orRefused(() => collection.query(query as never))
  equal(page === undefined, other === undefined, 'the collection refuses')
  if (page === undefined || other === undefined) return
  equal(idsOf(other), idsOf(page), 'the page of the collection')
  equal(page.items.length <= query.limit, true, 'the limit')
  const target = { dialect, table: 'people', lookAhead: true } as const
  orRefused(() => compileQuery(query, target))
  orRefused(() => compileCount(query, target))
}

/** The text of a printed filter leads to the same condition. */
function checkPrinted(condition: Condition): void {
  const printed = printFilter(condition)
  const again = safeParseFilter(schema, printed)
  // A filter may be at a limit that its printed form is over.
  if (again.ok) equal(printFilter(again.value), printed, 'the filter that was printed')
}

/** Each issue has what a stranger needs. */
function checkIssues(issues: readonly { readonly code: string; readonly message: string }[]): void {
  equal(issues.length >= 1 && issues.length <= 20, true, 'the number of issues')
  for (const issue of issues) {
    equal(issue.code !== '' && issue.message !== '', true)
    equal(issue.message.includes('secret'), false, 'the name of a hidden field')
  }
}

export const targets: Readonly<Record<string, Target>> = {
  http,
  text: {
    run(input) {
      const relaxed = safeParseFilterText(schema, input, { relaxed: true })
      const strict = safeParseFilterText(schema, input)
      if (strict.ok) equal(relaxed.ok, true, 'a strict text is a relaxed one')
      if (input.length % 8 === 0) completionsAt(schema, input, input.length >> 1)
      if (!relaxed.ok) {
        if (!input.includes('secret')) checkIssues(relaxed.issues)
        return
      }
      checkCondition(relaxed.value, dialectOf(input))
      checkPrinted(relaxed.value)
      const formatted = formatFilter(input)
      const again = safeParseFilterText(schema, formatted, { relaxed: true })
      equal(again.ok, true, 'the formatted text is read')
      if (again.ok) {
        equal(printFilter(again.value), printFilter(relaxed.value), 'the formatted text')
      }
    },
    seeds: [
      '{"role": {"$in": ["admin"]}, "custom.k": {"$gte": 18}}',
      "{role: 'admin', // staff\n $or: [{age: {$gte: 18}}, {at: {$lt: '2026-01-01T00:00:00Z'}}]}",
      '{items: {$elemMatch: {sku: "a", quantity: {$gt: 1}}}, name: {$not: {$startsWith: "A"}}}',
      '{at: {$gte: {$now: "-7d"}}, price: {$lte: 1.50}, teams: {$contains: ["x", "y"]}}',
    ],
    tokens: [
      ...WORDS.map((word) => JSON.stringify(word)),
      ...WORDS,
      ...['{', '}', '[', ']', ':', ',', '/*', '*/', '//', '\\u0000', '\ud800', '1e308', 'null'],
    ],
  },
  queryString: {
    run(input) {
      const result = safeParseQueryString(schema, input)
      if (result.ok) {
        checkCondition(result.value.condition, dialectOf(input))
        checkQuery(result.value, dialectOf(input))
      } else if (!/secret|%/i.test(input)) checkIssues(result.issues)
    },
    seeds: [
      'role[$in]=admin,user&sort=-at,id&limit=5',
      'filter={"role":"admin"}&limit=2&offset=1',
      'name=Ana&age=18&limit=1',
      'teams[]=x&teams[]=y&custom.k[$gte]=18&at[$lt]=2026-01-01T00:00:00%2B02:00',
    ],
    tokens: [...WORDS, ...OPTIONS, '[', ']', '=', '&', '%', '%2B', '+', ',', 'filter', 'null'],
  },
  payload: {
    run(input) {
      const result = safeParseQueryText(schema, input)
      if (!result.ok) {
        if (!input.includes('secret')) checkIssues(result.issues)
        return
      }
      checkCondition(result.value.condition, dialectOf(input))
      checkQuery(result.value, dialectOf(input))
    },
    seeds: [
      '{"filter_conditions": {"role": "admin"}, "sort": [{"at": -1}], "limit": 2}',
      '{"filter_conditions": {}, "sort": [{"field": "age", "direction": 1, "nulls": "last"}], "id_gt": "a"}',
      '{"filter_conditions": {}, "limit": 1}',
    ],
    tokens: [...WORDS, ...OPTIONS].map((word) => JSON.stringify(word)),
  },
  cursor: {
    run(input) {
      for (const payload of [{ next: input }, { prev: input, sort: [{ age: 1 }] }]) {
        const query = orRefused(() => parseQuery(schema, payload))
        if (query !== undefined) checkQuery(query, dialectOf(input))
      }
      // A cursor of this query, with some of its units changed, is refused or is a page of it.
      const sort = [{ name: 1 }] as const
      const next = runQuery(parseQuery(schema, { sort, limit: 1 }), ROWS).next ?? ''
      const [at = 0, unit = 0, length = 0] = [...input].map((each) => each.charCodeAt(0))
      const from = at % (next.length + 1)
      const changed =
        next.slice(0, from) + String.fromCharCode(unit) + next.slice(from + (length % 3))
      const query = orRefused(() => parseQuery(schema, { sort, next: changed }))
      if (query !== undefined) checkQuery(query, dialectOf(input))
    },
    seeds: ['eyJ2IjpbIjEiXX0', 'abc', ''],
    tokens: ['eyJ', 'IiwiYSI', '=', '-', '_', '.', '9', 'A'],
  },
  objects: {
    run(input) {
      const value = readValue(input, WORDS)
      const result = safeParseFilter(schema, value)
      if (result.ok) checkCondition(result.value, dialectOf(input))
      else equal(result.issues.length <= 20, true)
      const payload = safeParseQuery(schema, readValue(input.slice(1), [...WORDS, ...OPTIONS]))
      if (payload.ok) checkQuery(payload.value, dialectOf(input))
    },
    seeds: ['\u0001\u0001\u0002\u0006\u0006', '\u0000\u0002\u0001\u0009\u0005\u0003\u0004\u0001'],
    tokens: Array.from({ length: 60 }, (_, i) => String.fromCharCode(i)),
  },
  rows: {
    run(input) {
      const row = readValue(input, NAMES)
      const rows = [row, ...ROWS]
      for (const filter of FILTERS) {
        const condition = parseFilter(schema, filter)
        const holds = tryRow(() => compilePredicate(condition)(row))
        const fails = tryRow(() => compilePredicate(not(condition))(row))
        if (holds === undefined || fails === undefined) continue
        equal(holds, !fails, 'a row and its negation')
        equal(
          tryRow(() => countRows(condition, rows)) ?? 'threw',
          (holds ? 1 : 0) + counted(condition),
        )
      }
    },
    seeds: ['\u0001\u0003\u0001\u0006\u0002', '\u0018\u0002\u0001\u0009\u0005'],
    tokens: Array.from({ length: 60 }, (_, i) => String.fromCharCode(i)),
  },
  names: {
    run(input) {
      const name = input.slice(0, 40)
      const made = orRefused(() =>
        defineSchema({
          fields: {
            id: string({ required: true }),
            [name]: integer({ sortable: true }),
            [`${input.slice(40, 80)}.*`]: dynamic(['string']),
          },
          defaultSort: [{ field: 'id', direction: 1 }],
        }),
      )
      const mapping = { id: { column: name }, age: { column: input.slice(-20) } } as const
      const plain = defineSchema({ fields: { id: string({ required: true }), age: integer() } })
      const schema: Schema = made ?? plain
      for (const dialect of DIALECTS) {
        const tables = [
          orRefused(() => createTable(schema, { dialect, table: name })),
          orRefused(() => createTable(plain, { dialect, table: 'people', mapping })),
        ]
        const condition = parseFilter(plain, { id: 'a', age: { $gt: 1 } })
        const filter = orRefused(() => compileFilter(condition, { dialect, mapping }))
        for (const text of [...tables.flatMap((each) => each ?? []), filter?.text ?? '']) {
          equal(isBalanced(text, dialect.name), true, `a name ends a statement: ${text}`)
        }
      }
    },
    seeds: ['age', 'a"b', 'a`b', "a'b", 'a\\b', 'a;--', 'custom', 'a.b'],
    tokens: ['"', '`', "'", '\\', ';', '--', '/*', '\0', '\ud800', '.', '*', '$', '__proto__', 'é'],
  },
}

const FILTERS: readonly Readonly<Record<string, unknown>>[] = [
  { id: 'a' },
  { name: { $includes: 'a' } },
  { email: { $in: ['a', null] } },
  { age: { $gte: 18 } },
  { price: { $lt: 2 } },
  { at: { $exists: true } },
  { teams: { $contains: 'x' } },
  { ranks: { $size: 2 } },
  { items: { $elemMatch: { sku: 'a' } } },
  { 'custom.k': 1 },
  { 'custom.deep.er': { $ne: true } },
  { $nor: [{ score: 1.5 }, { born: '2000-02-29' }] },
]

const counted = (condition: Condition): number => countRows(condition, ROWS)

/** What a row's own code throws is the server's to see; undefined then. */
function tryRow<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    // Code of the row, and a revoked proxy.
    if (/^a (getter|proxy) threw$|revoked/.test(message) || isRefusal(error)) return undefined
    throw error
  }
}

/** Texts, names and comments as each database reads them. */
const QUOTED = {
  plain: /'(?:[^']|'')*'|"(?:[^"]|"")*"/g,
  mysql: /'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`/gs,
  clickhouse: /'(?:[^'\\]|''|\\.)*'|`(?:[^`\\]|``|\\.)*`/gs,
} as const

const quotedIn = (dialect: string): RegExp => {
  if (dialect === 'clickhouse') return QUOTED.clickhouse
  return dialect === 'mysql' || dialect === 'mariadb' ? QUOTED.mysql : QUOTED.plain
}

/** Whether quotes are closed, and nothing outside of them ends a statement or begins a comment. */
const isBalanced = (text: string, dialect: string): boolean =>
  !/["'`;]|--|\/\*/.test(text.replaceAll(quotedIn(dialect), ' quoted '))

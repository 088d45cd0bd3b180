import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import {
  boolean,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  type Dialect,
  defineSchema,
  dynamic,
  FilterError,
  insertRow,
  integer,
  list,
  number,
  pageOf,
  parseQuery,
  printFilter,
  readRow,
  runQuery,
  safeParseFilter,
  safeParseQuery,
  string,
  timestamp,
  wordsOf,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import {
  completionsAt,
  formatFilter,
  safeParseFilterText,
  safeParseQueryString,
  safeParseQueryText,
} from 'tamis/text'
import { readRows } from '../../docs/playground/rows-text.ts'
import { printable } from '../../src/cli/mistake.ts'
import { sift } from '../../src/compat/sift.ts'
import type { Issue } from '../../src/error/issue.ts'
import { sourceOf } from '../../src/error/source.ts'
import { decimal } from '../../src/kinds/decimal.ts'
import { parseJson, printJson } from '../../src/kinds/json.ts'
import { parseStrictJson } from '../../src/users/http/strict-json.ts'
import { compared } from '../../src/users/username.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from './text-cases.ts'

/**
 * Whether the time that a function takes grows as its input does: fragments are repeated to two
 * lengths through every function that takes text or rows.
 */

export const SMALL = 8_000
export const LARGE = 64_000

const dialects: Readonly<Record<string, Dialect<unknown>>> = {
  sqlite,
  postgres,
  mariadb,
  duckdb,
  clickhouse,
}

const fields = {
  id: string({ required: true, sortable: true }),
  name: string({ operators: TEXT_OPERATORS, sortable: true }),
  role: string(),
  age: integer({ sortable: true }),
  score: number(),
  banned: boolean(),
  at: timestamp({ sortable: true }),
  tags: list(string()),
  ranks: list(integer()),
  'custom.level': integer(),
  'custom.*': dynamic(['string', 'boolean', 'integer'], { operators: JSON_TEXT_OPERATORS }),
} as const
const defaultSort = [{ field: 'id', direction: 1 }] as const

const schema = defineSchema({ fields, defaultSort })

/** What has an ordinary index has a bound in some databases; other texts are stored at any length. */
const { 'custom.level': _, ...unbounded } = fields
const stored = defineSchema({
  fields: { ...unbounded, name: string({ operators: TEXT_OPERATORS }) },
  defaultSort,
})

/** Caps that are met before a text is read in depth would hide how the rest grows. */
const limits = { length: 1e9, tokens: 1e9 }

const shown = (issues: readonly Issue[], text?: string): string => {
  const [first, ...others] = issues
  if (first === undefined) return ''
  const error = new FilterError([first, ...others], text === undefined ? undefined : sourceOf(text))
  return `${error.message}${String(error)}${JSON.stringify(error)}`
}

/** The argument that is made of a text is made once and not timed in later runs. */
function once<T>(make: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly made: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, made: make(text) }
    return last.made
  }
}

/** Cut into pieces of any length, as elements and keys. */
const cutUp = (text: string): string[] => text.match(/[\s\S]{1,40}/gu) ?? []

const piecesOf = once(cutUp)

const rowOf = once((text) => ({
  id: 'a',
  name: text,
  role: text,
  at: text,
  tags: piecesOf(text),
  ranks: piecesOf(text),
  custom: {
    color: text,
    level: text,
    [text]: text,
    deep: { list: piecesOf(text), [text]: [text] },
  },
}))

/** A document of as many members as the text has pieces, and one that nests as they say. */
function nested(text: string, levels: number): object {
  const own: Record<string, unknown> = {}
  let inner: Record<string, unknown> = own
  for (const [i, piece] of piecesOf(text).entries()) {
    inner[`${piece}${i}`] = piece
    if (i < levels) {
      const next = {}
      inner[piece] = next
      inner = next
    }
  }
  return own
}

const documentOf = once((text) => nested(text, 400))
/** As deep as every database stores. */
const shallowOf = once((text) => nested(text, 20))

const numbersOf = once((text) => piecesOf(text).map((_, i) => i))
const listText = once((text) => JSON.stringify([text, piecesOf(text)]))
const rowText = once((text) => JSON.stringify(rowOf(text)))
const documentText = once((text) => JSON.stringify(documentOf(text)))

const asValue = (text: string): string => text.replace(/[%&+#=]/g, encodeURIComponent)

/** A text that is well-formed, so that what refuses other text does not end it at once. */
const wellFormed = once((text) => text.toWellFormed().replaceAll('\0', '0'))

const predicates = Object.entries({
  eq: { name: 'x' },
  ne: { name: { $ne: 'x' } },
  gt: { name: { $gt: 'x' } },
  range: { name: { $gte: 'a', $lt: 'x' } },
  in: { name: { $in: ['x', 'y', null] } },
  nin: { role: { $nin: Array.from({ length: 50 }, (_, i) => `x${i}`) } },
  exists: { name: { $exists: true } },
  word: { name: { $autocomplete: 'ab' } },
  words: { name: { $autocomplete: 'élan vital ab' } },
  starts: { name: { $startsWith: 'ab' } },
  includes: { name: { $includes: 'ba' } },
  ieq: { name: { $ieq: 'É' } },
  iincludes: { name: { $iincludes: 'é' } },
  tags: { tags: 'x' },
  tagsAll: { tags: { $eq: ['a', 'b'] } },
  contains: { tags: { $contains: 'a' } },
  at: { at: { $gt: '2024-05-01T12:00:00Z' } },
  custom: { 'custom.color': { $autocomplete: 'ab cd' } },
  customEq: { $nor: [{ 'custom.color': 'x' }] },
}).map(([name, filter]) => {
  const holds = compilePredicate(condition(schema, filter as never))
  return [`predicate ${name}`, (text: string) => holds(rowOf(text))] as const
})

/** Conditions that take any text as their operand. */
const operands: Readonly<Record<string, (text: string) => object>> = {
  $eq: (text) => ({ name: text }),
  $gte: (text) => ({ name: { $gte: text } }),
  $in: (text) => ({ name: { $in: piecesOf(text) } }),
  $autocomplete: (text) => ({ name: { $autocomplete: `${text} a` } }),
  $startsWith: (text) => ({ name: { $startsWith: `${text}a` } }),
  $endsWith: (text) => ({ name: { $endsWith: `${text}a` } }),
  $includes: (text) => ({ name: { $includes: `${text}a` } }),
  $istartsWith: (text) => ({ name: { $istartsWith: `${text}a` } }),
  $iin: (text) => ({ name: { $iin: piecesOf(text) } }),
  tags: (text) => ({ tags: { $eq: piecesOf(text) } }),
  contains: (text) => ({ tags: { $contains: text } }),
  at: (text) => ({ at: { $gte: text } }),
  custom: (text) => ({ [`custom.${text}`]: text }),
  or: (text) => ({ $or: piecesOf(text).map((piece) => ({ name: piece })) }),
}

const FIRST = {
  id: 'a',
  name: 'ab élan vital',
  tags: ['a', 'b'],
  custom: { color: 'ab' },
}

const untrusted = Object.entries(operands).map(([name, filterOf]) => {
  const take = (text: string) => {
    const result = safeParseFilter(schema, filterOf(text))
    if (!result.ok) return shown(result.issues)
    return JSON.stringify(printFilter(result.value), (_, own) => own)
  }
  return [`parseFilter ${name}`, take] as const
})

const trusted = Object.entries(operands)
  .filter(([name]) => name !== 'at' && name !== 'custom')
  .flatMap(([name, filterOf]) => [
    [
      `condition ${name}`,
      (text: string) => {
        const own = condition(schema, filterOf(wellFormed(text)) as never)
        printFilter(own)
        const holds = compilePredicate(own)
        return [holds(FIRST), holds(rowOf(text))]
      },
    ] as const,
    ...Object.values(dialects).map((dialect) => {
      const take = (text: string) => {
        const own = condition(schema, filterOf(wellFormed(text)) as never)
        return compileFilter(own, { dialect: dialect as never })
      }
      return [`compileFilter ${name} ${dialect.name}`, take] as const
    }),
  ])

const stores = Object.values(dialects).flatMap((dialect) => {
  const insert = insertRow(stored, { dialect, table: 'people' })
  const read = readRow(schema, { dialect })
  const record = (json: string, own = json) => ({
    id: 'a',
    name: own,
    at: own,
    age: own,
    score: own,
    tags: json,
    custom: json,
    'custom.*': json,
  })
  /** The time to refuse values that drivers do not return or databases do not store counts, too. */
  const tried = (run: () => unknown) => {
    try {
      return run()
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return error
      throw error
    }
  }
  return [
    [`insertRow ${dialect.name}`, (text: string) => insert(rowOf(text))],
    [
      `insertRow of a document ${dialect.name}`,
      (text: string) => insert({ id: 'a', custom: shallowOf(text) }),
    ],
    [
      `insertRow of a deep document ${dialect.name}`,
      (text: string) => tried(() => insert({ id: 'a', custom: documentOf(text) })),
    ],
    [
      `insertRow of numbers ${dialect.name}`,
      (text: string) => insert({ id: 'a', age: text.length, ranks: numbersOf(text) }),
    ],
    [`readRow ${dialect.name}`, (text: string) => tried(() => read(record(text)))],
    [
      `readRow of JSON ${dialect.name}`,
      (text: string) => tried(() => read(record(listText(text), text))),
    ],
    [
      `readRow of a document ${dialect.name}`,
      (text: string) => tried(() => read(record(documentText(text), text))),
    ],
  ] as const
})

const parsers = [false, true].flatMap((relaxed) => {
  const options = { relaxed, limits }
  const kind = relaxed ? 'relaxed' : 'strict'
  const told = (result: ReturnType<typeof safeParseFilterText>, text: string) =>
    result.ok ? printFilter(result.value) : shown(result.issues, text)
  return [
    [
      `parseFilterText ${kind}`,
      (text: string) => told(safeParseFilterText(schema, text, options), text),
    ],
    [
      `parseQueryText ${kind}`,
      (text: string) => {
        const result = safeParseQueryText(schema, `{"filter_conditions":${text}`, options)
        return result.ok || shown(result.issues, text)
      },
    ],
    ...[0, 0.5, 1].map((share) => [
      `completionsAt ${share} ${kind}`,
      (text: string) => completionsAt(schema, text, Math.floor(share * text.length), { relaxed }),
    ]),
  ] as const
}) as readonly Taker[]

const queryStrings = [
  ['as it is', (text: string) => text],
  ['filter', (text: string) => `filter=${asValue(text)}`],
  ['payload', (text: string) => `payload=${asValue(text)}`],
  ['sort', (text: string) => `sort=${asValue(text)}`],
  ['next', (text: string) => `next=${asValue(text)}`],
  ['name', (text: string) => `name=${asValue(text)}&age=${asValue(text)}`],
  ['custom', (text: string) => `custom.${text}`],
  ['brackets', (text: string) => `$or${text}`],
].map(([name, searchOf]) => [
  `parseQueryString ${name}`,
  (text: string) => {
    const search = (searchOf as (text: string) => string)(text)
    const result = safeParseQueryString(schema, search, { relaxed: true, limits })
    return result.ok || shown(result.issues, search)
  },
]) as readonly Taker[]

const payloads = Object.entries<(text: string) => unknown>({
  next: (text) => ({ next: text }),
  bytes: (text) => ({ prev: btoa(wellFormed(text).replace(/[^ -~]/g, '.')).replace(/=+$/, '') }),
  sort: (text) => ({ sort: text }),
  terms: (text) => ({ sort: piecesOf(text).map((field) => ({ field, direction: 1 })) }),
  keys: (text) => Object.fromEntries(piecesOf(text).map((piece, i) => [`${piece}${i}`, piece])),
  id_gt: (text) => ({ id_gt: text }),
  limit: (text) => ({ limit: text, offset: text }),
  operators: (text) => ({ filter_conditions: { name: { [text]: text, $in: text } } }),
  fields: (text) => ({
    filter_conditions: Object.fromEntries(piecesOf(text).map((piece) => [piece, piece])),
  }),
}).map(
  ([name, payloadOf]): Taker => [
    `parseQuery ${name}`,
    (text) => {
      const result = safeParseQuery(schema, payloadOf(text))
      return result.ok || shown(result.issues)
    },
  ],
)

const pages: readonly Taker[] = [undefined, 'a key of a server, 32 bytes long'].map((cursorKey) => [
  `cursors ${cursorKey === undefined ? 'checked' : 'sealed'}`,
  (text) => {
    const options = cursorKey === undefined ? {} : { cursorKey }
    const payload = { sort: [{ field: 'name', direction: 1 }], limit: 1 }
    const query = parseQuery(schema, payload, options)
    const rows = [
      { id: 'a', name: `${wellFormed(text)}` },
      { id: 'b', name: '\u{10ffff}' },
    ]
    const { next } = runQuery(query, rows)
    pageOf(query, rows)
    if (next === undefined) return undefined
    const result = safeParseQuery(schema, { ...payload, next }, options)
    return result.ok && compileQuery(result.value, { dialect: sqlite, table: 'people' })
  },
])

export type Taker = readonly [name: string, take: (text: string) => unknown]

/** Every function that takes text or rows. */
export const takers: readonly Taker[] = [
  ...parsers,
  ['formatFilter', formatFilter],
  ...queryStrings,
  ...payloads,
  ...pages,
  ['wordsOf', wordsOf],
  ['decimals', decimals],
  ['printable', printable],
  ['readRows', (text) => readRows(text, schema)],
  ['sift', (text) => refused(() => sift({ [text]: text, $or: [{ a: { $in: piecesOf(text) } }] }))],
  ['compared', compared],
  ['parseJson', (text) => quietly(() => parseJson(text))],
  ['parseJson of a list', (text) => quietly(() => parseJson(listText(text)))],
  ['printJson', (text) => printJson({ a: text, b: piecesOf(text), c: documentOf(text) }, [])],
  ['parseStrictJson', parseStrictJson],
  ['parseStrictJson of a list', (text) => parseStrictJson(rowText(text))],
  ['parseStrictJson of a document', (text) => parseStrictJson(documentText(text))],
  ...predicates,
  ...untrusted,
  ...trusted,
  ...stores,
]

/** A text as an operand of a decimal field, and in a row of one. */
function decimals(text: string): unknown {
  const kind = decimal({ precision: 10, scale: 2 })
  return [kind.operand(text), kind.tooLong?.(text), kind.read(text), kind.tooLarge?.(text)]
}

function refused(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof FilterError) return error
    throw error
  }
}

function quietly(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof SyntaxError) return error
    throw error
  }
}

/** A text made of one fragment, again and again, between a head and a tail. */
export interface Shape {
  readonly head: string
  readonly fragment: string
  readonly tail: string
}

export const fill = ({ head, fragment, tail }: Shape, length: number): string =>
  `${head}${fragment.repeat(Math.max(1, Math.floor(length / fragment.length)))}${tail}`

/** What fragments are composed of. */
export const PIECES: readonly string[] = [
  ...'{}[](),:"\'\\/`;.-+#%&=?*@$_ \t\n\r\0',
  ...'aZ019',
  ...['"a"', "'b'", '"a":', 'a:', '1', '-1', '0x1F', '1e5', '1e400', '12345678901234567890', '1.5'],
  ...['true', 'null', 'NaN', 'Infinity', 'new ', 'ISODate("', '")', 'ISODate(', 'undefined'],
  ...[
    '\\"',
    "\\'",
    '\\\n',
    '\\\\',
    '\\u0061',
    '\\u',
    '\\x41',
    '\\ud800',
    '\r\n',
    '\u2028',
    '\u00a0',
  ],
  ...['//', '/*', '*/', '// a\n', '/* a */', 'bigint:', ':::', '\\u003a'],
  ...['\u0301', '\u0316', '\u0334', '\u0345', '\u0f73', '\u0f71', '\uff9e', '\uff9f', '\u0344'],
  ...['\ufdfa', 'é', 'ß', 'ς', 'Σ', 'İ', 'ǅ', '\u1100', '\u1161', '\u11a8', '가', '漢', 'ﬁ'],
  ...['\ud83d', '\ude00', '😀', '\u{10ffff}', '\ufeff', '\u200d'],
  ...[
    '[a]',
    '[]',
    '[0]',
    '[$gt]',
    '[$in][]',
    'a=b',
    '&a=',
    '%5B',
    '%5D',
    '%00',
    '%',
    '%zz',
    '__proto__',
  ],
  ...[
    '$or',
    '$and',
    '$not',
    '$nor',
    '$in',
    '$eq',
    '$autocomplete',
    'name',
    'role',
    'custom.',
    'custom.a',
  ],
  ...[
    '"name"',
    '"name":',
    '"$or":[',
    '"$not":{',
    '{"$or":[{"name":"a"}',
    '{"name":{"$in":["a","b"]}},',
  ],
  ...[
    '{"name":"a"},',
    '"a":1,',
    '"a":{',
    '{"a":',
    '[1,',
    '[[',
    ']]',
    '}}',
    '{a:',
    '2024-05-01T12:00:00Z',
  ],
  ...['/a', '~0', '~1', '{"', '"}', '":"', '","', 'filter=', 'sort=', '-', ',-id', 'payload={'],
]

/** A seeded generator (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export const piecesFrom = (random: (below: number) => number, most: number, least = 0): string =>
  Array.from(
    { length: least + random(most - least + 1) },
    () => PIECES[random(PIECES.length)],
  ).join('')

export const shapeFrom = (random: (below: number) => number): Shape => ({
  head: random(2) === 0 ? '' : piecesFrom(random, 2),
  fragment: piecesFrom(random, 5, 1),
  tail: random(2) === 0 ? '' : piecesFrom(random, 2),
})

/** What the garbage collector took, of which a large input has more than its share. */
const collections: { readonly start: number; readonly end: number }[] = []
new PerformanceObserver((entries) => {
  for (const { startTime, duration } of entries.getEntries()) {
    collections.push({ start: startTime, end: startTime + duration })
  }
}).observe({ entryTypes: ['gc'] })

/**
 * The least of several runs, in milliseconds. Of each, the lesser of the time that passed without
 * collecting garbage, to which other processes add, and of what all threads of this process used.
 */
async function timeOf(
  take: (text: string) => unknown,
  text: string,
  runs: number,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    collections.length = 0
    const used = process.cpuUsage()
    const start = performance.now()
    take(text)
    const end = performance.now()
    const { user, system } = process.cpuUsage(used)
    // The observer hears of collections only when others have a turn.
    await setImmediate()
    await setImmediate()
    let collecting = 0
    for (const each of collections) {
      if (each.start >= start && each.end <= end) collecting += each.end - each.start
    }
    least = Math.min(least, end - start - collecting, (user + system) / 1000)
  }
  return least
}

/** The larger text may take ten times as long as the smaller. */
const MOST = 10
/**
 * Up to this, what is linear can take more than ten times as long too: a small input fits the caches
 * of the processor and of V8 (of numbers as strings, for one), and is gone before the garbage
 * collector copies it. A text eight times as large again tells:
 * quadratic work takes over fifty times as long, and collecting stays far below it.
 */
const DOUBTFUL = 400
const HUGE = 8 * LARGE
const MOST_HUGE = 35

export interface Growth {
  readonly small: number
  readonly large: number
  readonly ratio: number
  /** Whether it grows as the length does. */
  readonly isLinear: boolean
}

/**
 * How the time grows from the smaller to the larger text.
 * A larger text that takes at most the `floor` is fast enough, whatever the ratio: such times are noise.
 * Noise only adds to a time, so that it is measured again before it is said to grow too much.
 */
export async function growthOf(
  [, take]: Taker,
  shape: Shape,
  floor: number,
  tries = 2,
): Promise<Growth> {
  const text = fill(shape, LARGE)
  let large = await timeOf(take, text, 1)
  if (large <= floor) return { small: floor / 8, large, ratio: 0, isLinear: true }
  let small = Number.POSITIVE_INFINITY
  let ratio = 0
  for (let run = 0; run < tries; run++) {
    small = Math.min(small, await timeOf(take, fill(shape, SMALL), 3))
    large = Math.min(large, await timeOf(take, text, large > 1000 ? 1 : 3))
    ratio = large <= floor ? 0 : large / small
    if (ratio <= MOST) return { small, large, ratio, isLinear: true }
  }
  if (large > DOUBTFUL) return { small, large, ratio, isLinear: false }
  const huge = fill(shape, HUGE)
  for (let run = 0; run < 3; run++) {
    if ((await timeOf(take, huge, 1)) / large <= MOST_HUGE) {
      return { small, large, ratio, isLinear: true }
    }
  }
  return { small, large, ratio, isLinear: false }
}

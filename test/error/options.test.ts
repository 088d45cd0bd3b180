import Database from 'libsql'
import {
  addColumn,
  compileCount,
  compileFilter,
  compileQuery,
  createIndex,
  createTable,
  defineSchema,
  insertRow,
  integer,
  parseFilter,
  parseQuery,
  printTable,
  readRow,
  restrict,
  safeParseQuery,
  string,
  tableOf,
} from 'tamis'
import { backfill, checkTable, introspect, introspected, readFacts } from 'tamis/check'
import { filterArbitrary, queryArbitrary, rowArbitrary } from 'tamis/fast-check'
import { sqlite } from 'tamis/sqlite'
import { parseFilterText, parseQueryString, parseQueryText, safeParseQueryText } from 'tamis/text'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: { id: string({ required: true }), age: integer({ sortable: true }) },
})
const filter = parseFilter(schema, { age: { $gt: 3 } })
const query = parseQuery(schema, { filter_conditions: { age: { $gt: 3 } } })
const target = { dialect: sqlite, table: 'people' }
const definition = tableOf(schema, target)

/** Wrong options, for functions that type them. */
const wrong = (options: object): never => options as never

const LOOK_AHEAD = /^tamis(\/check)?: unknown option "lookahead"; did you mean "lookAhead"\?$/
const MAPPING = /^tamis(\/check)?: unknown option "maping"; did you mean "mapping"\?$/
const CURSOR_KEY = /^tamis(\/text)?: unknown option "cursorkey"; did you mean "cursorKey"\?$/

const lookahead = wrong({ ...target, lookahead: true })
const maping = wrong({ ...target, maping: {} })
const cursorkey = wrong({ cursorkey: 'secret' })

/** Calls with a misspelt option, or a value that an option does not take. */
const REFUSED: readonly (readonly [name: string, call: () => unknown, says: RegExp])[] = [
  ['parseQuery', () => parseQuery(schema, {}, cursorkey), CURSOR_KEY],
  ['safeParseQuery', () => safeParseQuery(schema, {}, cursorkey), CURSOR_KEY],
  [
    'parseQuery with the key itself',
    () => parseQuery(schema, {}, 'secret' as never),
    /^tamis: options: expected an object, received "secret"$/,
  ],
  ['parseQuery with null', () => parseQuery(schema, {}, null as never), /expected an object/],
  [
    'parseQuery with an empty key',
    () => parseQuery(schema, {}, { cursorKey: '' }),
    /^tamis: cursorKey: expected a string or Uint8Array that is not empty, received ""$/,
  ],
  [
    'parseQuery with a key of null',
    () => parseQuery(schema, {}, wrong({ cursorKey: null })),
    /cursorKey: expected a string or Uint8Array/,
  ],
  ['parseQueryText', () => parseQueryText(schema, '{}', cursorkey), CURSOR_KEY],
  ['safeParseQueryText', () => safeParseQueryText(schema, '{}', cursorkey), CURSOR_KEY],
  ['parseQueryString', () => parseQueryString(schema, '', cursorkey), CURSOR_KEY],
  [
    'parseQueryString with an empty key',
    () => parseQueryString(schema, '', { cursorKey: '' }),
    /cursorKey: expected/,
  ],
  [
    'parseFilterText',
    () => parseFilterText(schema, '{}', wrong({ relax: true })),
    /^tamis\/text: unknown option "relax"; did you mean "relaxed"\?$/,
  ],
  [
    'parseFilterText with a misspelt limit',
    () => parseFilterText(schema, '{}', wrong({ limits: { lenght: 5 } })),
    /^tamis\/text: limits: unknown option "lenght"; did you mean "length"\?$/,
  ],
  [
    'parseFilterText with a limit of text',
    () => parseFilterText(schema, '{}', wrong({ limits: { depth: '5' } })),
    /^tamis\/text: limits: depth: expected a positive integer, received "5"$/,
  ],
  [
    'restrict',
    () => restrict(query, filter, wrong({ binds: false })),
    /^tamis: unknown option "binds"; did you mean "bind"\?$/,
  ],
  [
    'restrict with a number',
    () => restrict(query, filter, wrong({ bind: 0 })),
    /^tamis: bind: expected true or false, received 0$/,
  ],
  ['compileFilter', () => compileFilter(filter, maping), MAPPING],
  [
    'compileFilter from the placeholder 0',
    () => compileFilter(filter, { dialect: sqlite, firstParameter: 0 }),
    /^tamis: firstParameter: expected a positive integer, received 0$/,
  ],
  ['compileQuery', () => compileQuery(query, lookahead), LOOK_AHEAD],
  [
    'compileQuery with a source of text',
    () => compileQuery(query, wrong({ ...target, source: 'SELECT * FROM people' })),
    /^tamis: source: expected a fragment of the sql`` tag, received "SELECT/,
  ],
  [
    'compileQuery with a selected text',
    () => compileQuery(query, wrong({ ...target, select: 'id' })),
    /^tamis: select: expected a list of texts, received "id"$/,
  ],
  ['compileCount', () => compileCount(query, maping), MAPPING],
  ['createTable', () => createTable(schema, maping), MAPPING],
  ['tableOf', () => tableOf(schema, maping), MAPPING],
  ['printTable', () => printTable(definition, maping), MAPPING],
  ['createIndex', () => createIndex(definition.indexes[0]!, maping), MAPPING],
  ['addColumn', () => addColumn(definition.columns[0]!, maping), MAPPING],
  ['insertRow', () => insertRow(schema, maping), MAPPING],
  [
    'insertRow with a misspelt replace',
    () => insertRow(schema, wrong({ ...target, replaces: true })),
    /unknown option "replaces"; did you mean "replace"\?/,
  ],
  ['readRow', () => readRow(schema, maping), MAPPING],
  [
    'an option that is like none',
    () => readRow(schema, wrong({ ...target, zzzzzzzzzzz: 1 })),
    /^tamis: unknown option "zzzzzzzzzzz"; expected dialect, mapping, table, /,
  ],
  [
    'introspected',
    () => introspected({} as never, wrong({ omits: [] })),
    /^tamis\/check: unknown option "omits"; did you mean "omit"\?$/,
  ],
  ['checkTable', () => checkTable(schema, maping, {} as never), MAPPING],
  [
    'checkTable with a misspelt sideTables',
    () => checkTable(schema, target, { engine: 'sqlite' } as never, wrong({ sideTable: [] })),
    /^tamis\/check: unknown option "sideTable"; did you mean "sideTables"\?$/,
  ],
  [
    'filterArbitrary',
    () => filterArbitrary(schema, wrong({ row: [] })),
    /^tamis\/fast-check: unknown option "row"; did you mean "rows"\?$/,
  ],
  ['queryArbitrary', () => queryArbitrary(schema, wrong({ row: [] })), /unknown option "row"/],
  [
    'rowArbitrary',
    () => rowArbitrary(schema, wrong({ foreing: true })),
    /unknown option "foreing"; did you mean "foreign"\?/,
  ],
]

describe('an option that a function does not have, or a value that it does not take, is refused by', () => {
  it.each(REFUSED)('%s', (_, call, says) => {
    expect(call).toThrow(TypeError)
    expect(call).toThrow(says)
  })

  it('functions that answer with a promise', async () => {
    const db = new Database(':memory:')
    const refused: readonly (readonly [Promise<unknown>, RegExp])[] = [
      [readFacts(db, wrong({ tabel: 'people' })), /unknown option "tabel"; did you mean "table"\?/],
      [introspect(db, wrong({ table: 'people', omitt: ['age'] })), /did you mean "omit"\?/],
      [backfill(db, wrong({ schema, ...target, mising: true })), /did you mean "missing"\?/],
      [
        backfill(db, wrong({ schema, ...target, onProgress: 1 })),
        /onProgress: expected a function/,
      ],
    ]
    for (const [promise, says] of refused) await expect(promise).rejects.toThrow(says)
  })
})

describe('options that are taken', () => {
  it('one target for several functions, and options that are undefined', () => {
    const all = {
      ...target,
      lookAhead: true,
      replace: true,
      extensions: undefined,
      alias: undefined,
    }
    expect(() => {
      compileQuery(query, all as typeof target)
      compileFilter(filter, { ...all, firstParameter: 3 } as typeof target)
      compileCount(query, all as typeof target)
      createTable(schema, all as typeof target)
      insertRow(schema, all as typeof target)
      readRow(schema, all)
    }).not.toThrow()
    expect(parseQuery(schema, {}, { cursorKey: undefined }).limit).toBe(query.limit)
    expect(parseQueryText(schema, '{}', { cursorKey: 'secret', relaxed: true }).seal).toBeDefined()
  })

  it('properties that every object inherits are no options', () => {
    const options = Object.create({ other: 1 }, { dialect: { value: sqlite, enumerable: true } })
    expect(() => compileFilter(filter, options)).not.toThrow()
    expect(() => compileFilter(filter, wrong({ dialect: sqlite, toString: 1 }))).toThrow(
      /unknown option "toString"/,
    )
  })
})

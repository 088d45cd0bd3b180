import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import * as tamis from 'tamis'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { inferredModule } from '../../src/cli/infer.ts'
import { Mistake } from '../../src/cli/mistake.ts'
import { Budget, ObjectFacts } from '../../src/cli/value-facts.ts'
import { accessor } from '../../src/compile/accessor.ts'
import { budget } from '../support/budget.ts'
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('infer')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)

function run(args: readonly string[], input: string | Buffer = '') {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    input,
    encoding: 'utf8',
    cwd: folder,
  })
  return { out: stdout, err: stderr, status }
}

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', file('library.mjs'))
})
afterAll(() => rmSync(folder, { recursive: true }))

type AnyRow = Readonly<Record<string, unknown>>

function factsOf(rows: readonly AnyRow[]): ObjectFacts {
  const facts = new ObjectFacts(new Budget(), true)
  for (const row of rows) facts.add(row)
  return facts
}

const OPTIONS = { name: 'rows', enumerations: 12 }

const sourceOf = (rows: readonly AnyRow[], options: { key?: string } = {}): string =>
  inferredModule(factsOf(rows), { ...OPTIONS, ...options }).source

/** The fields of a module, as they are printed. */
const fieldsIn = (source: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...source.matchAll(/^ {4}(?:'([^']+)'|(\w+)): (.*),$/gm)].map(
      ([, quoted, name = quoted, builder]) => [name, builder],
    ),
  )

/** The schema of a module, whose only import is tamis. */
function evaluated(source: string): tamis.Schema {
  const body = source
    .replace(/import \{([^}]*)\} from 'tamis'/, (_, names: string) => `const {${names}} = tamis`)
    .replace(/export const \w+ = /, 'return ')
  return new Function('tamis', body)(tamis)
}

const many = (n: number, rowOf: (i: number) => object): readonly AnyRow[] =>
  Array.from({ length: n }, (_, i) => ({ id: `r${i}`, ...rowOf(i) }))

describe('a schema that is inferred', () => {
  it.each<[string, (i: number) => unknown, string]>([
    ['texts', (i) => `text ${i}`, 'string({ required: true })'],
    ['flags', (i) => i % 2 === 0, 'boolean({ required: true })'],
    ['integers', (i) => i, 'integer({ required: true, sortable: true })'],
    [
      'integers beyond 2^53',
      (i) => 2n ** 60n + BigInt(i),
      "integer({ as: 'bigint', required: true, sortable: true })",
    ],
    ['numbers', (i) => i / 2, 'number({ required: true, sortable: true })'],
    ['absent values', (i) => (i > 3 ? null : i), 'integer({ sortable: true })'],
    [
      'UUIDs',
      (i) => `018f3a5c-7c1e-7f00-8000-0000000000${String(i).padStart(2, '0')}`,
      'uuid({ required: true })',
    ],
    [
      'dates',
      (i) => `2024-05-${String((i % 30) + 1).padStart(2, '0')}`,
      'date({ required: true, sortable: true })',
    ],
    [
      'timestamps',
      (i) => `2024-05-01T12:00:${i % 60 < 10 ? '0' : ''}${i % 60}Z`,
      'timestamp({ required: true, sortable: true })',
    ],
    [
      'timestamps of nine digits',
      () => '2024-05-01T12:00:00.123456789Z',
      'timestamp({ digits: 9, required: true, sortable: true })',
    ],
    [
      'dates and timestamps',
      (i) => (i % 2 ? '2024-05-01' : `2024-05-01T12:00:00.${i}Z`),
      'string({ required: true })',
    ],
    [
      'decimals',
      (i) => `${i}.50`,
      'decimal({ precision: 18, scale: 2, required: true, sortable: true })',
    ],
    [
      'decimals of several scales',
      (i) => ['-1.5', `${i}.25`, `${i}0`][i % 3],
      'decimal({ precision: 18, scale: 2, required: true, sortable: true })',
    ],
    [
      'decimals of many digits',
      (i) => `${i}.1234567890123456`,
      'decimal({ precision: 38, scale: 16, required: true, sortable: true })',
    ],
    [
      'decimals, two of which are equal',
      (i) => ['1.5', `${i}.50`][i % 2],
      'string({ required: true })',
    ],
    ['zeros, two of which are equal', (i) => ['-0', `${i}.5`][i % 2], 'string({ required: true })'],
    ['whole numbers as texts', (i) => `${i}`, 'string({ required: true })'],
    ['digits', (i) => `00${i}`, 'string({ required: true })'],
    [
      'few texts',
      (i) => ['b', 'a', "it's"][i % 3],
      `enumeration(['a', 'b', "it's"], { required: true })`,
    ],
    ['lists', (i) => [`x${i}`], 'list(string(), { required: true })'],
    ['lists of integers', (i) => (i % 2 ? [i, null] : []), 'list(integer(), { required: true })'],
    [
      'objects in lists',
      (i) => [{ sku: `x${i}`, count: 1 }, { sku: 'y' }],
      'list(object({ sku: string({ required: true }), count: integer() }), { required: true })',
    ],
  ])('of %s', (_, make, builder) => {
    const source = sourceOf(many(60, (i) => ({ value: make(i) })))
    expect(fieldsIn(source).value).toBe(builder)
    expect(evaluated(source).fields.has('value')).toBe(true)
  })

  it('has fields for the keys of objects, or a dynamic field where they vary', () => {
    const rows = many(100, (i) => ({
      address: { city: `c${i}`, geo: { lat: i / 7 }, ...(i % 2 ? { zip: `z${i}` } : {}) },
      custom: { [`k${i}`]: i, [`t${i}`]: 'x' },
      options: { a: 1 },
    }))
    expect(fieldsIn(sourceOf(rows))).toEqual({
      id: 'string({ required: true, sortable: true })',
      'address.city': 'string({ required: true })',
      'address.geo.lat': 'number({ required: true, sortable: true })',
      'address.zip': 'string()',
      'custom.*': "dynamic(['integer', 'string'])",
      'options.a': 'integer({ required: true, sortable: true })',
    })
  })

  it('leaves out what no field can hold, and says so', () => {
    const rows = many(20, (i) => ({
      mixed: i % 2 ? [1] : 'x',
      lists: [[1]],
      kinds: i % 2 ? 1 : 'x',
      several: [1, 'x'],
      $where: 'x',
      'a.b': 1,
      empty: {},
      none: null,
      nul: i === 0 ? 'a\0' : 'b',
    }))
    const { source, warnings } = inferredModule(factsOf(rows), OPTIONS)
    expect(warnings).toEqual([
      '"mixed" is left out: it holds lists or objects in some rows, and other values in others',
      '"lists" is left out: it holds lists of lists',
      '"kinds" is left out: it holds values of several kinds: string, integer',
      '"several" is left out: it has lists of values of several kinds: string, integer',
      '"$where" is left out: no field can have this name',
      '"a.b" is left out: no field can have this name',
      '"empty" is left out: its objects are empty',
      '"none" is left out: it has no value',
      '1 value of "nul" is absent: no field can hold it',
    ])
    for (const each of warnings) expect(source).toContain(`// ${each}`)
    expect(Object.keys(fieldsIn(source))).toEqual(['id', 'nul'])
  })

  it('says why decimals stay texts, and how to declare them', () => {
    const rows = many(20, (i) => ({
      size: i % 2 ? `${i}.5` : `${i}.500`,
      sizes: [i % 2 ? '1.5' : '1.50'],
      lines: [{ size: i % 2 ? '2' : '2.0' }],
      long: `${'9'.repeat(30)}.123456789`,
      fine: '0.12345678901234567890123',
      version: `1.${i}.0`,
      code: `${i}`,
    }))
    const { source, warnings } = inferredModule(factsOf(rows), OPTIONS)
    const why = 'some of them zeros at the end: 1.5 and 1.50 are different texts, and one decimal'
    const how = 'if they are amounts, declare decimal'
    expect(warnings).toEqual([
      `The numbers of "size" stay texts: they have 1 to 3 digits after the point, ${why}; ${how}({ precision: 18, scale: 3 })`,
      `The numbers of "sizes" stay texts: they have 1 to 2 digits after the point, ${why}; ${how}({ precision: 18, scale: 2 })`,
      `The numbers of "lines.size" stay texts: they have 0 to 1 digits after the point, ${why}; ${how}({ precision: 18, scale: 1 })`,
      'The numbers of "long" stay texts: they need 39 digits, and a decimal has at most 38',
      `The numbers of "fine" stay texts: they have up to 23 digits after the point; ${how}({ precision: 38, scale: 23 })`,
    ])
    // What is declared so holds every row.
    const declared = tamis.defineSchema({
      fields: {
        id: tamis.string({ required: true }),
        size: tamis.decimal({ precision: 18, scale: 3 }),
        fine: tamis.decimal({ precision: 38, scale: 23 }),
      },
    })
    const all = tamis.parseFilter(declared, { size: { $exists: true }, fine: { $exists: true } })
    expect(rows.filter(tamis.compilePredicate(all))).toHaveLength(20)
    for (const each of warnings) expect(source).toContain(`// ${each}`)
  })

  it('has a key: by its name, or the first whose values differ in every row', () => {
    const keyOf = (rows: readonly AnyRow[], key?: string) =>
      evaluated(sourceOf(rows, key === undefined ? {} : { key })).key.name
    const rows = [
      { n: 1, sku: 'a', user_id: 7 },
      { n: 2, sku: 'b', user_id: 8 },
    ]
    expect(keyOf(rows)).toBe('user_id')
    expect(keyOf(rows, 'sku')).toBe('sku')
    expect(
      keyOf([
        { a: 'x', b: 'y' },
        { a: 'x', b: 'z' },
      ]),
    ).toBe('b')
    expect(() => sourceOf([{ a: 'x' }, { a: 'x' }])).toThrow(Mistake)
    expect(() => sourceOf(rows, { key: 'skus' })).toThrow(/no field "skus".*"sku"/)
    expect(() => sourceOf([{ id: 1 }, { a: 1 }], { key: 'id' })).toThrow(
      /has no value in some rows/,
    )
  })
})

/** Rows of JSON with few keys, so that values of several kinds meet at a place. */
const text = fc.oneof(
  fc
    .string({ unit: 'binary', maxLength: 12 })
    .filter((each) => each.isWellFormed() && !each.includes('\0')),
  fc.uuid(),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((each) => each.toISOString()),
  fc.constantFrom('2024-02-29', '1.50', '1.5', '-0', 'a', 'b', 'true', '__proto__'),
)
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
)
const key = fc.oneof(fc.constantFrom('a', 'b', "it's", 'a b', 'class', '$x', 'a.b', '*', ''), text)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: fc.constant(null), weight: 1 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.array(scalar, { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 8 }), weight: 2 },
  ),
}))
/** Places whose values are of one kind in most rows, as data has them. */
const column = fc.oneof(
  ...[
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.uuid(),
    text,
    fc.constantFrom('x', 'y'),
    fc.constantFrom('1.5', '2.25', '-10', '0.125'),
  ].map(fc.constant),
  fc.constant(
    fc.array(fc.record({ sku: text, n: fc.integer(), class: text }, { requiredKeys: ['sku'] }), {
      maxLength: 3,
    }),
  ),
  fc.constant(fc.dictionary(key, scalar, { maxKeys: 8 })),
  fc.constant(value),
)
const rowsOf = fc
  .tuple(fc.dictionary(key, column, { maxKeys: 6 }), fc.integer({ min: 1, max: 40 }))
  .chain(([columns, length]) =>
    fc
      .array(fc.record(columns, { requiredKeys: Object.keys(columns).slice(0, 3) }), {
        minLength: length,
        maxLength: length,
      })
      .map((rows) => rows.map((row, i): AnyRow => ({ ...row, row_id: i }))),
  )

/** A row's value as a client writes it: integers of any size exactly, those of number() as doubles. */
function operandOf(value: unknown, kind: string): unknown {
  if (typeof value === 'bigint' && kind === 'number') return Number(value)
  return typeof value === 'number' && Number.isInteger(value) && kind === 'integer'
    ? BigInt(value)
    : value
}

describe('any rows', () => {
  it('fit the schema that is inferred from them', () => {
    let fields = 0
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const { source, warnings } = inferredModule(factsOf(rows), OPTIONS)
        const schema = evaluated(source)
        const names = [
          ...schema.fields.keys(),
          ...[...schema.wildcards.keys()].map((each) => `${each}.*`),
        ]
        for (const row of rows) {
          for (const [key, own] of Object.entries(row)) {
            if (own === null) continue
            const isNamed = names.some((name) => name === key || name.startsWith(`${key}.`))
            const isLeftOut = warnings.some(
              (each) => each.startsWith(JSON.stringify(key)) || each.includes(`"${key}.`),
            )
            expect(isNamed || isLeftOut, key).toBe(true)
          }
          for (const field of schema.fields.values()) {
            fields++
            const own = accessor(field)(row)
            if (field.required) expect(own ?? undefined, field.name).toBeDefined()
            if (own === undefined || own === null || field.type.list) continue
            // No kind error: the value is one of the field's, as an operand too, and selects its row.
            expect(field.type.kind.read(own), `${field.name} in ${source}`).toBeDefined()
            const operand = operandOf(own, field.type.kind.name)
            const filter = tamis.parseFilter(schema, { [field.name]: { $eq: operand } })
            expect(tamis.compilePredicate(filter)(row), field.name).toBe(true)
          }
          for (const field of schema.fields.values()) {
            if (!field.type.list || field.elements !== undefined) continue
            const own = accessor(field)(row)
            for (const each of Array.isArray(own) ? own : []) {
              if (each === null) continue
              const operand = operandOf(each, field.type.kind.name)
              const filter = tamis.parseFilter(schema, { [field.name]: { $contains: operand } })
              expect(tamis.compilePredicate(filter)(row), field.name).toBe(true)
            }
          }
        }
        expect(tamis.runQuery(tamis.parseQuery(schema, { limit: 1000 }), rows).items).toHaveLength(
          rows.length,
        )
      }),
      { numRuns: budget(100, 600) },
    )
    expect(fields).toBeGreaterThan(1000)
  })

  it('make modules that pass the type check', () => {
    const files = fc.sample(rowsOf, { numRuns: 60, seed: 7 }).map((rows, i) => {
      const name = file(`module${i}.ts`)
      writeFileSync(name, inferredModule(factsOf(rows), OPTIONS).source)
      return name
    })
    const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'))
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
    const compiled = ts.createProgram(files, { ...options, noEmit: true })
    const messages = ts
      .getPreEmitDiagnostics(compiled)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    expect(messages).toEqual([])
  }, 120_000)
})

describe('tamis infer', () => {
  const rows = many(40, (i) => ({
    created_at: `2024-05-01T12:00:${String(i).padStart(2, '0')}Z`,
    status: i % 2 ? 'open' : 'done',
    total: i / 4,
    tags: ['a'],
    secret: 'x',
  }))
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const expected = `import { defineSchema, enumeration, list, number, string, timestamp } from 'tamis'

// Inferred from 40 rows: check what is required, and the key "id".
export const orders = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    created_at: timestamp({ required: true, sortable: true }),
    status: enumeration(['done', 'open'], { required: true }),
    total: number({ required: true, sortable: true }),
    tags: list(string(), { required: true }),
  },
})
`

  it('reads NDJSON, arrays and gzip, and prints a module', () => {
    writeFileSync(file('orders.ndjson.gz'), gzipSync(lines))
    const omit = ['--omit', 'secret']
    expect(run(['infer', 'orders.ndjson.gz', ...omit])).toEqual({
      out: expected,
      err: '',
      status: 0,
    })
    expect(run(['infer', '--name', 'orders', ...omit], JSON.stringify(rows)).out).toBe(expected)
  })

  it('reads CSV, whose rows the schema then reads', () => {
    const csv = `id,address.city,n,price,half,flag,when,tags,doc,zip\n${rows
      .map(
        (_, i) =>
          `${i},c${i},${i}.5,${i - 9}.${i % 2}0,${i}.25,${i % 2 === 0},2024-05-01,"[""x""]","{""a"":${i}}",0${i}`,
      )
      .join('\n')}\n`
    writeFileSync(file('places.csv'), csv)
    const { out, err } = run(['infer', 'places.csv'])
    expect(err).toBe('')
    expect(fieldsIn(out)).toEqual({
      id: 'integer({ required: true, sortable: true })',
      'address.city': 'string({ required: true })',
      n: 'number({ required: true, sortable: true })',
      price: 'decimal({ precision: 18, scale: 2, required: true, sortable: true })',
      half: 'number({ required: true, sortable: true })',
      flag: 'boolean({ required: true })',
      when: 'date({ required: true, sortable: true })',
      tags: 'list(string(), { required: true })',
      'doc.a': 'integer({ required: true, sortable: true })',
      zip: 'string({ required: true })',
    })
    // Amounts are found by their value, however many digits the filter has.
    writeFileSync(file('places.mjs'), out.replace("'tamis'", "'./library.mjs'"))
    const filter = ['--filter', '{"price":"4.1"}', '--select', 'id,price', '--json']
    expect(run(['query', 'places.csv', '--schema', 'places.mjs', ...filter])).toEqual({
      out: '{"id":13,"price":"4.10"}\n',
      err: '',
      status: 0,
    })
  })

  it('reads CSV with another delimiter, and names it where it is missing', () => {
    writeFileSync(file('eu.csv'), 'id;name\n1;"a;b"\n2;"c,d"\n')
    const asked = run(['infer', 'eu.csv'])
    expect(asked).toEqual({
      out: '',
      err: `tamis: eu.csv: header: one column "id;name": the file looks like it is separated by semicolons: --delimiter ';'\n`,
      status: 2,
    })
    const { out, err } = run(['infer', 'eu.csv', '--delimiter', ';'])
    expect([Object.keys(fieldsIn(out)), err]).toEqual([['id', 'name'], ''])
    // A column may have such a name.
    const only = run(['infer', '--input', 'csv', '--delimiter', ','], 'id;name\nx\ny\n')
    expect(Object.keys(fieldsIn(only.out))).toEqual(['id;name'])
  })

  it.each<[string[], string, RegExp]>([
    [[], '', /there are no rows/],
    [[], '{"a":[]}', /no field can be the key: [^(]* row; name one with --key/],
    [
      [],
      '{"id":1,"a":1}\n{"id":"x","a":1}',
      /the key: .* \("id" is left out: it holds values of several kinds: string, integer\)/,
    ],
    [[], '{"id":1}\n{"a":1}', /the key: .* \("id" has no value in some rows\)/],
    [[], '{"user_id":true}', /the key: .* \("user_id" is a boolean, and the key a text/],
    [[], '{"id":1}\n{"id":1}', /the key: .* \(the values of "id" are not distinct, or /],
    [[], '{"items":[{"id":1}]}', /\(the rows are under "items": give that list alone\)/],
    [['--omit', 'a', 'b.ndjson'], '', /--omit takes "b.ndjson" as a key: write the file before it/],
    [
      ['--omit', 'pasword'],
      '{"id":1,"password":"x"}',
      /--omit: no row has "pasword" \(did you mean "password"\?\)/,
    ],
    [['--key', 'b'], '{"a":1}', /--key: no field "b"/],
    [['--enumerations', '65'], '{"a":1}', /expected an integer from 0 to 64/],
    [[], `{${Array.from({ length: 501 }, (_, i) => `"k${i}":1`)}}`, /more than 500 keys/],
    [['--input', 'csv'], 'a,a\n', /two columns are named "a"/],
  ])('%j is a mistake: %#', (args, input, message) => {
    writeFileSync(file('b.ndjson'), '')
    const { err, out, status } = run(['infer', ...args], input)
    expect([err, out, status]).toEqual([expect.stringMatching(message), '', 2])
  })

  it('takes rows whose objects have more keys than are told apart', () => {
    const inside = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`k${i}`, i]))
    const row = Object.fromEntries(
      Array.from({ length: 62 }, (_, i) => [`o${i}`, i < 60 ? inside : i]),
    )
    const { err, out, status } = run(['infer'], JSON.stringify({ id: 1, ...row, last: true }))
    expect([err, status]).toEqual([expect.not.stringContaining('500 keys'), 0])
    expect(Object.keys(fieldsIn(out))).toEqual(expect.arrayContaining(['id', 'last']))
  })

  it('needs constant memory, whatever the rows hold', () => {
    // 50 MB of rows with ever new keys and texts, in a heap of 48 MB.
    const pad = 'x'.repeat(200)
    const big = Array.from(
      { length: 200_000 },
      (_, i) => `{"id":${i},"text":"${pad}${i}","custom":{"k${i}":"${i}"},"list":[{"k${i}":${i}}]}`,
    ).join('\n')
    writeFileSync(file('big.ndjson'), big)
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--max-old-space-size=48', command, 'infer', 'big.ndjson'],
      { encoding: 'utf8', cwd: folder },
    )
    expect([stderr, status]).toEqual([
      'tamis: "list" is left out: its objects have no keys that can be fields\n',
      0,
    ])
    expect(stdout).toContain("'custom.*': dynamic(['string'])")
  })
})

import {
  and,
  canonical,
  clientSchema,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  costOf,
  defineOperator,
  defineSchema,
  dynamic,
  FilterError,
  filterRows,
  integer,
  list,
  number,
  one,
  or,
  parseFilter,
  parseQuery,
  printFilter,
  relate,
  relativeTime,
  runQuery,
  safeParseFilter,
  sql,
  string,
  timestamp,
} from 'tamis'
import { join } from 'tamis/dialect'
import { describeFilter } from 'tamis/interop'
import { filterJsonSchema } from 'tamis/json-schema'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { completionsAt, formatFilter, parseFilterText, parseQueryString } from 'tamis/text'
import { describe, expect, it } from 'vitest'

const like = defineOperator({
  name: '$like',
  types: ['string'],
  operand: 'text',
  test: (part) => (value) => value.includes(part),
  sql: { sqlite: (value, part) => sql`instr(${value}, ${part}) > 0 OR 1 = 0` },
})

/** Takes anything, and gives it back. */
const any = defineOperator({
  name: '$any',
  types: ['string', 'dynamic'],
  operand: (input: unknown) => input as readonly string[],
  test: (all) => (value) => Array.isArray(all) && all.includes(value),
  sql: {
    sqlite: (value, all) => sql`${value} IN (${join(Array.isArray(all) ? all : [], sql`, `)})`,
  },
  examples: [['a'], ['b', 'c']],
})

const fields = {
  id: integer({ required: true, sortable: true }),
  name: string(),
  only: string({ operators: ['$eq', like.name] }),
  none: string({ operators: ['$eq'] }),
  hidden: string({ hidden: true }),
  count: integer(),
  'custom.*': dynamic(['string', 'integer']),
}
const schema = defineSchema({ operators: [like, any], fields })

const issueOf = (filter: unknown) => {
  const result = safeParseFilter(schema, filter)
  return result.ok ? undefined : result.issues[0]
}

describe('a name', () => {
  const named = (name: unknown) =>
    defineOperator({
      name: name as '$a',
      types: ['string'],
      operand: 'text',
      test: () => () => true,
      sql: {},
    })

  it.each([
    '__proto__',
    '$__proto__',
    'near',
    '$',
    '$1',
    '$a b',
    "$a'",
    '$a.b',
    '$a\n',
    '',
    5,
    null,
    {},
  ])('%j is refused', (name) => {
    expect(() => named(name)).toThrow(/defineOperator: name: expected \$ and letters/)
  })

  it.each(['$eq', '$in', '$not', '$and', '$or', '$nor', '$now', '$elemMatch', '$autocomplete'])(
    '%s is one of tamis',
    (name) => {
      expect(() => named(name)).toThrow(`${name} is an operator of tamis`)
    },
  )

  it.each(['$constructor', '$toString', '$hasOwnProperty'])('%s is one like any other', (name) => {
    const own = defineSchema({
      operators: [named(name)],
      fields: { id: integer({ required: true }), a: string() },
    })
    expect(compilePredicate(parseFilter(own, { a: { [name]: 'x' } }))({ a: 'y' })).toBe(true)
    expect(() => parseFilter(schema, { name: { [name]: 'x' } })).toThrow(FilterError)
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    '%s is no operator',
    (name) => {
      const filter = { name: Object.fromEntries([[name, 'x']]) }
      expect(issueOf(filter)?.code).toBe('invalid_operand')
    },
  )

  it('may be of another operator in another schema', () => {
    const other = defineSchema({
      operators: [
        defineOperator({
          name: '$like',
          types: ['string'],
          operand: 'text',
          test: (part) => (value) => !value.includes(part),
          sql: { sqlite: (value, part) => sql`instr(${value}, ${part}) = 0` },
        }),
      ],
      fields: { id: integer({ required: true }), name: string() },
    })
    const filter = { name: { $like: 'a' } }
    for (const row of [{ name: 'a' }, { name: 'b' }]) {
      const [first, second] = [parseFilter(schema, filter), parseFilter(other, filter)]
      expect(compilePredicate(first)(row)).toBe(row.name === 'a')
      expect(compilePredicate(second)(row)).toBe(row.name === 'b')
    }
    const texts = [schema, other].map(
      (each) => compileFilter(parseFilter(each, filter) as never, { dialect: sqlite }).text,
    )
    expect(texts).toEqual([
      '(("name" IS NOT NULL AND (instr("name", ?) > 0 OR 1 = 0)))',
      '(("name" IS NOT NULL AND (instr("name", ?) = 0)))',
    ])
  })
})

describe('a definition', () => {
  const good = { name: '$a', types: ['string'], operand: 'text', test: () => () => true, sql: {} }
  it.each([
    [{ types: [] }, /types: expected a list/],
    [{ types: 'string' }, /types: expected a list/],
    [{ types: ['text'] }, /types: expected string, boolean/],
    [{ types: ['list'] }, /list and dynamic need the kinds/],
    [{ types: ['string', 'dynamic'], operand: 'scalar' }, /does not say of which kind/],
    [{ operand: 'filter' }, /operand: expected scalar/],
    [{ operand: 'equal' }, /operand: expected scalar/],
    [{ operand: undefined }, /operand: expected scalar/],
    [{ test: 'x' }, /test: expected a function/],
    [{ sql: undefined }, /sql: expected an object/],
    [{ sql: { sqlite: 'x' } }, /sql.sqlite: expected a function/],
    [{ cost: -1 }, /cost: expected a number/],
    [{ cost: Number.NaN }, /cost: expected a number/],
    [{ phrase: 'x' }, /phrase: expected/],
    [{ phrase: { en: { is: 'x' } } }, /phrase: en/],
    [{ examples: 5 }, /examples: expected/],
    [{ jsonSchema: 5 }, /jsonSchema: expected/],
    [{ negated: true }, /unknown setting "negated"/],
  ])('%o is refused', (change, message) => {
    expect(() => defineOperator({ ...good, ...change } as never)).toThrow(message)
  })

  it.each([[undefined], [5], [[]], [new Date(0)]])('%o is none', (definition) => {
    expect(() => defineOperator(definition as never)).toThrow(
      'tamis: defineOperator: expected an object, received',
    )
  })

  it.each(['like', '$', '$1', '$a-b', `$${'a'.repeat(64)}`, 5, undefined])(
    'with the name %o is refused',
    (name) => {
      expect(() => defineOperator({ ...good, name } as never)).toThrow(
        'tamis: defineOperator: name: expected $ and letters, digits or underscores, received',
      )
    },
  )

  it.each(['$eq', '$elemMatch', '$and', '$not', '$now'])('with the name %s is refused', (name) => {
    expect(() => defineOperator({ ...good, name } as never)).toThrow(
      `tamis: defineOperator: name: ${name} is an operator of tamis; choose another`,
    )
  })

  it('is one of defineOperator, and there once', () => {
    const with_ = (operators: unknown) => () => defineSchema({ fields, operators } as never)
    expect(with_([{}])).toThrow('operators: expected a list of operators from defineOperator()')
    expect(with_('$like')).toThrow('operators: expected a list')
    expect(with_([null])).toThrow('operators: expected a list')
    expect(with_([like, any, like])).toThrow('operators: $like is there twice')
    const unlisted = { fields: { id: fields.id, a: string({ operators: [like.name] }) } }
    expect(() => defineSchema(unlisted)).toThrow(/operator of a string field "\$like"/)
    expect(() =>
      defineSchema({
        operators: [like],
        fields: { id: fields.id, a: integer({ operators: [like.name] }) },
      }),
    ).toThrow(/operator of a integer field "\$like"/)
  })
})

describe('an operand', () => {
  const hostile = [
    "'; DROP TABLE t; --",
    "' OR 1=1 --",
    '") OR 1 = 1 --',
    '$${1}'.slice(1),
    '?',
    '$1',
    '\\',
    '/*',
  ]
  it.each(hostile)('%j is a parameter', (text) => {
    const of = (filter: object) => compileFilter(parseFilter(schema, filter), { dialect: sqlite })
    const plain = of({ name: { $like: 'a' } })
    expect(of({ name: { $like: text } })).toEqual({ ...plain, params: [text] })
    const many = of({ name: { $any: ['a', 'b'] } })
    expect(of({ name: { $any: [text, text] } })).toEqual({ ...many, params: [text, text] })
  })

  it('of SQL holds no value that could become text', () => {
    const seen: unknown[] = []
    const spy = defineOperator({
      name: '$spy',
      types: ['string'],
      operand: (input: unknown) =>
        input as { a: string; b: readonly (number | null)[]; c: boolean },
      test: () => () => true,
      sql: {
        sqlite(value, operand) {
          seen.push(operand)
          return sql`${value} = ${operand.a}`
        },
      },
    })
    const own = defineSchema({ operators: [spy], fields: { id: fields.id, a: string() } })
    const filter = parseFilter(own, { a: { $spy: { a: 'x', b: [1, null], c: true } } })
    compileFilter(filter, { dialect: sqlite })
    const { a, b, c } = seen[0] as Record<string, unknown>
    expect([a, b, c].flat()).toEqual([
      expect.objectContaining({ strings: ['', ''], values: ['x'] }),
      expect.objectContaining({ strings: ['', ''], values: [1] }),
      expect.objectContaining({ values: [null] }),
      expect.objectContaining({ values: [1n] }),
    ])
  })

  const throws = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no')
      },
    },
  )
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
  const getter = {
    get a() {
      throw new Error('no')
    },
  }
  it.each<readonly [string, unknown, string]>([
    ['a Map', new Map(), 'plain values'],
    ['a Date', new Date(), 'plain values'],
    ['a function', () => 1, 'plain values'],
    ['a symbol', Symbol('a'), 'plain values'],
    ['undefined', undefined, 'plain values'],
    ['an undefined property', { a: undefined }, 'plain values'],
    ['an instance', new (class A {})(), 'plain values'],
    ['a hole', new Array(5), 'plain values'],
    ['a proxy that throws', throws, 'values that can be read'],
    ['a getter that throws', getter, 'values that can be read'],
    ['NaN', Number.NaN, 'finite numbers'],
    ['Infinity in a list', [Number.POSITIVE_INFINITY], 'finite numbers'],
    ['U+0000', 'a\0', 'strings without U+0000'],
    ['a lone surrogate as a key', { '\ud800': 1 }, 'strings without U+0000'],
    ['a long text', 'x'.repeat(4097), 'strings of at most 4096 characters'],
    ['a long list', Array(1001).fill(1), 'at most 1000 values'],
    ['many lists', Array(40).fill(Array(40).fill(1)), 'at most 1000 values'],
    ['a deep list', nested(9), 'nesting of at most 8'],
  ])('%s is refused', (_, operand, expected) => {
    const issue = issueOf({ name: { $any: operand } })
    expect(issue?.code).toBe('invalid_operand')
    expect(issue?.expected).toContain(expected)
  })

  it('that refers to itself is refused', () => {
    const own: unknown[] = []
    own.push(own)
    expect(issueOf({ name: { $any: own } })?.expected).toBe('nesting of at most 8')
  })

  it('is a copy, which nobody changes', () => {
    const operand = ['a']
    const filter = parseFilter(schema, { name: { $any: operand } })
    operand.push('b')
    expect(compilePredicate(filter)({ name: 'b' })).toBe(false)
    const printed = printFilter(filter) as { name: { $any: string[] } }
    expect(() => printed.name.$any.push('b')).toThrow(TypeError)
    const proto = JSON.parse('{"__proto__":{"a":1},"b":2}')
    const kept = printFilter(parseFilter(schema, { name: { $any: proto } }))
    expect(JSON.stringify(kept)).toBe('{"name":{"$any":{"__proto__":{"a":1},"b":2}}}')
  })

  const refusing = (operand: (input: unknown) => unknown) =>
    safeParseFilter(
      defineSchema({
        operators: [
          defineOperator({
            name: '$a',
            types: ['string'],
            operand,
            test: () => () => true,
            sql: {},
          }),
        ],
        fields: { id: fields.id, a: string() },
      }),
      { a: { $a: 1 } },
    )
  const error = (message: string) => () => {
    throw new Error(message)
  }
  it.each([
    [error('say why'), 'say why'],
    [() => new Error('say why'), 'say why'],
    [error('x'.repeat(500)), 'x'.repeat(200)],
    [error(''), undefined],
    // What JavaScript throws, of which clients learn nothing.
    [(input: unknown) => (input as { a: { b: 1 } }).a.b, undefined],
    [() => 'a'.repeat(-1), undefined],
    [
      () => {
        throw 'text'
      },
      undefined,
    ],
    [
      () => {
        throw null
      },
      undefined,
    ],
    [() => undefined, undefined],
    [() => null, undefined],
    [() => new Map(), undefined],
    [() => Symbol('a'), undefined],
    [() => 'a\0', undefined],
    [async () => 1, undefined],
    [async () => error('no')(), undefined],
  ])('that the function refuses, %o', (read, hint) => {
    const result = refusing(read)
    expect(result).toMatchObject({
      ok: false,
      issues: [{ code: 'invalid_operand', path: '/a/$a' }],
    })
    expect(result.ok ? '' : result.issues[0]?.hint).toBe(hint)
  })

  it('of a shape is checked as of any operator', () => {
    expect(issueOf({ name: { $like: '' } })?.expected).toBe('a string that is not empty')
    expect(issueOf({ name: { $like: null } })?.code).toBe('invalid_operand')
    expect(issueOf({ only: { $any: ['a'] } })?.code).toBe('operator_not_allowed')
    expect(issueOf({ none: { $like: 'a' } })?.code).toBe('operator_not_allowed')
    expect(issueOf({ count: { $like: 'a' } })?.code).toBe('unknown_operator')
    expect(issueOf({ hidden: { $like: 'a' } })?.code).toBe('unknown_field')
    expect(issueOf({ name: { $lik: 'a' } })?.hint).toBe('did you mean "$like"?')
    expect(issueOf({ $like: 'a' })?.code).toBe('unknown_operator')
  })

  it('takes no shifts of time', () => {
    const at = defineOperator({
      name: '$at',
      types: ['timestamp'],
      operand: 'scalar',
      test: (time) => (value) => value === time,
      sql: {},
    })
    const own = defineSchema({
      operators: [at],
      relativeTime: relativeTime(),
      fields: { id: fields.id, at: timestamp() },
    })
    expect(safeParseFilter(own, { at: { $gt: { $now: '-7d' } } }).ok).toBe(true)
    expect(() => parseFilter(own, { at: { $at: { $now: '-7d' } } })).toThrow(FilterError)
    const finer = safeParseFilter(own, { at: { $at: '2024-01-01T00:00:00.0000001Z' } })
    expect(finer.ok ? '' : finer.issues[0]?.expected).toBe('values that the field can hold')
    expect(parseFilter(own, { at: { $at: '2024-01-01T02:00:00+02:00' } })).toMatchObject({
      operand: '2024-01-01T00:00:00.000000Z',
    })
  })
})

describe('the functions of a definition', () => {
  const make = (test: () => (value: string) => boolean, made: (value: never) => unknown) =>
    defineSchema({
      operators: [
        defineOperator({
          name: '$a',
          types: ['string'],
          operand: 'boolean',
          test,
          sql: { sqlite: made as never },
        }),
      ],
      fields: { id: fields.id, a: string() },
    })

  it('throw where they are called, and for no absent value', () => {
    const own = make(
      () => () => {
        throw new Error('broken')
      },
      () => {
        throw new Error('broken SQL')
      },
    )
    const filter = parseFilter(own, { a: { $a: true } })
    expect(() => compilePredicate(filter)({ a: 'x' })).toThrow('broken')
    expect(compilePredicate(filter)({ a: null })).toBe(false)
    expect(compilePredicate(filter)(undefined)).toBe(false)
    expect(() => compileFilter(filter, { dialect: sqlite })).toThrow('broken SQL')
    expect(() => filterRows(filter, [{ a: 'x' }])).toThrow('broken')
  })

  it('answer true or false, and a fragment', () => {
    const own = make(
      () => (() => 1) as never,
      () => '1 = 1',
    )
    const filter = parseFilter(own, { a: { $a: true } })
    expect(compilePredicate(filter)({ a: 'x' })).toBe(false)
    expect(() => compileFilter(filter, { dialect: sqlite })).toThrow(
      'tamis: $a: sql.sqlite returned no fragment of the sql tag',
    )
  })

  it('are needed of the dialect, by its own name', () => {
    const filter = parseFilter(schema, { name: { $like: 'a' } })
    expect(() => compileFilter(filter, { dialect: postgres })).toThrow(
      new TypeError(
        'tamis: postgres: name: $like has no SQL for this database; its definition has: sqlite',
      ),
    )
    const odd = { ...sqlite, name: 'constructor' }
    expect(() => compileFilter(filter, { dialect: odd })).toThrow('has no SQL for this database')
  })
})

describe('conditions', () => {
  it('are equal where their operands are', () => {
    const of = (operand: unknown) => parseFilter(schema, { name: { $any: operand } })
    expect(canonical(of({ a: 1, b: [1, 2] }))).toBe(canonical(of({ b: [1, 2], a: 1 })))
    expect(canonical(of({ a: -0 }))).toBe(canonical(of({ a: 0 })))
    const different = [
      [1, 2],
      [2, 1],
      [1, 1, 2],
      ['1', 2],
      [1n, 2],
      { 0: 1, 1: 2 },
      1,
      1n,
      '1',
      'null',
    ]
    expect(new Set(different.map((each) => canonical(of(each)))).size).toBe(different.length)
  })

  it('bind cursors', () => {
    const rows = Array.from({ length: 5 }, (_, id) => ({ id, name: 'a' }))
    const query = (operand: unknown, more: object) =>
      parseQuery(schema, { filter_conditions: { name: { $any: operand } }, limit: 2, ...more })
    const { next } = runQuery(query(['a', 'b'], {}), rows)
    expect(next).toBeTypeOf('string')
    expect(runQuery(query(['a', 'b'], { next }), rows).items).toHaveLength(2)
    expect(() => query(['b', 'a'], { next })).toThrow(FilterError)
    expect(() => query(['a'], { next })).toThrow(FilterError)
  })

  it('are printed, read again and costed', () => {
    const filter = { $or: [{ name: { $like: 'a' } }, { $nor: [{ 'custom.x': { $any: ['b'] } }] }] }
    const parsed = parseFilter(schema, filter)
    expect(printFilter(parsed)).toEqual(filter)
    expect(parseFilter(schema, printFilter(parsed))).toEqual(parsed)
    expect(parseFilterText(schema, JSON.stringify(filter))).toEqual(parsed)
    expect(costOf(parseFilter(schema, { name: { $like: 'a' } }))).toBe(2 + 8)
    expect(costOf(and(parsed, or(parsed)))).toBe(2 * costOf(parsed))
    const dear = defineOperator({
      name: '$dear',
      types: ['string'],
      operand: 'text',
      test: () => () => true,
      sql: {},
      cost: 1000,
    })
    const own = defineSchema({ operators: [dear], fields: { id: fields.id, a: string() } })
    expect(() => parseFilter(own, { a: { $dear: 'x' } })).toThrow(/cost/)
    expect(compilePredicate(condition(own, { a: { $dear: 'x' } }))({ a: '' })).toBe(true)
  })

  it('of many bytes are refused', () => {
    const big = Array.from({ length: 400 }, () => 'x'.repeat(4000))
    expect(issueOf({ name: { $any: big } })?.code).toBe('too_costly')
    expect(issueOf({ name: { $any: { a: big } } })?.code).toBe('too_costly')
  })

  it('are in words, by the phrase of the definition', () => {
    const between = defineOperator({
      name: '$between',
      types: ['number'],
      operand: (input: unknown) => input as { from: number; to: number },
      test:
        ({ from, to }) =>
        (value) =>
          from <= value && value <= to,
      sql: {},
      phrase: {
        en: { is: '{field} is from {from} to {to}', not: '{field} is not from {from} to {to}' },
        de: { is: '{field} von {from} bis {to}', not: '{field} nicht von {from} bis {to}' },
      },
    })
    const own = defineSchema({ operators: [between], fields: { id: fields.id, a: number() } })
    const filter = condition(own, { a: { $between: { from: 1, to: 2 } } })
    expect(describeFilter(filter)).toBe('a is from 1 to 2')
    expect(describeFilter(filter, { locale: 'de-AT' })).toBe('a von 1 bis 2')
    expect(describeFilter(filter, { locale: 'fr' })).toBe('a $between {"from":1,"to":2}')
    const negated = parseFilter(schema, { name: { $not: { $like: 'a b' } } })
    expect(describeFilter(negated)).toBe('name $not $like “a b”')
  })

  it('go through JSON Schema, completions, the format and query strings', () => {
    const json = JSON.stringify(filterJsonSchema(schema))
    expect(json).toContain('"$any":{"examples":[["a"],["b","c"]]}')
    expect(json).toContain('"$like":{"type":"string","minLength":1,"maxLength":4096}')
    const labels = (text: string) =>
      completionsAt(schema, text, text.length).map(({ text }) => text)
    expect(labels('{"name": {"$l')).toEqual(['"$lt"', '"$lte"', '"$like"'])
    expect(labels('{"none": {"$l')).toEqual([])
    expect(labels('{"name": {"$any": ')).toEqual(['["a"]', '["b","c"]'])
    expect(formatFilter("{name:{$any:['a']}}")).toBe('{ "name": { "$any": ["a"] } }')
    const query = parseQueryString(schema, '?name[$any]=["a"]&only[$like]=1')
    expect(printFilter(query.condition)).toEqual({ name: { $any: ['a'] }, only: { $like: '1' } })
  })

  it('are those of clientSchema, of related rows and of every statement', () => {
    const client = clientSchema(schema)
    const rows = [{ id: 1, name: 'ab' }, { id: 2 }]
    const filter = parseFilter(client, { name: { $like: 'a' } })
    expect(filterRows(filter, rows)).toEqual([rows[0]])
    const related = relate(
      { people: schema, posts: defineSchema({ fields: { id: fields.id, author: integer() } }) },
      { posts: { by: one('people', { from: 'author', to: 'id' }) } },
    )
    for (const asked of [
      { by: { $is: { name: { $like: 'a' } } } },
      { 'by.name': { $like: 'a' } },
    ]) {
      const parsed = parseFilter(related.posts, asked)
      expect(compilePredicate(parsed)({ id: 1, author: 1, by: rows[0] })).toBe(true)
      const { text } = compileQuery(parseQuery(related.posts, { filter_conditions: asked }), {
        dialect: sqlite,
        table: 'posts',
        mapping: { by: { table: 'people' } },
      })
      expect(text).toMatch(/instr\("?[\w]+"?\."name", \?\)/)
      // The related schema's operators are not this one's.
      expect(() => parseFilter(related.posts, { author: { $like: 'a' } })).toThrow(FilterError)
    }
  })

  it('on lists of other kinds have no such operator', () => {
    const lists = defineOperator({
      name: '$a',
      types: ['string', 'list'],
      operand: 'text',
      test: () => () => true,
      sql: {},
    })
    const own = defineSchema({
      operators: [lists],
      fields: { id: fields.id, texts: list(string()), numbers: list(number()) },
    })
    expect(safeParseFilter(own, { texts: { $a: 'x' } }).ok).toBe(true)
    expect(safeParseFilter(own, { numbers: { $a: 'x' } }).ok).toBe(false)
  })
})

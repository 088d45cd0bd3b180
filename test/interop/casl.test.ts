import {
  AbilityBuilder,
  buildMongoQueryMatcher,
  createMongoAbility,
  type MongoAbility,
  subject,
} from '@casl/ability'
import { rulesToAST } from '@casl/ability/extra'
import { CompoundCondition, FieldCondition } from '@ucast/core'
import { $and, $nor, $not, $or, and, nor, not, or } from '@ucast/mongo2js'
import {
  boolean,
  compilePredicate,
  defineSchema,
  FilterError,
  integer,
  list,
  parseQuery,
  printFilter,
  restrict,
  runQuery,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { fromUcast, type UcastCondition } from 'tamis/interop'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { Table } from '../support/table.ts'

const articles = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    title: string(),
    status: string(),
    authorId: integer({ hidden: true }),
    published: boolean(),
    private: boolean(),
    views: integer(),
    tags: list(string()),
    createdAt: timestamp(),
    'author.role': string(),
  },
})

const at = (day: number) => new Date(Date.UTC(2024, 4, day))
const rows = Array.from({ length: 48 }, (_, i) => ({
  id: `a${String(i).padStart(2, '0')}`,
  title: i % 5 === 0 ? null : `t${i % 5}`,
  status: ['draft', 'review', 'published', null][i % 4],
  authorId: i % 3 === 0 ? null : i % 3,
  published: [true, false, null][Math.floor(i / 4) % 3],
  private: i % 2 === 0,
  views: i * 10,
  tags: [['a', 'b'], ['b'], [], ['a', 'b', 'c']][Math.floor(i / 2) % 4],
  createdAt: at(1 + (i % 20)),
  author: { role: ['admin', 'user', null][i % 3] },
}))

type Define = Pick<AbilityBuilder<MongoAbility>, 'can' | 'cannot'>
const user = { id: 1 }

/** Rules as CASL documents them. */
const RULES: readonly (readonly [string, (define: Define) => void])[] = [
  ['no rule', () => {}],
  ['everything', ({ can }) => void can('manage', 'all')],
  ['a type', ({ can }) => void can('read', 'Article')],
  ['another type', ({ can }) => void can('read', 'Comment')],
  ['an owner', ({ can }) => void can('read', 'Article', { authorId: user.id })],
  [
    'two rules, joined by or',
    ({ can }) => {
      can('read', 'Article', { published: true })
      can('read', 'Article', { authorId: user.id, status: 'draft' })
    },
  ],
  [
    'an inverted rule',
    ({ can, cannot }) => {
      can('read', 'Article')
      cannot('read', 'Article', { private: true })
    },
  ],
  [
    'an inverted rule between others, whose order counts',
    ({ can, cannot }) => {
      can('read', 'Article', { status: { $in: ['review', 'published'] } })
      cannot('read', 'Article', { private: true })
      can('read', 'Article', { authorId: user.id })
    },
  ],
  [
    'an inverted rule without conditions',
    ({ can, cannot }) => {
      can('read', 'Article')
      cannot('read', 'Article')
      can('read', 'Article', { status: 'published' })
    },
  ],
  [
    'several conditions',
    ({ can }) => void can('read', 'Article', { published: true, views: { $gte: 100, $lt: 400 } }),
  ],
  ['not equal', ({ can }) => void can('read', 'Article', { status: { $ne: 'draft' } })],
  ['none of', ({ can }) => void can('read', 'Article', { status: { $nin: ['draft', 'review'] } })],
  [
    'an inverted none of',
    ({ can, cannot }) => {
      can('read', 'Article')
      cannot('read', 'Article', { status: { $nin: ['draft', 'review'] } })
    },
  ],
  ['a negation', ({ can }) => void can('read', 'Article', { views: { $not: { $gt: 200 } } })],
  ['null', ({ can }) => void can('read', 'Article', { status: null })],
  ['not null', ({ can }) => void can('read', 'Article', { status: { $ne: null } })],
  [
    'a date',
    ({ can }) => void can('read', 'Article', { createdAt: { $gt: at(10), $lte: at(15) } }),
  ],
  ['a nested field', ({ can }) => void can('read', 'Article', { 'author.role': 'admin' })],
  ['an element of a list', ({ can }) => void can('read', 'Article', { tags: 'a' })],
  ['one of a list', ({ can }) => void can('read', 'Article', { tags: { $in: ['a', 'c'] } })],
  ['all of a list', ({ can }) => void can('read', 'Article', { tags: { $all: ['a', 'b'] } })],
  ['not in a list', ({ can }) => void can('read', 'Article', { tags: { $ne: 'a' } })],
  [
    'and, or and nor',
    ({ can }) =>
      void can('read', 'Article', {
        $or: [
          { $and: [{ published: true }, { views: { $gt: 50 } }] },
          { $nor: [{ status: 'draft' }, { private: true }] },
        ],
      }),
  ],
]

/** CASL's own, and the logical operators, as its documentation adds them. */
const conditionsMatcher = buildMongoQueryMatcher({ $and, $nor, $not, $or }, { and, nor, not, or })

function conditionsOf(define: (define: Define) => void) {
  const builder = new AbilityBuilder<MongoAbility>(createMongoAbility)
  define(builder)
  const ability = builder.build({ conditionsMatcher })
  const allowed = rows
    .filter((row) => ability.can('read', subject('Article', { ...row })))
    .map(({ id }) => id)
  return { allowed, condition: fromUcast(articles, rulesToAST(ability, 'read', 'Article')) }
}

describe('rules of CASL', () => {
  it.each(RULES)('%s: in memory', (_, define) => {
    const { allowed, condition } = conditionsOf(define)
    expect(rows.filter(compilePredicate(condition)).map(({ id }) => id)).toEqual(allowed)
  })

  it('select some rows, in most cases', () => {
    const counts = RULES.map(([, define]) => conditionsOf(define).allowed.length)
    expect(counts.filter((count) => count > 0 && count < rows.length).length).toBeGreaterThan(15)
    expect(counts[0]).toBe(0)
    expect(counts[1]).toBe(rows.length)
  })

  it('restrict a query of a client, who cannot name the hidden field', () => {
    const { allowed, condition } = conditionsOf(
      ({ can }) => void can('read', 'Article', { authorId: 1 }),
    )
    const query = restrict(parseQuery(articles, { limit: 100 }), condition)
    expect(runQuery(query, rows).items.map(({ id }) => id)).toEqual(allowed)
  })

  describe.each(available)('in $name', (engine) => {
    let connection: Connection
    let table: Table
    beforeAll(async () => {
      connection = await engine.connect()
      table = await Table.create(
        engine,
        connection,
        articles as unknown as Schema,
        { 'author.role': { column: 'author_role' } },
        'articles_casl',
      )
      await table.insert(rows)
    })
    afterAll(async () => {
      await table.drop()
      await connection.close()
    })

    it('select the rows that CASL permits', async () => {
      const all = RULES.map(([, define]) => conditionsOf(define))
      const found = await table.matchingEach(all.map(({ condition }) => condition))
      for (const [i, { allowed }] of all.entries()) expect(found[i], RULES[i]?.[0]).toEqual(allowed)
    })
  })
})

describe('a condition of ucast', () => {
  const eq = (field: string, value: unknown) => new FieldCondition('eq', field, value)

  it('is a condition', () => {
    const ast = new CompoundCondition('or', [
      new CompoundCondition('not', [eq('views', 1), eq('title', 'x')]),
      new CompoundCondition('nor', [eq('private', true)]),
    ])
    expect(printFilter(fromUcast(articles, ast))).toEqual({
      $or: [{ $nor: [{ views: 1 }] }, { $nor: [{ title: 'x' }] }, { $nor: [{ private: true }] }],
    })
  })

  /** What is refused, where, and what the message names. */
  it.each<[string, UcastCondition, string, string]>([
    ['exists', new FieldCondition('exists', 'title', true), '', 'there, a null exists'],
    ['regex', new FieldCondition('regex', 'title', /a/), '', 'regular expressions'],
    [
      'elemMatch',
      new FieldCondition('elemMatch', 'tags', eq('x', 1)),
      '',
      'its filter is not translated',
    ],
    ['size', new FieldCondition('size', 'tags', 1), '', 'equal elements of a list count'],
    ['mod', new FieldCondition('mod', 'views', [2, 0]), '', 'no operator here computes'],
    ['where', { operator: 'where', value: () => true }, '', 'code of clients'],
    ['an empty all', new FieldCondition('all', 'tags', []), '', 'an empty $all is true of nothing'],
    ['a list', eq('tags', ['a']), '', 'lists are compared in order there'],
    [
      'a regular expression in a list',
      new FieldCondition('in', 'title', ['a', /a/]),
      '/1',
      'a regular expression',
    ],
    ['an ObjectId', eq('title', { toHexString: () => 'ab' }), '', 'an ObjectId'],
    ['a Date of a text', eq('title', new Date(0)), '', 'only a timestamp() is an instant'],
    ['an unknown field', eq('titel', 'x'), '/titel', 'Unknown field "titel"'],
    [
      'another kind',
      eq('views', 'x'),
      '/views/$eq',
      'views $eq: expected an integer, received "x"',
    ],
    ['undefined', eq('views', undefined), '/views/$eq', 'received undefined'],
    ['an unknown operator', new FieldCondition('near', 'title', 1), '', 'unknown operator "$near"'],
    ['an unknown compound', { operator: 'xor', value: [] }, '', 'unknown operator "$xor"'],
    ['no field', { operator: 'eq', value: 1 }, '', 'eq: expected the field that it is about'],
    ['no list', { operator: 'and', value: 1 }, '', 'and: expected a list of conditions'],
    ['no condition', 1 as never, '', 'expected a condition of ucast, received 1'],
    [
      'a part',
      new CompoundCondition('and', [eq('views', 1), new CompoundCondition('or', [eq('titel', 1)])]),
      '/value/1/value/0/titel',
      'Unknown field',
    ],
  ])('%s is refused', (_, ast, path, message) => {
    let error: unknown
    try {
      fromUcast(articles, ast)
    } catch (own) {
      error = own
    }
    if (!(error instanceof FilterError)) throw new Error('expected a FilterError')
    expect(error.path).toBe(path)
    expect(error.message).toContain(message)
  })

  it('that nests too deep, or holds itself, is refused', () => {
    const own: { operator: string; value: unknown[] } = { operator: 'and', value: [] }
    own.value.push(own)
    expect(() => fromUcast(articles, own)).toThrow('nesting of at most')
  })
})

/**
 * The cases of texts: what is JSON and what is not, filters as people get them wrong, and query strings.
 * `runtimes` runs them elsewhere, so nothing here is of Node.
 */

import {
  boolean,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { parseFilterText } from 'tamis/text'

/** Cases of each class of JSONTestSuite, of the repository's own. */
export const VALID = [
  '{"a":[1,-0,0.5,1e3,1E-2,true,false,null,""]}',
  ' \t\r\n[ ]\n',
  '"\\u0041\\n\\"\\\\\\/\\b\\f\\r\\t\\ud83d\\ude00"',
  '{"":{"__proto__":1,"constructor":[]}}',
  '[[[[[[]]]]]]',
  '"\u2028\u2029\u007f"',
  '-1.5e+10',
]
export const INVALID = [
  '',
  ' ',
  '[1,]',
  '[,1]',
  '[1,,2]',
  '[1 2]',
  '{"a":1,}',
  '{"a" 1}',
  '{"a":}',
  '{a:1}',
  "{'a':1}",
  '{1:1}',
  '{"a":1 "b":2}',
  '[',
  ']',
  '{"a":[}',
  '[1]]',
  '[01]',
  '[+1]',
  '[.5]',
  '[5.]',
  '[1e]',
  '[0x1]',
  '[NaN]',
  '[-Infinity]',
  '[--1]',
  '[truE]',
  '[tru]',
  '["a]',
  '["\t"]',
  '["\n"]',
  '["\\x41"]',
  '["\\u12"]',
  '["\\"]',
  '/* no */ []',
  '[] // no',
  '\u00a0[]',
  '\ufeff[]',
  '[1]x',
  'a',
  '@',
  '{"a":1,"a":1}',
  '[1e400]',
  '{{}}',
  '[}',
  'undefined',
]
/** Texts that only the relaxed form accepts, and their values. */
export const RELAXED: readonly (readonly [text: string, value: unknown])[] = [
  ["{a: 'b', $in: [1, 2,],}", { a: 'b', $in: [1, 2] }],
  ['{custom.age: 1}', { 'custom.age': 1 }],
  ['// one\n[/* two */ 1]', [1]],
  ['[+1, -0x1F, .5, 5., 0XaB]', [1, -31, 0.5, 5, 171]],
  ["['it\\'s \\x41\\\n\\v\\0']", ["it's A\v\0"]],
  ['\ufeff\u00a0[]', []],
  ['ISODate("2024-05-01T12:00:00Z")', '2024-05-01T12:00:00Z'],
  ['{in: true, new: null}', { in: true, new: null }],
  ['9007199254740993', 9007199254740993n],
  ['-0x8000000000000000', -9223372036854775808n],
]
export const BAD_RELAXED = [
  '{a}',
  '{a: b}',
  '[1 2]',
  '[01]',
  '/* open',
  "'open",
  'new Date()',
  '[1,,]',
  '{,}',
]

/** Filters as people get them wrong, in both forms. */
export const WRONG: readonly (readonly [title: string, text: string, relaxed?: true])[] = [
  ['a misspelt field', '{"rol": "admin"}'],
  ['a misspelt operator', '{"role": {"$inn": ["admin", "moderator"]}}'],
  ['an operator that the field does not have', '{"name": {"$gt": "a"}}'],
  ['one of several, without $in', '{"role": ["admin", "moderator"]}'],
  ['a number as text', '{"custom.age": {"$gte": 18}, "banned": "false"}'],
  ['a date without a time', '{"created_at": {"$gte": "2024-05-01"}}'],
  ['a key without quotes', '{role: "admin"}'],
  ['single quotes', "{'role': 'admin'}"],
  ['a comma at the end', '{\n  "role": "admin",\n  "banned": false,\n}'],
  ['a missing comma', '{"role": "admin" "banned": false}'],
  ['a missing colon', '{"role" "admin"}'],
  ['a missing value', '{"role": , "banned": false}'],
  ['a missing bracket', '{"$or": [{"role": "admin"}, {"banned": true}'],
  ['the wrong bracket', '{"role": {"$in": ["admin", "moderator"}}'],
  ['an extra bracket', '{"role": "admin"}}'],
  ['an unterminated string', '{"role": "admin, "banned": false}'],
  ['a comment', '{"role": "admin"} // staff'],
  ['a duplicate key', '{"created_at": {"$gt": "2024-01-01T00:00:00Z"}, "created_at": 1}'],
  ['a number beyond all doubles', '{"custom.points": 1e400}'],
  ['an operator at the top', '{"$in": ["admin"]}'],
  ['$not around a whole filter', '{"$not": {"role": "admin"}}'],
  ['an empty list of filters', '{"$or": []}'],
  ['a call of another kind', '{created_at: {$gt: new Date("2024-05-01")}}', true],
  ['a word without quotes', '{role: admin, banned: True}', true],
  ['an unterminated comment', '{role: "admin"} /* staff', true],
  [
    'three mistakes at once',
    '{\n  "rol": "admin",\n  "custom.age": {"$gte": 018},\n  "banned": flase\n}',
  ],
  [
    'a long line',
    `{"id": {"$in": [${Array.from({ length: 30 }, (_, i) => `"user-${i}"`).join(', ')}, 31, "user-32"]}}`,
  ],
]

/** What a call throws; undefined if it returns. */
export const thrownBy = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** What is said of each of them, as Markdown. */
export function pageOfErrors(schema: Schema): string {
  const shown = WRONG.map(([title, text, relaxed = false]) => {
    const error = thrownBy(() => parseFilterText(schema, text, { relaxed }))
    if (!(error instanceof FilterError)) throw new Error(`no FilterError: ${title}`)
    return `## ${title}${relaxed ? ' (relaxed)' : ''}\n\n\`\`\`\n${error}\n\`\`\`\n`
  })
  return `# Wrong filters, and what is said of them\n\n${shown.join('\n')}`
}

export const searchSchema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({
      operators: [
        '$eq',
        '$gt',
        '$in',
        '$nin',
        '$exists',
        '$autocomplete',
        '$startsWith',
        '$iin',
        '$ieq',
      ],
    }),
    only: string({ operators: ['$eq'] }),
    banned: boolean(),
    age: integer(),
    created_at: timestamp({ sortable: true }),
    teams: list(string()),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer'], {
      operators: ['$eq', '$gte', '$in', '$startsWith'],
    }),
  },
  options: { include_banned: { default: true, unless: { banned: { $ne: true } } } },
})

/** Query strings, and the filter that each means. */
export const SEARCHES: [search: string, filter: object][] = [
  ['role=admin', { role: 'admin' }],
  ['?role=admin&custom.age[$gte]=18', { role: 'admin', 'custom.age': { $gte: 18 } }],
  ['age=18', { age: 18 }],
  ['age[$in][]=1&age[$in][]=2', { age: { $in: [1, 2] } }],
  ['age[$in]=1&age[$in]=2', { age: { $in: [1, 2] } }],
  ['age[$in]=1', { age: { $in: [1] } }],
  ['age[$gt]=9007199254740993', { age: { $gt: 9007199254740993n } }],
  ['age=null', { age: null }],
  ['role=null', { role: 'null' }],
  ['role=18', { role: '18' }],
  ['role=', { role: '' }],
  ['banned=true', { banned: true }],
  ['banned[$exists]=false', { banned: { $exists: false } }],
  ['custom.a=18', { 'custom.a': 18 }],
  ['custom.a="18"', { 'custom.a': '18' }],
  ['custom.a=x', { 'custom.a': 'x' }],
  ['custom.a=true', { 'custom.a': true }],
  ['teams=a', { teams: 'a' }],
  ['teams=a&teams=b', { teams: ['a', 'b'] }],
  ['teams[$all][]=a', { teams: { $all: ['a'] } }],
  ['role[$autocomplete]=ro%20x', { role: { $autocomplete: 'ro x' } }],
  ['role[$startsWith]=18', { role: { $startsWith: '18' } }],
  ['role[$ieq]=null', { role: { $ieq: 'null' } }],
  ['role[$iin]=a,b', { role: { $iin: ['a', 'b'] } }],
  ['role[$iin]=a', { role: { $iin: ['a'] } }],
  ['role[$iin]=a&role[$iin]=b', { role: { $iin: ['a', 'b'] } }],
  ['custom.a[$startsWith]=18', { 'custom.a': { $startsWith: '18' } }],
  ['role[$not][$eq]=a', { role: { $not: { $eq: 'a' } } }],
  ['$or[0][role]=a&$or[1][age][$lt]=5', { $or: [{ role: 'a' }, { age: { $lt: 5 } }] }],
  [
    'created_at[$gte]=2024-05-01T12:00:00%2B02:00',
    { created_at: { $gte: '2024-05-01T10:00:00.000000Z' } },
  ],
  [`filter=${encodeURIComponent('{"role": {"$in": ["a"]}}')}`, { role: { $in: ['a'] } }],
  ['', {}],
  ['?', {}],
  // As people write them.
  ['role[$in]=a,b', { role: { $in: ['a', 'b'] } }],
  ['role[$nin]=a,,b ', { role: { $nin: ['a', '', 'b '] } }],
  ['role[$in][]=a,b', { role: { $in: ['a,b'] } }],
  ['role[$in]=a,b&role[$in]=c', { role: { $in: ['a,b', 'c'] } }],
  ['role=a,b', { role: 'a,b' }],
  ['age[$in]=1,2', { age: { $in: [1, 2] } }],
  ['age[$in]=1,null', { age: { $in: [1, null] } }],
  ['teams[$all]=a,b', { teams: { $all: ['a', 'b'] } }],
  ['custom.a[$in]="1,2",3,x', { 'custom.a': { $in: ['1,2', 3, 'x'] } }],
  ['custom.a[$in]="a\\"b",c"d', { 'custom.a': { $in: ['a"b', 'c"d'] } }],
  ['role=a&role=b', { role: { $in: ['a', 'b'] } }],
  ['role[]=a', { role: 'a' }],
  ['role[]=a&role[]=b', { role: { $in: ['a', 'b'] } }],
  ['age=1&age=2', { age: { $in: [1, 2] } }],
  ['id=a&id=b&role=c', { id: { $in: ['a', 'b'] }, role: 'c' }],
  ['filter[role]=paid&filter[age][$gt]=3', { role: 'paid', age: { $gt: 3 } }],
  ['filter[custom.a]=1', { 'custom.a': 1 }],
  ['filter[$or][0][role]=a&filter[$or][1][age]=1', { $or: [{ role: 'a' }, { age: 1 }] }],
  ['role[$exists]=false', { role: { $exists: false } }],
]

/** What is refused, and with which code. */
export const BAD_SEARCHES: [search: string, code: string][] = [
  ['rol=admin', 'unknown_field'],
  ['tenant=t1', 'unknown_field'],
  ['filter_conditions=1', 'unknown_field'],
  ['__proto__[role]=a', 'unknown_field'],
  ['constructor[prototype][role]=a', 'unknown_field'],
  ['role[__proto__]=a', 'unknown_field'],
  ['role=a&%5F_proto__=b', 'unknown_field'],
  ['=a', 'unknown_field'],
  ['role=a&=b', 'unknown_field'],
  ['role[$gt=a', 'invalid_operand'],
  ['only=a&only=b', 'operator_not_allowed'],
  ['role[$eq]=a&role[$eq]=b', 'invalid_operand'],
  ['role=a&role[$gt]=b', 'invalid_operand'],
  ['filter[role]=a&age=1', 'invalid_operand'],
  ['filter[role]=a&filter={}', 'invalid_operand'],
  ['filter[custom][a]=1', 'unknown_field'],
  ['age[$in]=1,,2', 'invalid_operand'],
  ['page=2', 'unknown_option'],
  ['filter[page]=2', 'unknown_option'],
  ['role[$eq][x]=a', 'invalid_operand'],
  ['role[$eq]=a&role[x]=b', 'invalid_operand'],
  ['age=18x', 'invalid_operand'],
  ['age=0x12', 'invalid_operand'],
  [`age=${'9'.repeat(1000)}`, 'invalid_operand'],
  ['banned=1', 'invalid_operand'],
  ['created_at[$gte]=2024-05-01T12:00:00+02:00', 'invalid_operand'],
  ['limit=ten', 'invalid_limit'],
  ['limit=1&limit=2', 'invalid_limit'],
  ['limit=-1', 'invalid_limit'],
  ['sort=role', 'not_sortable'],
  ['sort={', 'invalid_sort'],
  ['include_banned=yes', 'invalid_operand'],
  ['next=x', 'invalid_cursor'],
  ['payload={}&limit=3', 'invalid_operand'],
  ['payload={', 'syntax'],
  ['filter={}&role=a', 'invalid_operand'],
  ['filter={"role":1}', 'invalid_operand'],
  ['role=%00', 'invalid_operand'],
  ['$where=1', 'unknown_operator'],
]

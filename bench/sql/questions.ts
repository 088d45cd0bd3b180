/** What an admin's table asks of `people`, as a payload and as the SQL that an expert writes for it. */

import { boolean, defineSchema, dynamic, integer, list, number, string, timestamp } from 'tamis'
import { about, type SqlQuestion, type SqlSet } from './asked.ts'
import { FIRST, type Spelling } from './databases.ts'

const required = true
const sortable = true

const schema = defineSchema({
  fields: {
    id: integer({ required, sortable }),
    email: string({ required }),
    name: string({ required, sortable }),
    role: string({ required }),
    status: string({ required }),
    active: boolean({ required }),
    age: integer({ required, sortable }),
    price: number({ required, sortable }),
    created_at: timestamp({ required, sortable, digits: 0 }),
    last_active: timestamp({ sortable, digits: 0 }),
    teams: list(string()),
    'custom.*': dynamic(['string', 'integer']),
  },
  // To find the row in the middle that a cursor goes on behind.
  limits: { offset: { max: 1_000_000 } },
})

const SELECTED = ['id', 'email', 'name', 'role', 'created_at', 'last_active'] as const

/** Beyond half of the table. */
const DEEP = 500_000

const instant = (row: number): string =>
  new Date(FIRST + row * 30_000).toISOString().replace('.000', '')

const emails = Array.from({ length: 100 }, (_, i) => `user${i * 9973 + 17}@example.com`)
const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

const NEWEST = 'ORDER BY created_at DESC, id DESC'
const newest = { sort: { created_at: -1 } }

/** The rows behind one, in an order of two columns. */
function behindOf({ comparesRows }: Spelling, columns: readonly [string, string], sign: '<' | '>') {
  const [first, second] = columns
  return comparesRows
    ? { text: `(${first}, ${second}) ${sign} (?, ?)`, of: <T>(a: T, b: T) => [a, b] }
    : {
        text: `${first} ${sign}= ? AND (${first} ${sign} ? OR ${second} ${sign} ?)`,
        of: <T>(a: T, b: T) => [a, a, b],
      }
}

const QUESTIONS: readonly SqlQuestion[] = [
  {
    name: 'a common value, newest first',
    payload: { filter_conditions: { role: 'admin' }, ...newest },
    expert: () => ({ text: `WHERE role = ? ${NEWEST}`, params: ['admin'] }),
  },
  {
    name: 'a rare value, newest first',
    payload: { filter_conditions: { role: 'owner' }, ...newest },
    expert: () => ({ text: `WHERE role = ? ${NEWEST}`, params: ['owner'] }),
  },
  {
    name: 'a value that only the oldest rows have, newest first',
    payload: { filter_conditions: { status: 'archived' }, ...newest },
    expert: () => ({ text: `WHERE status = ? ${NEWEST}`, params: ['archived'] }),
  },
  {
    name: 'a unique value',
    payload: { filter_conditions: { email: 'user765432@example.com' } },
    expert: () => ({ text: 'WHERE email = ? ORDER BY id', params: ['user765432@example.com'] }),
  },
  {
    name: '$in of two common values, newest first',
    payload: { filter_conditions: { role: { $in: ['admin', 'editor'] } }, ...newest },
    expert: () => ({ text: `WHERE role IN (?, ?) ${NEWEST}`, params: ['admin', 'editor'] }),
  },
  {
    name: '$in of 100 unique values',
    payload: { filter_conditions: { email: { $in: emails } } },
    expert: () => ({ text: `WHERE email IN (${marks(emails)}) ORDER BY id`, params: emails }),
  },
  {
    name: '$ne of a common value, newest first',
    payload: { filter_conditions: { role: { $ne: 'admin' } }, ...newest },
    expert: () => ({ text: `WHERE role <> ? ${NEWEST}`, params: ['admin'] }),
  },
  {
    name: 'a range of integers, by key',
    payload: { filter_conditions: { age: { $gte: 30, $lte: 31 } } },
    expert: () => ({ text: 'WHERE age BETWEEN ? AND ? ORDER BY id', params: [30, 31] }),
  },
  {
    name: 'a small range of decimals, by key',
    payload: { filter_conditions: { price: { $gte: 500, $lt: 501 } } },
    expert: () => ({ text: 'WHERE price >= ? AND price < ? ORDER BY id', params: [500, 501] }),
  },
  {
    name: 'in the order of decimals',
    payload: { sort: { price: -1 } },
    expert: () => ({ text: 'ORDER BY price DESC, id DESC' }),
  },
  {
    name: 'a day, newest first',
    payload: {
      filter_conditions: { created_at: { $gte: instant(600_000), $lt: instant(602_880) } },
      ...newest,
    },
    expert: (spelling) => ({
      text: `WHERE created_at >= ? AND created_at < ? ${NEWEST}`,
      params: [spelling.instant(instant(600_000)), spelling.instant(instant(602_880))],
    }),
  },
  {
    name: 'a day and a common value, newest first',
    payload: {
      filter_conditions: {
        created_at: { $gte: instant(600_000), $lt: instant(602_880) },
        role: 'guest',
      },
      ...newest,
    },
    expert: (spelling) => ({
      text: `WHERE created_at >= ? AND created_at < ? AND role = ? ${NEWEST}`,
      params: [spelling.instant(instant(600_000)), spelling.instant(instant(602_880)), 'guest'],
    }),
  },
  {
    name: 'a prefix, as a range of texts',
    payload: { filter_conditions: { name: { $gte: 'Kad', $lt: 'Kae' } } },
    expert: () => ({ text: 'WHERE name >= ? AND name < ? ORDER BY id', params: ['Kad', 'Kae'] }),
  },
  {
    name: 'in the order of texts',
    payload: { sort: { name: 1 } },
    expert: () => ({ text: 'ORDER BY name, id' }),
  },
  {
    name: 'a list with a common value, newest first',
    payload: { filter_conditions: { teams: { $contains: 'red' } }, ...newest },
    expert: ({ contains }) => ({ text: `WHERE ${contains('?')} ${NEWEST}`, params: ['red'] }),
  },
  {
    name: 'a list with a rare value, newest first',
    payload: { filter_conditions: { teams: { $contains: 'night' } }, ...newest },
    expert: ({ contains }) => ({ text: `WHERE ${contains('?')} ${NEWEST}`, params: ['night'] }),
  },
  {
    name: 'a JSON key with a common value, newest first',
    payload: { filter_conditions: { 'custom.plan': 'pro' }, ...newest },
    expert: ({ hasText }) => ({ text: `WHERE ${hasText('plan', 'pro')} ${NEWEST}` }),
  },
  {
    name: 'a JSON key with a rare value, newest first',
    payload: { filter_conditions: { 'custom.color': 'mauve' }, ...newest },
    expert: ({ hasText }) => ({ text: `WHERE ${hasText('color', 'mauve')} ${NEWEST}` }),
  },
  {
    name: 'a boolean that is true of most rows, newest first',
    payload: { filter_conditions: { active: true }, ...newest },
    expert: (spelling) => ({ text: `WHERE active = ${spelling.true} ${NEWEST}` }),
  },
  {
    name: 'a boolean that is false of few rows, newest first',
    payload: { filter_conditions: { active: false }, ...newest },
    expert: (spelling) => ({ text: `WHERE active = ${spelling.false} ${NEWEST}` }),
  },
  {
    name: '$or of two columns',
    payload: {
      filter_conditions: { $or: [{ email: 'user765432@example.com' }, { status: 'archived' }] },
    },
    expert: () => ({
      text: 'WHERE email = ? OR status = ? ORDER BY id',
      params: ['user765432@example.com', 'archived'],
    }),
  },
  // There are more than enough rows of the first kind: an expert does not ask for the others.
  {
    name: 'a nullable order, descending, rows without a value last',
    payload: { sort: { last_active: -1 } },
    expert: () => ({ text: 'WHERE last_active IS NOT NULL ORDER BY last_active DESC, id DESC' }),
  },
  {
    name: 'a nullable order, ascending, rows without a value last',
    payload: { sort: [{ field: 'last_active', direction: 1, nulls: 'last' }] },
    expert: () => ({ text: 'WHERE last_active IS NOT NULL ORDER BY last_active, id' }),
  },
  {
    name: 'a nullable order, ascending, rows without a value first',
    payload: { sort: [{ field: 'last_active', direction: 1, nulls: 'first' }] },
    expert: () => ({ text: 'WHERE last_active IS NULL ORDER BY id' }),
  },
  {
    name: 'a cursor in the middle, newest first',
    payload: newest,
    behind: DEEP,
    expert(spelling, row) {
      const { text, of } = behindOf(spelling, ['created_at', 'id'], '<')
      const params = row && of<unknown>(spelling.instant(row.created_at), row.id)
      return { text: `WHERE ${text} ${NEWEST}`, ...(params && { params }) }
    },
  },
  {
    name: 'a cursor in the middle of a nullable order',
    payload: { sort: { last_active: -1 } },
    behind: DEEP,
    expert(spelling, row) {
      const { text, of } = behindOf(spelling, ['last_active', 'id'], '<')
      const params = row && of<unknown>(spelling.instant(row.last_active ?? ''), row.id)
      return { text: `WHERE ${text} ORDER BY last_active DESC, id DESC`, ...(params && { params }) }
    },
  },
  {
    name: 'a cursor in the middle, of a common value',
    payload: { filter_conditions: { role: 'admin' }, ...newest },
    behind: DEEP / 4,
    expert(spelling, row) {
      const { text, of } = behindOf(spelling, ['created_at', 'id'], '<')
      const params = row && ['admin', ...of<unknown>(spelling.instant(row.created_at), row.id)]
      return { text: `WHERE role = ? AND ${text} ${NEWEST}`, ...(params && { params }) }
    },
  },
  {
    name: 'an offset of 1,000',
    payload: { ...newest, offset: 1000 },
    expert: () => ({ text: NEWEST }),
  },
  {
    name: 'the number of rows with a rare value',
    payload: { role: 'owner' },
    isCount: true,
    expert: () => ({ text: 'WHERE role = ?', params: ['owner'] }),
  },
  {
    name: 'the number of rows with a common value',
    payload: { role: 'admin' },
    isCount: true,
    expert: () => ({ text: 'WHERE role = ?', params: ['admin'] }),
  },
]

export const PEOPLE: SqlSet = {
  name: 'people',
  page: 'SQL.md',
  about:
    'The table `people` has 1,000,000 rows in each database, with the types and the collation that people get by default, and ordinary indexes of single columns (bench/sql/databases.ts, bench/sql/questions.ts).',
  large: ['people'],
  fill: (database, rows) => database.fill(rows),
  questions: about(
    { schema, table: 'people', selected: SELECTED, mapping: ({ mapping }) => mapping },
    QUESTIONS,
  ),
}

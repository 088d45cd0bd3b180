/** Filters of texts: beginnings, parts, and without regard to case. */

import { createTable, defineSchema, integer, string } from 'tamis'
import { about, type SqlQuestion, type SqlSet, type Subject } from './asked.ts'
import type { SqlDatabase } from './databases.ts'

const required = true
const OPERATORS = ['$eq', '$startsWith', '$includes', '$ieq', '$istartsWith'] as const

const schema = defineSchema({
  fields: {
    id: integer({ required, sortable: true }),
    name: string({ required, operators: OPERATORS }),
    // In PostgreSQL, with an index of trigrams.
    title: string({ required, operators: ['$includes'] }),
    email: string({ required, insensitive: true, operators: ['$eq', '$startsWith'] }),
  },
})

const CONTACTS: Subject = {
  schema,
  table: 'contacts',
  selected: ['id', 'name', 'email'],
  mapping: () => ({}),
}

const letter = (divisor: number) =>
  `substr('abcdefghijklmnopqrstuvwxyz', CAST((i - i % ${divisor}) / ${divisor} % 26 AS INT) + 1, 1)`

/** Five letters that are the same in no two of 11 million rows, the last changing first. */
function nameOf({ name }: SqlDatabase): string {
  const letters = [1, 26, 676, 17_576, 456_976].map(letter)
  const text = `concat(${letters.toReversed().join(', ')}, ' ', i % 97)`
  // Casts of MySQL and MariaDB know INTEGER as SIGNED alone.
  const isMysql = name === 'MySQL' || name === 'MariaDB'
  return isMysql ? text.replaceAll('AS INT)', 'AS SIGNED)') : text
}

function fill(database: SqlDatabase, rows: number): readonly string[] {
  const { dialect, numbers, analyze, name } = database
  const extensions = name === 'PostgreSQL' ? ['pg_trgm'] : []
  const statements = createTable(schema, { dialect, table: 'contacts', extensions })
    // Of names, parts are looked for without an index of trigrams.
    .filter((text) => !text.includes('contacts_name_trigrams'))
    .map((text) => text.replace('CREATE EXTENSION IF NOT EXISTS pg_trgm', TRIGRAMS))
  const isIndex = (text: string) => text.startsWith('CREATE INDEX')
  const series = numbers(rows)
  const own = nameOf(database)
  const email = `concat('User.', ${own}, '@Example.com')`
  return [
    ...series.before,
    ...statements.filter((text) => !isIndex(text)),
    `INSERT INTO contacts (id, name, title, email, name_folded, email_folded)
     ${series.with}SELECT i, concat('N', ${own}), ${own}, ${email}, concat('n', ${own}), lower(${email}) FROM ${series.from}`,
    ...statements.filter(isIndex),
    ...analyze(['contacts']),
  ]
}

/** Once for the whole database: in this run's own schema, others could not use it. */
const TRIGRAMS = 'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public'

const QUESTIONS: readonly SqlQuestion[] = [
  {
    name: '$startsWith, some 700 rows',
    payload: { filter_conditions: { name: { $startsWith: 'Nabk' } } },
    expert: () => ({
      text: 'WHERE name >= ? AND name < ? ORDER BY id',
      params: ['Nabk', 'Nabl'],
    }),
  },
  {
    name: '$istartsWith, some 700 rows',
    payload: { filter_conditions: { name: { $istartsWith: 'nABK' } } },
    expert: () => ({
      text: 'WHERE name_folded >= ? AND name_folded < ? ORDER BY id',
      params: ['nabk', 'nabl'],
    }),
  },
  {
    name: '$ieq',
    payload: { filter_conditions: { name: { $ieq: 'NABKDE 71' } } },
    expert: () => ({ text: 'WHERE name_folded = ? ORDER BY id', params: ['nabkde 71'] }),
  },
  {
    name: 'equality of an insensitive field',
    payload: { filter_conditions: { email: 'USER.abkde 71@example.com' } },
    expert: () => ({
      text: 'WHERE email_folded = ? ORDER BY id',
      params: ['user.abkde 71@example.com'],
    }),
  },
  {
    name: '$startsWith of an insensitive field',
    payload: { filter_conditions: { email: { $startsWith: 'USER.abk' } } },
    expert: () => ({
      text: 'WHERE email_folded >= ? AND email_folded < ? ORDER BY id',
      params: ['user.abk', 'user.abl'],
    }),
  },
  {
    name: '$includes of a common part',
    payload: { filter_conditions: { name: { $includes: 'k' } } },
    expert: ({ includes }) => ({ text: `WHERE ${includes('name')} ORDER BY id`, params: ['k'] }),
  },
  {
    name: '$includes of a rare part, without an index',
    payload: { filter_conditions: { name: { $includes: 'bkde' } } },
    expert: ({ includes }) => ({
      text: `WHERE ${includes('name')} ORDER BY id`,
      params: ['bkde'],
    }),
  },
  {
    name: '$includes of a rare part, in PostgreSQL with pg_trgm',
    payload: { filter_conditions: { title: { $includes: 'bkde' } } },
    expert: ({ includes }) => ({
      text: `WHERE ${includes('title')} ORDER BY id`,
      params: ['bkde'],
    }),
  },
]

export const TEXTS: SqlSet = {
  name: 'texts',
  page: 'SQL-TEXTS.md',
  about:
    'The table `contacts` is that of `createTable`, with 1,000,000 rows and the folded columns that it makes. In PostgreSQL, parts of `title` are found by an index of trigrams, parts of `name` without one (bench/sql/texts.ts).',
  large: ['contacts'],
  fill,
  questions: about(CONTACTS, QUESTIONS),
}

import { type Fragment, sql } from '../dialect/fragment.ts'
import type { CollationFacts, TypeFacts } from './facts.ts'
import { type Fact, one, present, type Question } from './records.ts'

/** The types of columns by their numbers, with those that they are made from. */
export type Types = ReadonlyMap<string, Fact>

export async function typesOf(question: Question, table: Fragment): Promise<Types> {
  const rows = await question(sql`
    WITH RECURSIVE reached (oid) AS (
      SELECT a.atttypid FROM pg_attribute a
      WHERE a.attrelid = ${table} AND a.attnum > 0 AND NOT a.attisdropped
      UNION
      SELECT made.oid FROM reached r JOIN pg_type t ON t.oid = r.oid
      CROSS JOIN LATERAL (VALUES
        (t.typbasetype), (CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END)
      ) AS made (oid)
      WHERE made.oid <> 0
    )
    SELECT t.oid::text AS id, t.typname::text AS name, n.nspname::text AS schema,
      t.typtype = 'd' AS is_domain, t.typbasetype::text AS base, t.typtypmod AS modifier,
      CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem::text END AS element,
      (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e
        WHERE e.enumtypid = t.oid) AS members,
      (SELECT json_agg(pg_get_expr(c.conbin, 0) ORDER BY c.conname)::text FROM pg_constraint c
        WHERE c.contypid = t.oid AND c.contype = 'c' AND c.convalidated) AS checks,
      format_type(t.oid, NULL) AS text
    FROM reached r JOIN pg_type t ON t.oid = r.oid JOIN pg_namespace n ON n.oid = t.typnamespace`)
  return new Map(rows.map((row) => [row.text('id'), row]))
}

/** What a type's modifier says, which is -1 where it says nothing. */
function parametersOf(name: string, modifier: number): Partial<TypeFacts> {
  switch (name) {
    case 'varchar':
    case 'bpchar':
      return modifier < 0 ? {} : { length: modifier - 4 }
    case 'bit':
    case 'varbit':
      return modifier < 0 ? {} : { length: modifier }
    case 'numeric': {
      if (modifier < 0) return {}
      // The scale is of eleven bits, with a sign from PostgreSQL 15 on.
      const scale = ((modifier - 4) & 0x7ff) ^ 0x400
      return { precision: ((modifier - 4) >> 16) & 0xffff, scale: scale - 0x400 }
    }
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { digits: modifier < 0 ? 6 : modifier }
    default:
      return {}
  }
}

/** A type of that number and modifier; `text` is as the database prints it. */
export function typeOf(types: Types, id: string, modifier: number, text?: string): TypeFacts {
  const type = types.get(id)
  if (type === undefined) throw new TypeError(`tamis/check: postgres: no type of number ${id}`)
  const name = type.text('name')
  const schema = type.text('schema')
  const own = { text: text ?? type.text('text') }
  if (type.is('is_domain')) {
    const base = typeOf(types, type.text('base'), type.number('modifier'))
    const checks = [...(base.domain?.checks ?? []), ...type.list('checks')]
    return { ...base, ...own, domain: { schema, name, checks } }
  }
  const element = type.maybe('element')
  if (element !== undefined) {
    return { ...own, name: 'array', element: typeOf(types, element, modifier) }
  }
  return present<TypeFacts>({
    ...own,
    name,
    schema: schema === 'pg_catalog' ? undefined : schema,
    members: type.maybe('members') === undefined ? undefined : type.list('members'),
    ...(schema === 'pg_catalog' ? parametersOf(name, modifier) : {}),
  })
}

/** The database's own collation, and its encoding. */
export const databaseOf = (question: Question): Promise<Fact> =>
  one(
    question,
    // The catalogs of later versions have more columns, and other names for some.
    sql`SELECT current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
      coalesce(d.own ->> 'datlocprovider', 'c') AS provider,
      coalesce(d.own ->> 'datlocale', d.own ->> 'daticulocale', d.own ->> 'datcollate') AS locale
    FROM (SELECT to_jsonb(d) AS own FROM pg_database d WHERE d.datname = current_database()) AS d`,
  )

/** The collations of the columns, by their numbers. */
export async function collationsOf(
  question: Question,
  table: Fragment,
  database: Fact,
): Promise<ReadonlyMap<string, CollationFacts>> {
  const rows = await question(sql`
    SELECT c.oid::text AS id, c.collname::text AS name, c.collprovider::text AS provider,
      c.collisdeterministic AS is_deterministic, coalesce(c.own ->> 'colllocale',
        c.own ->> 'colliculocale', c.own ->> 'collcollate') AS locale
    FROM (SELECT c.*, to_jsonb(c) AS own FROM pg_collation c) AS c
    WHERE c.oid IN (SELECT a.attcollation FROM pg_attribute a WHERE a.attrelid = ${table})`)
  return new Map(rows.map((row) => [row.text('id'), collationOf(row, database)]))
}

/** The locales of the C library that order by code point. */
const BY_CODE_POINT = /^(C|POSIX|C\.UTF-?8|ucs_basic)$/i

function collationOf(row: Fact, database: Fact): CollationFacts {
  const source = row.text('provider') === 'd' ? database : row
  const provider = source.text('provider')
  const locale = source.maybe('locale') ?? ''
  const isDeterministic = row.is('is_deterministic')
  return {
    name: row.text('name'),
    // Those that are built in (`b`) are all by code point; ICU's (`i`), none.
    isBinary: provider === 'b' || (provider === 'c' && BY_CODE_POINT.test(locale)),
    isDeterministic,
    ...(isDeterministic ? { ignoresCase: false, ignoresAccents: false } : strengthOf(locale)),
    padsSpace: false,
  }
}

/** What a locale of ICU that is not deterministic ignores: `und-u-ks-level2` ignores case. */
function strengthOf(locale: string): Partial<CollationFacts> {
  if (/-ks-level2\b/.test(locale)) return { ignoresCase: true, ignoresAccents: false }
  if (!/-ks-level1\b/.test(locale)) return {}
  return { ignoresCase: !/-kc(?!-false)\b/.test(locale), ignoresAccents: true }
}

// Longer than most files here: one statement for each catalog, and what is made of its rows.

import { type Fragment, sql } from '../dialect/fragment.ts'
import { postgres } from '../dialect/postgres/index.ts'
import type { Ask } from './connection.ts'
import type {
  CollationFacts,
  ColumnFacts,
  ForeignKeyFacts,
  IndexFacts,
  IndexKey,
  TableFacts,
  TableName,
  TypeFacts,
} from './facts.ts'
import { uniquesOf } from './indexes.ts'
import { collationsOf, databaseOf, type Types, typeOf, typesOf } from './postgres-types.ts'
import {
  type Fact,
  groupBy,
  noTable,
  present,
  type Question,
  questionOf,
  settingsOf,
} from './records.ts'

/** What every statement here is told. */
interface Site {
  readonly question: Question
  /** The table's number. */
  readonly table: Fragment
  readonly schema: string
  /** Whether the database enforces constraints there. */
  readonly isTable: boolean
  /** Whether queries read rows of tables that constraints do not bind. */
  readonly isInherited: boolean
}

/** As a statement finds it: with the search path, and what is temporary first. */
async function find(question: Question, table: TableName): Promise<Fact> {
  const { schema, name } = table
  const quoted =
    schema === undefined
      ? sql`quote_ident(${name})`
      : sql`quote_ident(${schema}) || '.' || quote_ident(${name})`
  const [found] = await question(sql`
    SELECT c.oid::text AS id, c.relname::text AS name, n.nspname::text AS schema,
      c.relkind IN ('r', 'p') AS is_table,
      c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid) AS is_inherited
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass(${quoted}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`)
  return found ?? noTable(table)
}

async function columnsOf(
  { question, table, isTable }: Site,
  types: Types,
  collations: ReadonlyMap<string, CollationFacts>,
): Promise<readonly ColumnFacts[]> {
  const rows = await question(sql`
    SELECT a.attname::text AS name, a.atttypid::text AS type, a.atttypmod AS modifier,
      format_type(a.atttypid, a.atttypmod) AS text, a.attcollation::text AS collation,
      a.attgenerated <> '' AS is_generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
      a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AS is_identity,
      -- NOT NULL binds no rows that were there, where it is NOT VALID, nor those of a table that
      -- inherits from this one, where it has none of its own.
      a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint c
        WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND NOT c.convalidated
          AND a.attnum = ANY (c.conkey))
      AND NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_attribute own ON own.attrelid = h.inhrelid
        WHERE h.inhparent = a.attrelid AND own.attname = a.attname AND NOT own.attnotnull)
      AS is_not_null
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ${table} AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum`)
  return rows.map((row) => {
    const type = typeOf(types, row.text('type'), row.number('modifier'), row.text('text'))
    const collation = collations.get(row.text('collation'))
    const isGenerated = row.is('is_generated')
    return present<ColumnFacts>({
      name: row.text('name'),
      type,
      nullable: !isTable || !row.is('is_not_null'),
      default: isGenerated ? undefined : row.maybe('expression'),
      generated: isGenerated ? row.maybe('expression') : undefined,
      identity: row.is('is_identity') ? true : undefined,
      collation: collation && { ...collation, padsSpace: scalarOf(type).name === 'bpchar' },
    })
  })
}

const scalarOf = (type: TypeFacts): TypeFacts =>
  type.element === undefined ? type : scalarOf(type.element)

async function indexesOf({ question, table }: Site) {
  const rows = await question(sql`
    SELECT i.relname::text AS "index", m.amname::text AS method, x.indisprimary AS is_primary,
      -- Of an exclusion constraint: columns of it are not unique.
      x.indisunique AND NOT x.indisexclusion AS is_unique, pg_get_expr(x.indpred, x.indrelid) AS predicate,
      a.attname::text AS "column", pg_get_indexdef(i.oid, k.n, true) AS expression,
      m.amname = 'btree' AS is_ordered, (x.indoption[k.n - 1] & 1) = 1 AS is_descending,
      (x.indoption[k.n - 1] & 2) = 2 AS is_nulls_first, l.collname::text AS collation,
      CASE WHEN NOT o.opcdefault THEN o.opcname::text END AS operators
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
    CROSS JOIN LATERAL generate_series(1, x.indnkeyatts::integer) AS k (n)
    LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k.n - 1] AND a.attnum <> 0
    LEFT JOIN pg_collation l ON l.oid = x.indcollation[k.n - 1]
    LEFT JOIN pg_opclass o ON o.oid = x.indclass[k.n - 1]
    WHERE x.indrelid = ${table} AND x.indisvalid
    ORDER BY NOT x.indisprimary, i.relname, k.n`)
  const all = [...groupBy(rows, 'index')]
  const ofPrimaryKey = all.find(([, [row]]) => row?.is('is_primary') && row.is('is_unique'))
  return {
    indexes: all.map(
      ([name, keys]): IndexFacts =>
        present<IndexFacts>({
          name,
          keys: keys.map(keyOf),
          unique: keys[0]?.is('is_unique') === true,
          method: keys[0]?.text('method') ?? '',
          where: keys[0]?.maybe('predicate'),
        }),
    ),
    primary: ofPrimaryKey?.[0],
    primaryKey: ofPrimaryKey?.[1].map((row) => row.text('column')) ?? [],
  }
}

function keyOf(row: Fact): IndexKey {
  const column = row.maybe('column')
  return present<IndexKey>({
    column,
    expression: column === undefined ? row.text('expression') : undefined,
    direction: row.is('is_descending') ? 'desc' : 'asc',
    nulls: row.is('is_ordered') ? (row.is('is_nulls_first') ? 'first' : 'last') : undefined,
    collation: row.maybe('collation'),
    operators: row.maybe('operators'),
  })
}

/** Constraints that all rows satisfy: not those that are NOT VALID, or NOT ENFORCED. */
const HOLDS = sql`c.convalidated AND (to_jsonb(c) ->> 'conenforced') IS DISTINCT FROM 'false'`

async function checksOf({ question, table, isInherited }: Site): Promise<readonly string[]> {
  const rows = await question(sql`
    SELECT pg_get_expr(c.conbin, c.conrelid) AS text, c.connoinherit AS is_own FROM pg_constraint c
    WHERE c.conrelid = ${table} AND c.contype = 'c' AND ${HOLDS}
    ORDER BY c.conname`)
  return rows.filter((row) => !isInherited || !row.is('is_own')).map((row) => row.text('text'))
}

async function foreignKeysOf({ question, table }: Site): Promise<readonly ForeignKeyFacts[]> {
  const names = (of: Fragment, numbers: Fragment) => sql`
    (SELECT json_agg(a.attname ORDER BY k.n)::text
    FROM unnest(${numbers}) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = ${of} AND a.attnum = k.attnum)`
  const rows = await question(sql`
    SELECT n.nspname::text AS schema, r.relname::text AS name,
      ${names(sql`c.conrelid`, sql`c.conkey`)} AS columns,
      ${names(sql`c.confrelid`, sql`c.confkey`)} AS targets
    FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE c.conrelid = ${table} AND c.contype = 'f' AND ${HOLDS}
      -- A reference to a partitioned table has one to each partition beside it.
      AND NOT EXISTS (SELECT FROM pg_constraint p
        WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
    ORDER BY c.conname`)
  return rows.map((row) => ({
    columns: row.list('columns'),
    references: {
      schema: row.text('schema'),
      table: row.text('name'),
      columns: row.list('targets'),
    },
  }))
}

const SETTINGS = sql`SELECT name, setting AS value FROM pg_settings WHERE name IN (
  'DateStyle', 'IntervalStyle', 'TimeZone', 'bytea_output', 'extra_float_digits',
  'standard_conforming_strings', 'transform_null_equals')`

/** What a PostgreSQL server, 14 or newer, says of a table; PGlite too. */
export async function read(ask: Ask, table: TableName): Promise<TableFacts> {
  const question = questionOf(ask, postgres)
  const found = await find(question, table)
  const schema = found.text('schema')
  const site: Site = {
    question,
    table: sql`${found.text('id')}::text::oid`,
    schema,
    isTable: found.is('is_table'),
    isInherited: found.is('is_inherited'),
  }
  const database = await databaseOf(question)
  const types = await typesOf(question, site.table)
  const collations = await collationsOf(question, site.table, database)
  const { indexes, primary, primaryKey } = await indexesOf(site)
  const { isTable, isInherited } = site
  return present<TableFacts>({
    engine: 'postgres',
    version: database.text('version'),
    table: { schema, name: found.text('name') },
    kind: isTable ? 'table' : 'view',
    columns: await columnsOf(site, types, collations),
    primaryKey: isInherited ? [] : primaryKey,
    uniques: isInherited ? [] : uniquesOf(indexes, primary),
    indexes,
    checks: isTable ? await checksOf(site) : [],
    foreignKeys: isTable && !isInherited ? await foreignKeysOf(site) : [],
    zone: database.text('zone'),
    inherited: isInherited ? true : undefined,
    encoding: database.text('encoding'),
    settings: {
      ...settingsOf(await question(SETTINGS)),
      // The locale that the collation "default" stands for.
      lc_collate: database.maybe('locale') ?? '',
    },
  })
}

import { type Fragment, sql } from '../dialect/fragment.ts'
import { sqlite } from '../dialect/sqlite/index.ts'
import type { Ask } from './connection.ts'
import { readIndexText, readTableText, type TextOfColumn, unqualified } from './create-text.ts'
import type {
  Affinity,
  CollationFacts,
  ColumnFacts,
  ForeignKeyFacts,
  IndexFacts,
  IndexKey,
  TableFacts,
  TableName,
  TypeFacts,
} from './facts.ts'
import { nullsSmallest, uniquesOf } from './indexes.ts'
import {
  type Fact,
  groupBy,
  noTable,
  one,
  present,
  type Question,
  questionOf,
  settingsOf,
} from './records.ts'

/** What every statement here is told: the table, and the schema that it is in. */
interface Site {
  readonly question: Question
  readonly name: string
  readonly schema: string
}

/** sqlite.org/datatype3.html#determination_of_column_affinity */
function affinityOf(declared: string): Affinity {
  const type = declared.toUpperCase()
  if (type.includes('INT')) return 'integer'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text'
  if (type === '' || type.includes('BLOB')) return 'blob'
  return /REAL|FLOA|DOUB/.test(type) ? 'real' : 'numeric'
}

export function typeOf(declared: string, strict: boolean): TypeFacts {
  const [, name = declared, first, second] =
    /^(.*?)\s*\(\s*([+-]?\d+)\s*(?:,\s*([+-]?\d+)\s*)?\)$/.exec(declared) ?? []
  const affinity = affinityOf(declared)
  const isText = affinity === 'text' || affinity === 'blob'
  return present<TypeFacts>({
    text: declared,
    name: name.toLowerCase(),
    length: first !== undefined && isText ? Number(first) : undefined,
    precision: first !== undefined && !isText ? Number(first) : undefined,
    scale: second === undefined ? undefined : Number(second),
    // In a STRICT table, ANY keeps values as they are.
    affinity: strict && /^any$/i.test(declared) ? 'blob' : affinity,
  })
}

/** sqlite.org/datatype3.html#collation; what an application defines is known to it alone. */
export function collationOf(name = 'BINARY'): CollationFacts {
  const known = name.toUpperCase()
  const isKnown = ['BINARY', 'NOCASE', 'RTRIM'].includes(known)
  return present<CollationFacts>({
    name,
    isBinary: known === 'BINARY' || known === 'RTRIM',
    isDeterministic: known === 'BINARY' || known === 'RTRIM',
    ignoresCase: isKnown ? known === 'NOCASE' : undefined,
    ignoresAccents: isKnown ? false : undefined,
    padsSpace: known === 'RTRIM',
  })
}

interface Column {
  readonly row: Fact
  readonly text: TextOfColumn | undefined
  readonly strict: boolean
  readonly isRowid: boolean
}

function columnOf({ row, text, strict, isRowid }: Column): ColumnFacts {
  return present<ColumnFacts>({
    name: row.text('name'),
    type: typeOf(row.text('type'), strict),
    // Any other primary key may be NULL, unless the table is STRICT or WITHOUT ROWID, which say so.
    nullable: !row.is('notnull') && !isRowid,
    default: row.maybe('dflt_value'),
    generated: row.number('hidden') > 1 ? text?.generated : undefined,
    identity: isRowid ? true : undefined,
    // A view's column has the collation of what it is made from, which no catalog says.
    collation: text && collationOf(text.collation),
    definition: text?.definition,
  })
}

const schemaTable = (schema: string): Fragment => sql`${sqlite.identifier(schema)}.sqlite_schema`

async function indexesOf(
  { question, name, schema }: Site,
  rowid: string | undefined,
): Promise<readonly IndexFacts[]> {
  const keys = await question(sql`
    SELECT l.name AS "index", l."unique" AS is_unique, x.cid, x.name, x."desc" AS descending,
      x.coll, x.seqno, s.sql AS text
    FROM pragma_index_list(${name}, ${schema}) AS l
    CROSS JOIN pragma_index_xinfo(l.name, ${schema}) AS x
    LEFT JOIN ${schemaTable(schema)} AS s ON s.type = 'index' AND s.name = l.name
    WHERE x.key = 1
    ORDER BY l.seq DESC, x.seqno`)
  const indexes = [...groupBy(keys, 'index')].map(([own, rows]): IndexFacts => {
    const text = rows[0]?.maybe('text')
    const { terms, where } = text === undefined ? NO_TEXT : readIndexText(text, QUOTING)
    return present<IndexFacts>({
      name: own,
      keys: rows.map((row, at) => {
        // The rowid has the number -1 in an index, and no name.
        const column = row.maybe('name') ?? (row.number('cid') === -1 ? rowid : undefined)
        return keyOf(row.is('descending') ? 'desc' : 'asc', {
          column,
          expression: column === undefined ? terms[at]?.expression : undefined,
          collation: row.maybe('coll'),
        })
      }),
      unique: rows[0]?.is('is_unique') === true,
      method: 'btree',
      where,
    })
  })
  if (rowid === undefined) return indexes
  const own = { name: ROWID, keys: [keyOf('asc', { column: rowid })], unique: true }
  return [{ ...own, method: 'rowid' }, ...indexes]
}

/** What the table itself is called as an index; SQLite has no name for it. */
const ROWID = ''

const QUOTING = { brackets: true } as const
const NO_TEXT = { terms: [], where: undefined } as const

const keyOf = (
  direction: IndexKey['direction'],
  key: { [Name in keyof IndexKey]?: IndexKey[Name] | undefined },
): IndexKey => present<IndexKey>({ ...key, direction, ...nullsSmallest(direction) })

async function foreignKeysOf({ question, name, schema }: Site): Promise<ForeignKeyFacts[]> {
  const rows = await question(sql`
    SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(${name}, ${schema})
    ORDER BY id DESC, seq`)
  const keys: ForeignKeyFacts[] = []
  for (const own of groupBy(rows, 'id').values()) {
    const table = own[0]?.text('table') ?? ''
    const named = own.flatMap((row) => row.maybe('to') ?? [])
    // Without names, the primary key is meant.
    const columns =
      named.length > 0
        ? named
        : (
            await question(
              sql`SELECT name FROM pragma_table_info(${table}, ${schema}) WHERE pk > 0 ORDER BY pk`,
            )
          ).map((row) => row.text('name'))
    keys.push({
      columns: own.map((row) => row.text('from')),
      references: { schema, table, columns },
    })
  }
  return keys
}

/** Names are compared without regard to case; temporary tables hide others. */
async function find(question: Question, table: TableName): Promise<Fact> {
  const { schema = null, name } = table
  const [found] = await question(sql`
    SELECT t.schema, t.name, t.type, t.wr, t.strict
    FROM pragma_table_list AS t
    JOIN pragma_database_list AS d ON d.name = t.schema
    WHERE t.name = ${name} COLLATE NOCASE AND (${schema} IS NULL OR t.schema = ${schema} COLLATE NOCASE)
    ORDER BY t.schema <> 'temp', d.seq`)
  return found ?? noTable(table)
}

/** What a SQLite database, 3.38 or newer, says of a table. */
export async function read(ask: Ask, table: TableName): Promise<TableFacts> {
  const question = questionOf(ask, sqlite)
  const found = await find(question, table)
  const site = { question, name: found.text('name'), schema: found.text('schema') }
  const { name, schema } = site
  const isTable = ['table', 'shadow'].includes(found.text('type'))
  const strict = found.is('strict')

  const rows = await question(
    // Without the columns of a virtual table that SELECT * leaves out.
    sql`SELECT * FROM pragma_table_xinfo(${name}, ${schema}) WHERE hidden <> 1 ORDER BY cid`,
  )
  const inKey = rows.filter((row) => row.number('pk') > 0)
  const origins = await question(
    sql`SELECT name, origin, partial FROM pragma_index_list(${name}, ${schema})`,
  )
  // Every primary key has an index of its own, unless it is the rowid.
  const hasKeyIndex = origins.some((row) => row.text('origin') === 'pk')
  const isRowid = inKey.length === 1 && !hasKeyIndex && !found.is('wr')
  const rowid = isTable && isRowid ? inKey[0]?.text('name') : undefined

  const [definition] = await question(
    sql`SELECT sql AS text FROM ${schemaTable(schema)} WHERE name = ${name} AND type = 'table'`,
  )
  const text = readTableText(definition?.maybe('text') ?? '', QUOTING)
  const indexes = isTable ? await indexesOf(site, rowid) : []
  const ofKey = origins.find((row) => row.text('origin') === 'pk')?.text('name')
  const settings = await question(sql`
    SELECT 'foreign_keys' AS name, foreign_keys AS value FROM pragma_foreign_keys
    UNION ALL
    SELECT 'ignore_check_constraints', ignore_check_constraints FROM pragma_ignore_check_constraints`)
  const server = await one(
    question,
    sql`SELECT sqlite_version() AS version, encoding FROM pragma_encoding`,
  )
  return {
    engine: 'sqlite',
    version: server.text('version'),
    table: { schema, name },
    kind: isTable ? 'table' : 'view',
    columns: rows.map((row, at) =>
      columnOf({
        row,
        text: text.columns[at],
        strict,
        isRowid: rowid === row.text('name'),
      }),
    ),
    primaryKey: inKey
      .toSorted((a, b) => a.number('pk') - b.number('pk'))
      .map((row) => row.text('name')),
    uniques: uniquesOf(indexes, rowid === undefined ? ofKey : ROWID),
    indexes,
    checks: text.checks.map((each) => unqualified(each, name, QUOTING)),
    foreignKeys: isTable ? await foreignKeysOf(site) : [],
    zone: undefined,
    strict,
    encoding: server.text('encoding'),
    settings: settingsOf(settings),
  }
}

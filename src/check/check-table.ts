import { layoutOf, type TableTarget } from '../compile/layout.ts'
import type { TableRef } from '../compile/table-name.ts'
import { checkTarget } from '../compile/target.ts'
import { join, sql } from '../dialect/fragment.ts'
import { quote } from '../error/describe.ts'
import { ANY, checkOptions, optionChecks } from '../error/options.ts'
import type { Fields } from '../schema/definition.ts'
import { type AnyMapping, mappingOf } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { columnDrafts } from './columns.ts'
import { type Ask, askOf } from './connection.ts'
import { withStatements } from './ddl.ts'
import { DIALECTS, isSameName } from './engines.ts'
import type { TableFacts } from './facts.ts'
import { checkWaivers, type Finding, type FindingCode } from './finding.ts'
import { jsonDrafts } from './json-text.ts'
import { one, questionOf } from './records.ts'
import { type Draft, type Site, siteOf } from './site.ts'
import { tableDrafts } from './table.ts'

/** The table that a schema and a mapping are for; a name is found as the facts were. */
export interface CheckTarget<F extends Fields = Fields> extends Omit<TableTarget<F>, 'table'> {
  readonly table: TableRef
}

export interface CheckOptions {
  /** The facts of the mapping's side tables, as far as these are there. */
  readonly sideTables?: readonly TableFacts[] | undefined
}

export interface CountOptions extends CheckOptions {
  /**
   * The connection to count the rows with that break a promise for which no constraint stands: a
   * finding with such rows is an error, one without is `unproven`. Each count reads the whole table.
   */
  readonly rows: Ask | object
}

const CHECK_OPTIONS = /* @__PURE__ */ optionChecks<CountOptions>({
  sideTables: ['a list of facts', Array.isArray],
  rows: ANY,
})

/**
 * Holds a table that is there already against a schema and a mapping. Each finding says what is
 * promised, what the table does, and the smallest remedy. Without an `error` that is not waived, a
 * filter selects the same rows in the table as in memory, whichever program writes to it.
 *
 * `waive` in the mapping of a field names findings that are known and accepted.
 *
 * @throws TypeError where the facts are of another database or table, and where the mapping or an
 * option is wrong.
 *
 * @example
 * ```ts
 * const facts = await readFacts(pool, { table: 'people' })
 * const findings = checkTable(people, { dialect: postgres, table: 'people', mapping }, facts)
 * const errors = findings.filter(({ severity, waived }) => severity === 'error' && !waived)
 * ```
 */
export function checkTable<F extends Fields>(
  structure: Structure<F>,
  target: CheckTarget<NoInfer<F>>,
  facts: TableFacts,
  options?: CheckOptions,
): readonly Finding[]
export function checkTable<F extends Fields>(
  structure: Structure<F>,
  target: CheckTarget<NoInfer<F>>,
  facts: TableFacts,
  options: CountOptions,
): Promise<readonly Finding[]>
export function checkTable(
  structure: Structure,
  target: CheckTarget,
  facts: TableFacts,
  options: CheckOptions | CountOptions = {},
): readonly Finding[] | Promise<readonly Finding[]> {
  checkTarget(target)
  checkOptions('tamis/check', options, CHECK_OPTIONS)
  const { table, mapping: own = {} } = target
  const { name: spoken } = target.dialect
  const { engine } = facts
  if (spoken !== engine) {
    throw new TypeError(`tamis/check: the facts are of ${engine}, the dialect is ${spoken}`)
  }
  const name = typeof table === 'string' ? table : table.name
  if (!isSameName(engine, name, facts.table.name)) {
    throw new TypeError(
      `tamis/check: the facts are of the table ${quote(facts.table.name)}, not ${quote(name)}`,
    )
  }
  const mapping = own as AnyMapping
  const site = siteOf(DIALECTS[engine], facts)
  const layout = layoutOf(site.dialect, structure, mapping)
  for (const field of Object.keys(mapping)) checkWaivers(field, mappingOf(mapping, field).waive)
  const found = [
    ...[...layout.typed, ...layout.documents].flatMap((placed) => columnDrafts(site, placed)),
    ...tableDrafts(site, structure, layout, mapping, options.sideTables),
  ]
  const isWaived = ({ finding }: Draft) => withWaiver(finding, mapping).waived === true
  const drafts = withStatements(site, found, isWaived)
  if ('rows' in options) {
    const ask = askOf(options.rows)
    const unread = new Set(
      drafts.flatMap(({ finding: { code, column } }) => (UNREAD.includes(code) ? column : [])),
    )
    return count(site, drafts, mapping, ask, () =>
      jsonDrafts(site, ask, structure, { layout, mapping, unread }),
    )
  }
  return drafts
    .filter(({ isSilent }) => !isSilent)
    .map(({ finding }) => withWaiver(finding, mapping))
}

function withWaiver(finding: Finding, mapping: AnyMapping): Finding {
  const settings = mappingOf(mapping, finding.field.replace(/\.\*$/, ''))
  return settings.waive?.includes(finding.code) ? { ...finding, waived: true } : finding
}

/** Columns with these findings are not read. */
const UNREAD: readonly FindingCode[] = [
  'column_missing',
  'type_not_mapped',
  'type_differs',
  'type_unreadable',
]

/** All counts in one statement, which reads the table once; JSON is read after it. */
async function count(
  site: Site,
  drafts: readonly Draft[],
  mapping: AnyMapping,
  ask: Ask,
  readJson: () => ReturnType<typeof jsonDrafts>,
): Promise<readonly Finding[]> {
  const { dialect, name } = site
  const counted = drafts.flatMap(({ broken }) => broken ?? [])
  const columns = counted.map((broken, i) => sql`${broken} AS ${dialect.identifier(`n${i}`)}`)
  const row =
    columns.length === 0
      ? undefined
      : await one(questionOf(ask, dialect), sql`SELECT ${join(columns, sql`, `)} FROM ${name}`)
  const read = await readJson()
  const counts = drafts.flatMap(({ finding, broken, isSilent }) => {
    // An empty table has no sum.
    const rows =
      broken === undefined ? undefined : Number(row?.maybe(`n${counted.indexOf(broken)}`) ?? 0)
    if (isSilent && rows === 0) return []
    const severity = rows === undefined ? finding.severity : rows > 0 ? 'error' : 'unproven'
    const withRows = { ...finding, severity, ...(rows === undefined ? {} : { rows }) }
    return [withWaiver(withRows, mapping)]
  })
  const ofJson = read.map(({ draft: { finding }, rows }) => {
    const severity: Finding['severity'] = 'error'
    return withWaiver({ ...finding, severity, rows }, mapping)
  })
  return [...counts, ...ofJson]
}

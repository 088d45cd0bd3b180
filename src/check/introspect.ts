/** A schema and a mapping of a table, in one file since each step takes the columns of the last. */

import { formIn } from '../dialect/timestamp-text.ts'
import { quote } from '../error/describe.ts'
import { isText } from '../kinds/string.ts'
import { type DecimalFieldOptions, decimal } from '../schema/decimal.ts'
import type { FieldDefinition } from '../schema/definition.ts'
import { dynamic } from '../schema/dynamic.ts'
import { enumeration } from '../schema/enumeration.ts'
import { list } from '../schema/list.ts'
import type { AnyMapping, FieldMapping } from '../schema/mapping.ts'
import { boolean, date, integer, number, string, uuid } from '../schema/scalars.ts'
import { buildStructure } from '../schema/schema.ts'
import { timestamp } from '../schema/timestamp.ts'
import { checkTable } from './check-table.ts'
import { type Ask, askOf } from './connection.ts'
import { DIALECTS } from './engines.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import { type Scalar, type Shape, shapeOf } from './kinds-of-types.ts'
import { without } from './omit.ts'
import { type FactsOptions, readFacts } from './read.ts'
import { DYNAMIC, operatorsOf, type Planned, settingsOf, sourceOf } from './source.ts'
import { indexOf, isWalked } from './table.ts'
import { typeNameOf } from './type-names.ts'

export interface IntrospectOptions extends FactsOptions {
  /** Columns of which no field is made: what no client may see. */
  readonly omit?: readonly string[] | undefined
}

export interface Introspected {
  readonly facts: TableFacts
  /** What `defineSchema` takes: the fields, and the key. */
  readonly schema: {
    readonly fields: Readonly<Record<string, FieldDefinition>>
    readonly key: string
  }
  readonly mapping: Readonly<Record<string, FieldMapping>>
  /** The columns that were left out or renamed, each with the reason. */
  readonly warnings: readonly string[]
  /** A TypeScript module that exports the schema and the mapping. */
  readonly source: string
}

const BUILDERS: Readonly<
  Record<Exclude<Scalar, 'enumeration'>, (options: object) => FieldDefinition>
> = {
  string,
  boolean,
  integer,
  number,
  timestamp,
  date,
  uuid,
  decimal: (options) => decimal(options as DecimalFieldOptions<never, boolean, boolean>),
}

function definitionOf({ shape, required, sortable }: Planned): FieldDefinition {
  if (shape.of === 'document') return dynamic(DYNAMIC)
  const own = settingsOf(shape)
  const { of } = shape
  const build =
    of === 'enumeration'
      ? (options: object): FieldDefinition => enumeration(shape.values ?? [], options)
      : BUILDERS[of]
  if (!shape.list) {
    const listed = operatorsOf(shape)
    const operators = listed === undefined ? {} : { operators: listed.list }
    return build({ ...own, ...operators, required, sortable })
  }
  return list(build(own) as FieldDefinition<Scalar>, { required })
}

/**
 * The name of a field is split at dots, one with a $ is an operator's, and drivers return no column
 * named __proto__.
 */
const fieldNameOf = (column: string): string =>
  column === '__proto__' ? 'proto' : column.replace(/^\$+/, '_').replaceAll('.', '_')

/** A column of fields, before what only the other columns decide. */
interface Candidate {
  readonly column: ColumnFacts
  readonly shape: Shape
}

/** The column whose words another one holds, by the name that createTable gives it. */
function searchedBy({ name }: ColumnFacts, facts: TableFacts): string | undefined {
  const searched = facts.columns.find((column) => name === `${column.name}_words`)
  const of = searched && shapeOf(searched, facts)?.of
  return of === 'string' || of === 'document' ? searched?.name : undefined
}

function candidatesOf(facts: TableFacts, warnings: string[]): readonly Candidate[] {
  return facts.columns.flatMap((column) => {
    const shape = isText(column.name) ? shapeOf(column, facts) : undefined
    const searched = shape?.of === 'string' ? searchedBy(column, facts) : undefined
    if (searched !== undefined) {
      warnings.push(`${quote(column.name)} is left out: it holds the words of ${quote(searched)}`)
      return []
    }
    if (shape !== undefined) return { column, shape }
    const type = column.type.text === '' ? 'a column without a type' : column.type.text
    warnings.push(`${quote(column.name)} is left out: no kind is read from ${type}`)
    return []
  })
}

/** Kinds that identify rows. */
const isKeyShape = (shape: Shape): boolean => shape.of !== 'document' && !('list' in shape)

/** The column whose values are all there and all different. */
function keyColumn(facts: TableFacts, candidates: readonly Candidate[]): string {
  const { engine, primaryKey, uniques, indexes, kind, table } = facts
  const sorted =
    engine === 'clickhouse' ? indexes.filter(({ method }) => method === 'sorting key') : []
  const keys = [
    primaryKey,
    ...uniques,
    ...sorted.map(({ keys }) => keys.map(({ column = '' }) => column)),
  ]
  const found = keys
    .filter((key) => key.length === 1)
    .flatMap(([name]) => candidates.filter(({ column }) => column.name === name))
    .filter(({ shape }) => isKeyShape(shape))
  const isPrimary = ({ column }: Candidate) =>
    primaryKey.length === 1 && primaryKey[0] === column.name
  const key = found.find((each) => isPrimary(each) || !each.column.nullable)
  if (key !== undefined) return key.column.name
  const why =
    kind === 'view'
      ? 'a view has no key'
      : primaryKey.length > 1
        ? `its primary key has ${primaryKey.length} columns`
        : found.length > 0
          ? `${quote(found[0]?.column.name ?? '')} is unique, but may be NULL`
          : primaryKey.length === 1
            ? `no kind is read from its primary key ${quote(primaryKey[0] ?? '')}`
            : 'it has no primary key'
  throw new TypeError(
    `tamis/check: ${quote(table.name)} has no column that can be the key: ${why}; a schema needs one column that is unique and has a value in every row`,
  )
}

/** Whether an index finds values in a document. */
const hasGinIndex = (facts: TableFacts, { column, shape }: Candidate): boolean =>
  shape.of === 'document' && indexOf(facts, column.name).some(({ method }) => method === 'gin')

/** Whether it is text of timestamps of which the table does not say the form. */
const isOfAnyForm = (shape: Shape): boolean => 'storage' in shape && formIn(shape.storage) === 'any'

/** Whether an order by the column is read off an index. */
function isSortable(facts: TableFacts, { column, shape }: Candidate): boolean {
  if (!isKeyShape(shape)) return false
  const compares =
    column.collation === undefined || (column.collation.isBinary && !column.collation.padsSpace)
  const isText = shape.of === 'string'
  // The first is sorted by an expression, the second not at all.
  if (isOfAnyForm(shape) || ('equalityOnly' in shape && shape.equalityOnly)) return false
  // What is compared as text is sorted by an expression of the column.
  const isNative =
    !isText ||
    ['text', 'varchar', 'char', 'string'].includes(typeNameOf(facts.engine, column.type).name)
  return indexOf(facts, column.name).some(isWalked) && (!isText || (compares && isNative))
}

/** A key is sorted by: a type that supports equality only is read as text there. */
const shapeOfKey = (shape: Shape): Shape =>
  'equalityOnly' in shape && shape.equalityOnly ? { of: 'string' } : shape

function planOf(
  facts: TableFacts,
  key: string,
  candidates: readonly Candidate[],
  warnings: string[],
) {
  const taken = new Set<string>()
  return candidates.flatMap((candidate): readonly Planned[] => {
    const { column } = candidate
    const shape = column.name === key ? shapeOfKey(candidate.shape) : candidate.shape
    const own = fieldNameOf(column.name)
    if (own === '' || own === '*' || taken.has(own)) {
      warnings.push(`${quote(column.name)} is left out: no field can be named so`)
      return []
    }
    taken.add(own)
    if (own !== column.name) {
      warnings.push(
        `${quote(column.name)} is the field ${quote(own)}, since no field can have its name`,
      )
    }
    const isKey = column.name === key
    if (isOfAnyForm(shape)) {
      warnings.push(
        `${quote(column.name)} is ${column.type.text} without a default that says its form: it is read as any; if every row has one, name it, so that an index serves its order: storage: { text: 'YYYY-MM-DD HH:MM:SS' }`,
      )
    }
    // SQLite's primary keys may be NULL: only a change of the table cures that.
    const required = isKey || !column.nullable
    return [
      {
        name: shape.of === 'document' ? `${own}.*` : own,
        shape:
          shape.of === 'timestamp' && shape.digits === 6 ? { ...shape, digits: undefined } : shape,
        required: required && shape.of !== 'document',
        sortable: isKey || isSortable(facts, candidate),
        mapping: {
          ...(own === column.name ? {} : { column: column.name }),
          ...(hasGinIndex(facts, candidate) && { jsonIndex: 'gin' }),
          ...('storage' in shape && { storage: shape.storage }),
        },
      },
    ]
  })
}

const schemaOf = (fields: readonly Planned[], key: string): Introspected['schema'] => ({
  fields: Object.fromEntries(fields.map((field) => [field.name, definitionOf(field)])),
  key,
})

const prefixOf = (name: string): string => name.replace(/\.\*$/, '')

const mappingOf = (fields: readonly Planned[]): Introspected['mapping'] =>
  Object.fromEntries(
    fields
      .filter(({ mapping }) => Object.keys(mapping).length > 0)
      .map(({ name, mapping }) => [prefixOf(name), mapping]),
  )

/** Adds what a check says that a mapping lacks, until it says no more. */
function withMapping(
  facts: TableFacts,
  planned: readonly Planned[],
  key: string,
): readonly Planned[] {
  const dialect = DIALECTS[facts.engine]
  const structure = buildStructure(schemaOf(planned, key))
  const mapping: AnyMapping = mappingOf(planned)
  const findings = checkTable(structure, { dialect, table: facts.table.name, mapping }, facts)
  let isChanged = false
  const fields = planned.map((field) => {
    const remedies = findings.filter((each) => each.field === field.name && each.remedy.mapping)
    const own = Object.assign({ ...field.mapping }, ...remedies.map(({ remedy }) => remedy.mapping))
    const isSame = Object.keys(own).length === Object.keys(field.mapping).length
    if (!isSame) isChanged = true
    return isSame ? field : { ...field, mapping: own }
  })
  return isChanged ? withMapping(facts, fields, key) : fields
}

/**
 * A schema and a mapping for a table that is there: a field for each column of a type that a kind is
 * read from, required where the column is not NULL, sortable where an index serves. The key is the
 * primary key, or else a unique column, of one column. `source` is the same as a TypeScript module, to
 * be edited: which operators a client may use, what is hidden.
 *
 * @throws TypeError if the table or a column to omit does not exist, or no column can be the key.
 *
 * @example
 * ```ts
 * const { source, warnings } = await introspect(pool, { table: 'people' })
 * ```
 */
export async function introspect(
  connection: Ask | object,
  options: IntrospectOptions,
): Promise<Introspected> {
  return introspected(await readFacts(askOf(connection), options), options)
}

/** The same of facts that were read before. */
export function introspected(
  facts: TableFacts,
  { omit = [] }: Pick<IntrospectOptions, 'omit'> = {},
): Introspected {
  const warnings: string[] = []
  const seen = without(facts, omit)
  const candidates = candidatesOf(seen, warnings)
  const column = keyColumn(seen, candidates)
  const named = planOf(seen, column, candidates, warnings)
  const key = fieldNameOf(column)
  const fields = withMapping(seen, named, key)
  return {
    facts,
    schema: schemaOf(fields, key),
    mapping: mappingOf(fields),
    warnings,
    source: sourceOf({ table: facts.table.name, fields, key, warnings }),
  }
}

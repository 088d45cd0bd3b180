/** The fields of a table's columns, which a catalog or a Drizzle table describes. */

import { formIn } from '../dialect/timestamp-text.ts'
import { quote } from '../error/describe.ts'
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
import { DIALECTS } from './engines.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import type { Scalar, Shape } from './kinds-of-types.ts'
import { DYNAMIC, operatorsOf, type Planned, settingsOf } from './source.ts'
import { indexOf, isWalked } from './table.ts'
import { typeNameOf } from './type-names.ts'

/** What `defineSchema` takes: the fields, and the key. */
export interface MadeSchema {
  readonly fields: Readonly<Record<string, FieldDefinition>>
  readonly key: string
}

/** A mapping, by the names of fields and the prefixes of wildcards. */
export type MadeMapping = Readonly<Record<string, FieldMapping>>

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
  decimal: (options) => decimal(options as DecimalFieldOptions<never, boolean, boolean, boolean>),
}

function definitionOf(planned: Planned): FieldDefinition {
  const { shape, required, sortable } = planned
  const hidden = planned.hidden === true
  if (shape.of === 'document') return dynamic(DYNAMIC, { hidden })
  const own = settingsOf(shape)
  const { of } = shape
  const build =
    of === 'enumeration'
      ? (options: object): FieldDefinition => enumeration(shape.values ?? [], options)
      : BUILDERS[of]
  if (!shape.list) {
    const listed = operatorsOf(shape)
    const operators = listed === undefined ? {} : { operators: listed.list }
    return build({ ...own, ...operators, required, sortable, hidden })
  }
  return list(build(own) as FieldDefinition<Scalar>, { required, hidden })
}

/** A column that makes a field. */
export interface Candidate {
  readonly column: ColumnFacts
  readonly shape: Shape
  /** The name of the field; of a document, its prefix. */
  readonly field: string
  /** What the mapping says of it already. */
  readonly mapping?: FieldMapping
}

/** Kinds that identify rows. */
export const isKeyShape = (shape: Shape): boolean => shape.of !== 'document' && !('list' in shape)

/** The column of the key, which is required and unique; if there is none, the reason. */
export function keyOf(
  facts: TableFacts,
  candidates: readonly Candidate[],
): { readonly key: Candidate } | { readonly why: string } {
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
  if (key !== undefined) return { key }
  const why =
    kind === 'view'
      ? 'a view has no key, so that its schema is written by hand'
      : facts.inherited
        ? 'other tables inherit from it, whose rows its primary key does not bind'
        : primaryKey.length > 1
          ? `its primary key has ${primaryKey.length} columns`
          : found.length > 0
            ? `${quote(found[0]?.column.name ?? '')} is unique, but may be NULL`
            : primaryKey.length === 1
              ? `no kind is read from its primary key ${quote(primaryKey[0] ?? '')}`
              : 'it has no primary key'
  return {
    why: `${quote(table.name)} has no column that can be the key: ${why}; a schema needs one column that is unique and has a value in every row`,
  }
}

/** Whether an index finds values in a document. */
const hasGinIndex = (facts: TableFacts, { column, shape }: Candidate): boolean =>
  shape.of === 'document' && indexOf(facts, column.name).some(({ method }) => method === 'gin')

/** Whether it is text of timestamps of which the table does not say the form. */
export const isOfAnyForm = (shape: Shape): boolean =>
  'storage' in shape && formIn(shape.storage) === 'any'

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

/** The fields of the columns, before what only a check says of their mappings. */
const planOf = (
  facts: TableFacts,
  key: Candidate,
  candidates: readonly Candidate[],
): readonly Planned[] =>
  candidates.map((candidate) => {
    const { column, field, mapping } = candidate
    const isKey = candidate === key
    const shape = isKey ? shapeOfKey(candidate.shape) : candidate.shape
    // SQLite's primary keys may be NULL: only a change of the table cures that.
    const required = isKey || !column.nullable
    return {
      name: shape.of === 'document' ? `${field}.*` : field,
      shape:
        shape.of === 'timestamp' && shape.digits === 6 ? { ...shape, digits: undefined } : shape,
      required: required && shape.of !== 'document',
      sortable: isKey || isSortable(facts, candidate),
      mapping: {
        ...(field === column.name ? {} : { column: column.name }),
        ...(hasGinIndex(facts, candidate) && { jsonIndex: 'gin' }),
        ...('storage' in shape && { storage: shape.storage }),
        ...mapping,
      },
    }
  })

export const schemaOf = (fields: readonly Planned[], key: string): MadeSchema => ({
  fields: Object.fromEntries(fields.map((field) => [field.name, definitionOf(field)])),
  key,
})

const prefixOf = (name: string): string => name.replace(/\.\*$/, '')

export const mappingOf = (fields: readonly Planned[]): MadeMapping =>
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

/** A field for each of the columns, with a mapping of which a check says no more. */
export const fieldsOf = (
  facts: TableFacts,
  key: Candidate,
  candidates: readonly Candidate[],
): readonly Planned[] => withMapping(facts, planOf(facts, key, candidates), key.field)

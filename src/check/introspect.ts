import { quote } from '../error/describe.ts'
import { checkOptions, type OptionChecks, TEXTS } from '../error/options.ts'
import { isText } from '../kinds/string.ts'
import { type Ask, askOf } from './connection.ts'
import type { ColumnFacts, TableFacts } from './facts.ts'
import {
  type Candidate,
  fieldsOf,
  isOfAnyForm,
  keyOf,
  type MadeMapping,
  type MadeSchema,
  mappingOf,
  schemaOf,
} from './fields.ts'
import { shapeOf } from './kinds-of-types.ts'
import { without } from './omit.ts'
import { FACTS_OPTIONS, type FactsOptions, readFacts } from './read.ts'
import { type MadeRelations, relationsIn } from './relations.ts'
import { isSecretName } from './secret-names.ts'
import { type PrintedField, sourceOf } from './source.ts'
import { mappedType } from './type-names.ts'

export interface IntrospectOptions extends FactsOptions {
  /** Columns of which no field is made: what no client may see. */
  readonly omit?: readonly string[] | undefined
}

const INTROSPECT_OPTIONS: OptionChecks = /* @__PURE__ */ new Map([
  ...FACTS_OPTIONS,
  ['omit', TEXTS],
])

export interface Introspected {
  readonly facts: TableFacts
  readonly schema: MadeSchema
  readonly mapping: MadeMapping
  /**
   * The relations that its foreign keys say, for `relate`: each leads to the schema that is named like
   * the other table, by fields that are named like its columns.
   */
  readonly relations: MadeRelations
  /** The columns that were left out or renamed, each with the reason. */
  readonly warnings: readonly string[]
  /** A TypeScript module that exports the schema, the mapping and the relations, if there are any. */
  readonly source: string
}

/**
 * The name of a field is split at dots, one with a $ is an operator's, and drivers return no column
 * named __proto__.
 */
const fieldNameOf = (column: string): string =>
  column === '__proto__' ? 'proto' : column.replace(/^\$+/, '_').replaceAll('.', '_')

/** The column whose words or folded text another one holds, by the name that createTable gives it. */
function searchedBy({ name }: ColumnFacts, facts: TableFacts): string | undefined {
  const searched = facts.columns.find((column) =>
    [`${column.name}_words`, `${column.name}_folded`].includes(name),
  )
  if (searched === undefined) return undefined
  const of = shapeOf(searched, facts)?.of
  const isOfWords = name.endsWith('_words')
  if (of !== 'string' && !(isOfWords && of === 'document')) return undefined
  return `${isOfWords ? 'the words' : 'the folded text'} of ${quote(searched.name)}`
}

/** Whether values are decimals, of which a field holds 38 digits. */
const isDecimal = ({ type }: ColumnFacts, { engine }: TableFacts): boolean =>
  engine !== 'sqlite' && /^(numeric|decimal)$/.test(type.name)

/**
 * The field of decimals that no field holds all of. How many digits behind the point count, the type
 * does not say, or it says more than a field has; the rows of today do not say it of tomorrow's.
 */
const suggestedFor = ({ name, type }: ColumnFacts): PrintedField => ({
  name: fieldNameOf(name),
  shape: { of: 'decimal', precision: 38, scale: 2 },
  required: false,
  sortable: false,
  mapping: {
    ...(fieldNameOf(name) === name ? {} : { column: name }),
    type: mappedType(type),
  },
})

/** What is wrong with such decimals, and what to write. */
function decimalHint(column: ColumnFacts, { engine }: TableFacts): string {
  const { name, type } = column
  const isPostgres = engine === 'postgres'
  const isBare = isPostgres && type.precision === undefined
  const scale = isPostgres ? `: SELECT max(scale(trim_scale(${quote(name)})))` : ''
  return `${isBare ? ', which names no scale' : ''}; declare it as decimal({ precision: 38, scale: 2 }) with the mapping { type: '${mappedType(type)}' }, with the scale of your rows in the place of 2${scale}; values of more digits are absent`
}

/** Equality of citext ignores case; that of a field of strings does not. */
function withComments(field: PrintedField, key: string): PrintedField {
  if (field.mapping.type !== 'citext' || field.shape.of !== 'string') return field
  const { name, mapping } = field
  const exact = "Equality is exact, unlike citext's."
  if (name === key) return { ...field, comments: [exact] }
  const insensitive = `To ignore case: string({ insensitive: true }), a column ${mapping.column ?? name}_folded, and tamis backfill.`
  return { ...field, comments: [exact, insensitive] }
}

function candidatesOf(facts: TableFacts, warnings: string[]): readonly Candidate[] {
  return facts.columns.flatMap((column) => {
    const shape = isText(column.name) ? shapeOf(column, facts) : undefined
    const searched = shape?.of === 'string' ? searchedBy(column, facts) : undefined
    if (searched !== undefined) {
      warnings.push(`${quote(column.name)} is left out: it holds ${searched}`)
      return []
    }
    if (shape !== undefined) return { column, shape, field: fieldNameOf(column.name) }
    const type = column.type.text === '' ? 'a column without a type' : column.type.text
    const hint = isDecimal(column, facts) ? decimalHint(column, facts) : ''
    warnings.push(`${quote(column.name)} is left out: no kind is read from ${type}${hint}`)
    return []
  })
}

/** The fields to declare by hand, of columns that were left out. */
const suggestedIn = (facts: TableFacts): readonly PrintedField[] =>
  facts.columns
    .filter((column) => isText(column.name) && shapeOf(column, facts) === undefined)
    .filter((column) => isDecimal(column, facts))
    .map(suggestedFor)

/** One warning for all texts whose columns ignore case: filters of them do not. */
function comparison(candidates: readonly Candidate[]): readonly string[] {
  const texts = candidates.filter(
    ({ column, shape }) => shape.of === 'string' && column.collation?.ignoresCase === true,
  )
  const [first, ...others] = texts
  if (first === undefined) return []
  const names = texts.map(({ field }) => quote(field))
  const shown = others.length < 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and others`
  return [
    `${shown} ${others.length === 0 ? 'compares' : 'compare'} by code point, not by ${first.column.collation?.name}: "A" and "a" differ, and no index serves the order. To ignore case: string({ insensitive: true }), a search column, and tamis backfill`,
  ]
}

/** Those that can be named as a field. */
function namedOf(
  candidates: readonly Candidate[],
  key: Candidate,
  warnings: string[],
): readonly Candidate[] {
  const taken = new Set<string>()
  return candidates.filter(({ column, field, shape }) => {
    if (field === '' || field === '*' || taken.has(field)) {
      warnings.push(`${quote(column.name)} is left out: no field can be named so`)
      return false
    }
    taken.add(field)
    if (field !== column.name) {
      warnings.push(
        `${quote(column.name)} is the field ${quote(field)}, since no field can have its name`,
      )
    }
    if (isSecretName(column.name)) {
      const isKey = column === key.column
      const so = isKey
        ? ', and clients see it, since it is the key'
        : ', so that its field is hidden: leave it out (omit, --omit of the command), or remove hidden: true if clients may see it'
      warnings.push(`${quote(column.name)} may be a secret${so}`)
    }
    if (isOfAnyForm(shape)) {
      warnings.push(
        `${quote(column.name)} is ${column.type.text} without a default that says its form: it is read as any; if every row has one, name it, so that an index serves its order: storage: { text: 'YYYY-MM-DD HH:MM:SS' }`,
      )
    }
    return true
  })
}

/**
 * A schema and a mapping for a table that is there: a field for each column of a type that a kind is
 * read from, required where the column is not NULL, sortable where an index serves. The key is the
 * primary key, or else a unique column, of one column. `source` is the same as a TypeScript module, to
 * be edited: which operators a client may use, what is hidden.
 *
 * @throws TypeError if the table or a column to omit does not exist, or no column can be the key, and
 * for an unknown option.
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
  checkOptions('tamis/check', options, INTROSPECT_OPTIONS)
  const { omit, ...of } = options
  return introspected(await readFacts(askOf(connection), of), { omit })
}

/** The same of facts that were read before. */
export function introspected(
  facts: TableFacts,
  options: Pick<IntrospectOptions, 'omit'> = {},
): Introspected {
  checkOptions('tamis/check', options, INTROSPECT_OPTIONS)
  const { omit = [] } = options
  const warnings: string[] = []
  const columns = facts.columns.filter(({ name }) => name !== '')
  if (columns.length < facts.columns.length) warnings.push('a column without a name is left out')
  const seen = without({ ...facts, columns }, omit)
  const candidates = candidatesOf(seen, warnings)
  const found = keyOf(seen, candidates)
  if ('why' in found) {
    const left = facts.primaryKey.filter((name) => omit.includes(name))
    if (left.length === 0) throw new TypeError(`tamis/check: ${found.why}`)
    throw new TypeError(
      `tamis/check: ${quote(facts.table.name)} has no column that can be the key: omit leaves out ${left.map(quote).join(', ')} of its primary key (--omit of the command)`,
    )
  }
  const key = found.key.field
  const named = namedOf(candidates, found.key, warnings)
  warnings.push(...comparison(named))
  const fields = fieldsOf(seen, found.key, named).map((field) => {
    const { name, mapping } = field
    const isSecret = name !== key && isSecretName(mapping.column ?? name.replace(/\.\*$/, ''))
    return isSecret ? { ...field, sortable: false, hidden: true as const } : field
  })
  const relations = relationsIn(seen, fields, fieldNameOf, warnings)
  return {
    facts,
    schema: schemaOf(fields, key),
    mapping: mappingOf(fields),
    relations,
    warnings,
    source: sourceOf({
      table: facts.table.name,
      fields: fields.map((field) => withComments(field, key)),
      key,
      relations,
      warnings,
      suggested: suggestedIn(seen),
    }),
  }
}

import type { WildcardFields } from '../cache/wildcard-fields.ts'
import { describe, quote } from '../error/describe.ts'
import { isText } from '../kinds/string.ts'
import { type AnyOperatorName, operatorNames } from '../operators/names.ts'
import { type FieldType, isFolded, type Operators, type TypeName } from '../operators/operator.ts'
import type { OwnOperator } from '../operators/own-definition.ts'
import type { FieldDefinition, IntegerForm } from './definition.ts'
import { onlyKeys, refuse, refuseName, refuseValue } from './refuse.ts'

/** Fields by name: those of a schema, or of the objects of a list. */
export interface FieldSet {
  /** The literal fields, by name. */
  readonly fields: ReadonlyMap<string, Field>
  /** The wildcards, each under its prefix: `custom` for `custom.*`. */
  readonly wildcards: ReadonlyMap<string, Field>
  /** Whether fields of it were left out: those of its objects are all that may be seen of them. */
  readonly isPartial?: true | undefined
  /** Caches the fields that `findField` made for keys of wildcards. */
  readonly wildcardFields: WildcardFields<Field>
  /** The relations of a schema that `relate` gave some. */
  readonly relations?: Relations | undefined
}

/** The relations of a schema, by name. */
export interface Relations {
  readonly named: ReadonlyMap<string, Field>
  /** The to-one relation that a path begins with, and the rest of it: `customer.country`. */
  through(path: string): { readonly relation: Field; readonly rest: string } | undefined
}

/** A field of a schema: a checked definition, with all defaults filled in. */
export interface Field {
  readonly name: string
  /** The keys that lead to the value in a row. */
  readonly path: readonly string[]
  readonly type: FieldType
  readonly operators: ReadonlySet<AnyOperatorName>
  readonly sortable: boolean
  readonly required: boolean
  readonly hidden: boolean
  /** Whether the matches for each of its values may be counted. */
  readonly facet: boolean
  /** The digits of the second that timestamps keep. */
  readonly digits: number
  /** The digits of decimals, and those after the point. */
  readonly precision: number
  readonly scale: number
  /** How `readRow` gives integers. */
  readonly as: IntegerForm
  /** The fields of the objects of a list, or of the related rows. */
  readonly elements: FieldSet | undefined
  /** What is said of a relation; `relationOf` (`condition/relation.ts`) knows its type. */
  readonly relation?: object | undefined
  /** Whether rows of relations are found by it, so that its column needs a key or an index. */
  readonly isLinked?: true
  /** How orders reach the field of a related row; `throughOf` there knows its type. */
  readonly through?: object | undefined
  /**
   * The prefix of the wildcard whose JSON column holds the field, if any; of a field of the objects
   * of a list, which are JSON as a whole, the empty text.
   */
  readonly wildcard: string | undefined
  /** The name of the schema's key, to which the owners in a side table refer. */
  readonly key: string
  /** The fields of its schema, itself among them, by their names in a mapping. */
  readonly siblings: ReadonlyMap<string, Field>
}

/** The type of a definition; refuses one that is not from a builder. */
export function resolved(subject: string, definition: FieldDefinition): FieldType {
  const { type, resolve } = definition
  const fieldType = typeof resolve === 'function' ? resolve(subject, definition) : undefined
  if (fieldType?.name !== type) {
    refuse(
      subject,
      `expected a field from a builder such as string(), received the type ${describe(type)}`,
    )
  }
  return fieldType
}

function operatorsOf(
  subject: string,
  { name: type, operators: table, defaultOperators }: FieldType,
  { operators }: FieldDefinition,
  own: readonly OwnOperator[],
): ReadonlySet<AnyOperatorName> {
  const namesIn = (record: Operators): readonly AnyOperatorName[] => [
    ...operatorNames.filter((name) => record[name] !== undefined),
    ...own.filter(({ name }) => record[name] !== undefined).map(({ name }) => name),
  ]
  if (operators === undefined) return new Set(namesIn(defaultOperators))
  if (!Array.isArray(operators)) refuse(subject, 'operators must be a list of names')
  const possible: readonly string[] = namesIn(table)
  for (const name of operators as readonly unknown[]) {
    if (!possible.includes(name as string))
      refuseName(subject, `operator of a ${type} field`, name, possible)
  }
  return new Set(operators)
}

/** The segments of a field's name, without the star of a wildcard. */
function pathOf(name: string, wildcard: boolean): readonly string[] {
  const subject = `field ${quote(name)}`
  const path = (wildcard ? name.slice(0, -2) : name).split('.')
  for (const segment of path) {
    if (segment === '') refuse(subject, 'a segment of the name is empty')
    if (!isText(segment)) refuse(subject, 'the name contains U+0000 or a lone surrogate')
    if (segment === '*') refuse(subject, 'a wildcard is one trailing ".*" after a prefix')
  }
  if (name.startsWith('$')) refuse(subject, 'names that begin with $ are reserved for operators')
  return path
}

export const NO_FOLDED_TEXT =
  'insensitive needs a column for the folded text, which lists and JSON have not'

/** The digits of a decimal at most: what every database but SQLite holds. */
export const MOST_PRECISION = 38

/** The types that have each of these settings. */
const ONLY_OF = {
  digits: ['timestamp', 'dynamic'],
  unit: ['timestamp'],
  precision: ['decimal', 'dynamic'],
  scale: ['decimal', 'dynamic'],
  values: ['enumeration', 'dynamic'],
  as: ['integer'],
  insensitive: ['string'],
  element: ['list', 'objects'],
  elements: ['object'],
  listType: ['object'],
  kinds: ['dynamic'],
} as const satisfies { readonly [S in keyof FieldDefinition]?: readonly TypeName[] }

/** The settings of a definition. */
export const fieldKeys = (): readonly string[] => [
  ...['type', 'resolve', 'operators', 'sortable', 'required', 'hidden', 'facet'],
  ...Object.keys(ONLY_OF),
]

/** Whether the values of a type have a total order. */
export const isOrdered = ({ list, name }: FieldType): boolean => !list && name !== 'dynamic'

/** How many segments of a field's path lead to the JSON that holds it. */
export function documentDepth({ path, wildcard }: Pick<Field, 'path' | 'wildcard'>): number {
  if (wildcard === undefined) return path.length
  if (wildcard === '') return 0
  let depth = 1
  // Called for each condition that is read, so it does not make a list by split().
  for (let dot = wildcard.indexOf('.'); dot >= 0; dot = wildcard.indexOf('.', dot + 1)) depth++
  return depth
}

/** Checks a definition and makes the field. @throws TypeError if it is not valid. */
export function fieldOf(
  name: string,
  definition: FieldDefinition,
  {
    prefixes,
    key,
    siblings,
    own,
  }: {
    readonly prefixes: readonly string[]
    readonly own: readonly OwnOperator[]
  } & Pick<Field, 'key' | 'siblings'>,
): Field {
  const subject = `field ${quote(name)}`
  onlyKeys(subject, definition, fieldKeys())
  const { facet = false, insensitive = false } = definition
  const settings = { ...definition, facet, insensitive }
  for (const setting of ['sortable', 'required', 'hidden', 'facet', 'insensitive'] as const) {
    const value: unknown = settings[setting]
    if (typeof value !== 'boolean') {
      refuseValue(`${subject}: ${setting}`, 'true or false', value)
    }
  }
  for (const [setting, types] of Object.entries(ONLY_OF)) {
    if (
      definition[setting as keyof typeof ONLY_OF] !== undefined &&
      !(types as readonly TypeName[]).includes(definition.type)
    ) {
      refuse(subject, `${setting} is a setting of ${types.join(' or ')}`)
    }
  }
  const wildcard = name.endsWith('.*')
  const path = pathOf(name, wildcard)
  const type = own.reduce((type, each) => each.addTo(type), resolved(subject, definition))
  const { sortable, required, hidden } = definition
  const inside = wildcard
    ? path.join('.')
    : prefixes.find((prefix) => name.startsWith(`${prefix}.`))
  if (sortable && (wildcard || !isOrdered(type))) {
    refuse(subject, 'lists, dynamic fields and wildcards cannot be sortable: they have no order')
  }
  if (facet && hidden)
    refuse(subject, 'a hidden field cannot be a facet: clients would see its values')
  if (wildcard && required) refuse(subject, 'a wildcard cannot be required')
  if (type.name === 'dynamic' && inside === undefined) {
    refuse(subject, 'only a wildcard, such as "custom.*", or a key of one can be dynamic')
  }
  if (type.kind.isFolded && (inside !== undefined || type.list)) refuse(subject, NO_FOLDED_TEXT)
  const operators = operatorsOf(subject, type, definition, own)
  const folded = [...operators].find((operator) => isFolded(type, operator))
  if (folded !== undefined && inside !== undefined) {
    refuse(subject, `${folded} needs a column of its own for the folded text, which JSON has not`)
  }
  const element = type.list ? definition.element : definition
  return {
    name,
    path,
    type,
    operators,
    sortable,
    required,
    hidden,
    facet,
    digits: element?.digits ?? 6,
    precision: element?.precision ?? MOST_PRECISION,
    scale: element?.scale ?? 0,
    as: element?.as ?? 'number',
    elements: type.list ? element?.elements?.(subject, own) : undefined,
    wildcard: inside,
    key,
    siblings,
  }
}

import { describe, oneOf } from '../error/describe.ts'
import { dynamic as dynamicKind } from '../kinds/dynamic.ts'
import { hasPattern, type Kind, type ScalarTypeName, type ValueTypes } from '../kinds/kind.ts'
import { numeric } from '../kinds/numbers.ts'
import type { DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import { dynamicOperators, scalarOperators } from '../operators/scalar-operators.ts'
import { define, type FieldDefinition, type FieldOptions, type Unsortable } from './definition.ts'
import { refuse } from './refuse.ts'
import { type KindSettings, kindsByName } from './scalars.ts'
import { checkedTimestamp } from './timestamp.ts'

/** The operators that are of texts alone. */
const isOfTexts = (name: string): boolean =>
  Object.hasOwn(dynamicOperators, name) && !Object.hasOwn(scalarOperators, name)

const resolve: FieldDefinition['resolve'] = (subject, definition) => {
  const kinds: readonly ScalarTypeName[] = definition.kinds ?? []
  if (!Array.isArray(kinds) || kinds.length === 0)
    refuse(subject, 'dynamic needs at least one kind')
  const names = Object.keys(kindsByName)
  const unknown = kinds.find((kind) => !names.includes(kind))
  if (unknown !== undefined) refuse(subject, `${describe(unknown)} is not one of ${oneOf(names)}`)
  checkedTimestamp(subject, definition.digits)
  if (!kinds.includes('decimal') && (definition.precision ?? definition.scale) !== undefined) {
    refuse(subject, 'precision and scale are settings of the kind decimal')
  }
  if (!kinds.includes('enumeration') && definition.values !== undefined) {
    refuse(subject, 'values is a setting of the kind enumeration')
  }
  const ofTexts = definition.operators?.find(isOfTexts)
  if (ofTexts !== undefined && !kinds.includes('string')) {
    refuse(subject, `${ofTexts} needs the kind string`)
  }
  return {
    name: 'dynamic',
    kind: dynamicKind(membersOf(subject, new Set(kinds), definition)),
    list: false,
    operators: dynamicOperators,
    defaultOperators: scalarOperators,
  }
}

/** At most one kind of numbers; of text several, but any text is a string. */
function membersOf(
  subject: string,
  names: ReadonlySet<string>,
  settings: KindSettings,
): readonly Kind[] {
  const members = Object.entries(kindsByName)
    .filter(([name]) => names.has(name))
    .map(([, kind]) => (typeof kind === 'function' ? kind(subject, settings) : kind))
  const other = members.find(hasPattern)
  if (names.has('string') && other !== undefined) {
    refuse(subject, `string and ${other.name} together cannot be told apart; choose one`)
  }
  const text = members.find((each) => hasPattern(each) && each.name !== 'enumeration')
  if (names.has('enumeration') && text !== undefined) {
    refuse(subject, `enumeration and ${text.name} together cannot be told apart; choose one`)
  }
  const number = members.find(({ family }) => family === 'numeric')
  if (names.has('decimal') && number !== undefined) {
    refuse(subject, `decimal and ${number.name} together cannot be told apart; choose one`)
  }
  if (!names.has('integer') || !names.has('number')) return members
  return [...members.filter(({ family }) => family !== 'numeric'), numeric]
}

/** The values of the kinds, of enumerations those that are listed. */
type Narrowed<K extends ScalarTypeName, Value, Side extends 'operand' | 'row' | 'read'> =
  | ValueTypes[Exclude<K, 'enumeration'>][Side]
  | ('enumeration' extends K ? Value : never)

/** A field whose values are of several kinds, for a wildcard such as `custom.*`. */
export function dynamic<
  const K extends ScalarTypeName,
  const Op extends OperatorOf<'dynamic'> = DefaultOperatorOf<'dynamic'>,
  const Value extends string = string,
  const Hidden extends boolean = false,
>(
  kinds: readonly K[],
  options: Unsortable<FieldOptions<Op, false, Hidden>> & {
    readonly digits?: number
    /** For decimals. */
    readonly precision?: number
    readonly scale?: number
    /** For enumerations. */
    readonly values?: readonly Value[]
  } = {},
): FieldDefinition<
  'dynamic',
  Op,
  Narrowed<K, Value, 'operand'>,
  Narrowed<K, Value, 'row'>,
  false,
  // A document keeps all digits of its integers.
  Narrowed<K, Value, 'read'> | (K extends 'integer' | 'number' ? bigint : never),
  Hidden
> {
  const { digits, precision, scale, values } = options
  return define('dynamic', options, { resolve, kinds, digits, precision, scale, values })
}

import { boolean as booleanKind } from '../kinds/boolean.ts'
import { date as dateKind } from '../kinds/date.ts'
import { derived } from '../kinds/derived.ts'
import { insensitive as insensitiveKind } from '../kinds/insensitive.ts'
import type { Kind, ScalarTypeName, ValueTypes } from '../kinds/kind.ts'
import { integer as integerKind, number as numberKind } from '../kinds/numbers.ts'
import { string as stringKind } from '../kinds/string.ts'
import { uuid as uuidKind } from '../kinds/uuid.ts'
import type { AnyOperatorName, DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import type { FieldType, Operators } from '../operators/operator.ts'
import {
  insensitiveOperators,
  plainInsensitiveOperators,
  plainStringOperators,
  scalarOperators,
  stringOperators,
} from '../operators/scalar-operators.ts'
import { checkedDecimal } from './decimal.ts'
import { define, type FieldDefinition, type FieldOptions, type IntegerForm } from './definition.ts'
import { checkedEnumeration } from './enumeration.ts'
import { refuseValue } from './refuse.ts'
import { checkedTimestamp } from './timestamp.ts'

/** Makes the builder of a type without further settings. */
function scalar<T extends ScalarTypeName>(
  name: T,
  kind: Kind,
  operators: Operators,
  defaultOperators = operators,
) {
  const type = { name, kind, list: false, operators, defaultOperators }
  const resolve = () => type
  return <
    const Op extends OperatorOf<T> = DefaultOperatorOf<T> & OperatorOf<T>,
    const Required extends boolean = false,
    const Hidden extends boolean = false,
    const Sortable extends boolean = false,
  >(
    options: FieldOptions<Op & OperatorOf<T>, Required, Hidden, Sortable> = {},
  ): FieldDefinition<
    T,
    Op,
    ValueTypes[T]['operand'],
    ValueTypes[T]['row'],
    Required,
    ValueTypes[T]['read'],
    Hidden,
    NoInfer<Sortable>
  > => define(name, options, { resolve })
}

export interface StringFieldOptions<
  Op extends AnyOperatorName,
  Required extends boolean,
  Hidden extends boolean,
  Sortable extends boolean,
> extends FieldOptions<Op, Required, Hidden, Sortable> {
  /**
   * Whether all operators of the field and its order ignore case, as `$ieq` does: `Résumé` equals
   * `RÉSUMÉ`, and not `resume`. Tables hold the folded text beside it, in `<field>_folded`.
   */
  readonly insensitive?: boolean
}

const stringType: FieldType = {
  name: 'string',
  kind: stringKind,
  list: false,
  operators: stringOperators,
  defaultOperators: plainStringOperators,
}

const insensitiveType: FieldType = /* @__PURE__ */ derived(stringType, {
  kind: insensitiveKind,
  operators: insensitiveOperators,
  defaultOperators: plainInsensitiveOperators,
})

// That it is true or false, every field checks of its settings.
const resolveString: FieldDefinition['resolve'] = (_, { insensitive }) =>
  insensitive ? insensitiveType : stringType

/** A field of well-formed Unicode text, compared by code point, or without regard to case. */
export const string = <
  const Op extends OperatorOf<'string'> = DefaultOperatorOf<'string'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
  const Sortable extends boolean = false,
>(
  options: StringFieldOptions<Op, Required, Hidden, Sortable> = {},
): FieldDefinition<
  'string',
  Op,
  ValueTypes['string']['operand'],
  ValueTypes['string']['row'],
  Required,
  ValueTypes['string']['read'],
  Hidden,
  NoInfer<Sortable>
> => define('string', options, { resolve: resolveString })

export const boolean = /* @__PURE__ */ scalar('boolean', booleanKind, scalarOperators)

export interface IntegerFieldOptions<
  Op extends AnyOperatorName,
  Required extends boolean,
  As extends IntegerForm,
  Hidden extends boolean,
  Sortable extends boolean,
> extends FieldOptions<Op, Required, Hidden, Sortable> {
  /**
   * How `readRow` gives the values: as numbers, the default, which is an error beyond ±(2^53 − 1), or
   * as bigints. Rows in memory and operands may hold both.
   */
  readonly as?: As
}

const integerType: FieldType = {
  name: 'integer',
  kind: integerKind,
  list: false,
  operators: scalarOperators,
  defaultOperators: scalarOperators,
}

const resolveInteger: FieldDefinition['resolve'] = (subject, { as }) => {
  if (as !== undefined && as !== 'number' && as !== 'bigint') {
    refuseValue(`${subject}: as`, '"number" or "bigint"', as)
  }
  return integerType
}

/** A field of integers: safe JavaScript integers, and bigints of signed 64 bits. */
export const integer = <
  const Op extends OperatorOf<'integer'> = DefaultOperatorOf<'integer'>,
  const Required extends boolean = false,
  const As extends IntegerForm = 'number',
  const Hidden extends boolean = false,
  const Sortable extends boolean = false,
>(
  options: IntegerFieldOptions<Op, Required, As, Hidden, Sortable> = {},
): FieldDefinition<
  'integer',
  Op,
  ValueTypes['integer']['operand'],
  ValueTypes['integer']['row'],
  Required,
  As extends 'bigint' ? bigint : number,
  Hidden,
  NoInfer<Sortable>
> => define('integer', options, { resolve: resolveInteger, as: options.as })

/** A field of finite doubles. */
export const number = /* @__PURE__ */ scalar('number', numberKind, scalarOperators)

/** A field of days of the calendar, as `YYYY-MM-DD`. */
export const date = /* @__PURE__ */ scalar('date', dateKind, scalarOperators)

/** A field of UUIDs in either case; rows that are read, and documents, have lower case. */
export const uuid = /* @__PURE__ */ scalar('uuid', uuidKind, scalarOperators)

/** The settings of a dynamic field that its kinds depend on. */
export type KindSettings = Pick<FieldDefinition, 'digits' | 'precision' | 'scale' | 'values'>

/** The kinds that a dynamic field can name; a function where settings of the field make the kind. */
export const kindsByName: Readonly<
  Record<ScalarTypeName, Kind | ((subject: string, settings: KindSettings) => Kind)>
> = {
  string: stringKind,
  timestamp: (subject, { digits }) => checkedTimestamp(subject, digits),
  date: dateKind,
  decimal: checkedDecimal,
  uuid: uuidKind,
  enumeration: (subject, { values }) => checkedEnumeration(subject, values),
  boolean: booleanKind,
  integer: integerKind,
  number: numberKind,
}

import { describe } from '../error/describe.ts'
import { enumeration as enumerationKind } from '../kinds/enumeration.ts'
import type { Kind } from '../kinds/kind.ts'
import { isText } from '../kinds/string.ts'
import type { DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import { scalarOperators } from '../operators/scalar-operators.ts'
import { define, type FieldDefinition, type FieldOptions } from './definition.ts'
import { refuse } from './refuse.ts'

/** The kind of the texts of a list; refuses a list that is not valid. */
export function checkedEnumeration(subject: string, values: readonly unknown[] = []): Kind {
  if (!Array.isArray(values) || values.length === 0) {
    refuse(subject, `values: expected at least one text, received ${describe(values)}`)
  }
  const texts = values.map((value: unknown, i) => {
    if (typeof value !== 'string' || !isText(value)) {
      return refuse(
        subject,
        `values: expected text without U+0000 and lone surrogates, received ${describe(value)}`,
      )
    }
    if (values.indexOf(value) !== i) refuse(subject, `values: duplicate ${describe(value)}`)
    return value
  })
  return enumerationKind(texts)
}

const resolve: FieldDefinition['resolve'] = (subject, { values }) => ({
  name: 'enumeration',
  kind: checkedEnumeration(subject, values),
  list: false,
  operators: scalarOperators,
  defaultOperators: scalarOperators,
})

/**
 * A field of the texts of a list, ordered as listed: `enumeration(['low', 'high'])`. Rows' values
 * outside the list are absent; operands outside it are refused.
 */
export function enumeration<
  const Value extends string,
  const Op extends OperatorOf<'enumeration'> = DefaultOperatorOf<'enumeration'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
  const Sortable extends boolean = false,
>(
  values: readonly Value[],
  options: FieldOptions<Op & OperatorOf<'enumeration'>, Required, Hidden, Sortable> = {},
): FieldDefinition<'enumeration', Op, Value, Value, Required, Value, Hidden, NoInfer<Sortable>> {
  return define('enumeration', options, { resolve, values })
}

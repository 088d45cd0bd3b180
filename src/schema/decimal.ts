import { describe } from '../error/describe.ts'
import { decimal as decimalKind } from '../kinds/decimal.ts'
import type { ValueTypes } from '../kinds/kind.ts'
import type { AnyOperatorName, DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import { scalarOperators } from '../operators/scalar-operators.ts'
import { define, type FieldDefinition, type FieldOptions } from './definition.ts'
import { MOST_PRECISION } from './field.ts'
import { refuse } from './refuse.ts'

export interface DecimalFieldOptions<
  Op extends AnyOperatorName,
  Required extends boolean,
  Hidden extends boolean,
  Sortable extends boolean,
> extends FieldOptions<Op, Required, Hidden, Sortable> {
  /** The digits that a value has at most, 1–38; SQLite holds 18. */
  readonly precision: number
  /** How many of these stand after the point. */
  readonly scale: number
}

/** The kind of decimals with these settings; refuses settings that are not valid. */
export function checkedDecimal(
  subject: string,
  { precision, scale }: Pick<FieldDefinition, 'precision' | 'scale'>,
) {
  if (!isBetween(precision, 1, MOST_PRECISION)) {
    refuse(
      subject,
      `precision: expected an integer from 1 to ${MOST_PRECISION}, received ${describe(precision)}`,
    )
  }
  if (!isBetween(scale, 0, precision)) {
    refuse(
      subject,
      `scale: expected an integer from 0 to the precision, received ${describe(scale)}`,
    )
  }
  return decimalKind({ precision, scale })
}

const isBetween = (value: number | undefined, least: number, most: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= least && value <= most

const resolve: FieldDefinition['resolve'] = (subject, definition) => ({
  name: 'decimal',
  kind: checkedDecimal(subject, definition),
  list: false,
  operators: scalarOperators,
  defaultOperators: scalarOperators,
})

/**
 * A field of exact decimal numbers: text in plain or exponent notation, or numbers, which stand for
 * their shortest decimal. Rows are read with text of `scale` fraction digits.
 *
 * @example
 * decimal({ precision: 10, scale: 2, sortable: true })
 */
export function decimal<
  const Op extends OperatorOf<'decimal'> = DefaultOperatorOf<'decimal'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
  const Sortable extends boolean = false,
>(
  options: DecimalFieldOptions<Op, Required, Hidden, Sortable>,
): FieldDefinition<
  'decimal',
  Op,
  ValueTypes['decimal']['operand'],
  ValueTypes['decimal']['row'],
  Required,
  ValueTypes['decimal']['read'],
  Hidden,
  NoInfer<Sortable>
> {
  // A program without types can leave them out: defineSchema says what is missing.
  const { precision, scale }: Partial<typeof options> = options ?? {}
  return define('decimal', options ?? {}, { resolve, precision, scale })
}

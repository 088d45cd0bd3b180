import type { ValueTypes } from '../kinds/kind.ts'
import { type EpochUnit, timestamp as timestampKind } from '../kinds/timestamp.ts'
import type { AnyOperatorName, DefaultOperatorOf, OperatorOf } from '../operators/index.ts'
import { scalarOperators } from '../operators/scalar-operators.ts'
import { define, type FieldDefinition, type FieldOptions } from './definition.ts'
import { refuseValue } from './refuse.ts'

export interface TimestampFieldOptions<
  Op extends AnyOperatorName,
  Required extends boolean,
  Hidden extends boolean,
  Sortable extends boolean,
> extends FieldOptions<Op, Required, Hidden, Sortable> {
  /** The fractional digits of the second that are kept, 0–9; by default 6. */
  readonly digits?: number
  /** The unit of numbers since 1970 in rows; without one, numbers are absent. */
  readonly unit?: EpochUnit
}

const UNITS: readonly unknown[] = ['s', 'ms', 'us', 'ns', undefined]

/** The kind of timestamps with these settings; refuses settings that are not valid. */
export function checkedTimestamp(subject: string, digits = 6, unit?: EpochUnit) {
  if (!Number.isInteger(digits) || digits < 0 || digits > 9) {
    refuseValue(`${subject}: digits`, 'an integer from 0 to 9', digits)
  }
  if (!UNITS.includes(unit)) {
    refuseValue(`${subject}: unit`, 's, ms, us or ns', unit)
  }
  return timestampKind({ digits, unit })
}

const resolve: FieldDefinition['resolve'] = (subject, { digits, unit }) => ({
  name: 'timestamp',
  kind: checkedTimestamp(subject, digits, unit),
  list: false,
  operators: scalarOperators,
  defaultOperators: scalarOperators,
})

/** A field of instants: RFC 3339 strings, Dates, or numbers of the unit. */
export function timestamp<
  const Op extends OperatorOf<'timestamp'> = DefaultOperatorOf<'timestamp'>,
  const Required extends boolean = false,
  const Hidden extends boolean = false,
  const Sortable extends boolean = false,
>(
  options: TimestampFieldOptions<Op, Required, Hidden, Sortable> = {},
): FieldDefinition<
  'timestamp',
  Op,
  ValueTypes['timestamp']['operand'],
  ValueTypes['timestamp']['row'],
  Required,
  ValueTypes['timestamp']['read'],
  Hidden,
  NoInfer<Sortable>
> {
  const { digits, unit } = options
  return define('timestamp', options, { resolve, digits, unit })
}

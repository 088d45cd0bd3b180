/** Columns of timestamps, as far as dialects share them. */

import { type EpochUnit, fromEpoch, toEpoch } from '../kinds/timestamp.ts'
import { type Fragment, sql } from './fragment.ts'
import { integerLiteral } from './literal.ts'
import type { Refuse } from './names.ts'
import type { Stored, TimestampStorage } from './place.ts'
import { type FormParts, formIn, partsOf } from './timestamp-text.ts'
import type { KindType } from './types.ts'

/** A column type for timestamps. */
export interface TimestampColumn extends Pick<KindType, 'encode' | 'decode' | 'select'> {
  /** As of {@link KindType}, for columns in which some values are absent. */
  exact?(column: Fragment, digits: number): Fragment
  /** The type that stores so many fractional digits and no more, whichever program writes. */
  type(digits: number): Fragment
  check(column: Fragment, digits: number): Fragment
  /** The microseconds of an instant, or of its second; text says its digits itself. */
  microseconds?(column: Fragment): Fragment
}

type TimestampColumns = Readonly<
  Partial<Record<Extract<TimestampStorage, string>, TimestampColumn>> & { text: TimestampColumn }
>

/** The dialect's part of a column of epoch numbers. */
interface EpochColumn extends Pick<KindType, 'select'> {
  readonly type: Fragment
  check(column: Fragment, first: Fragment, last: Fragment): Fragment
}

interface TimestampOptions<InJson> {
  readonly refuse: Refuse
  /** The default storage of columns with up to six digits. */
  readonly preferred: TimestampStorage
  readonly columns: TimestampColumns
  readonly epoch: EpochColumn
  /** Columns of text in other forms than the canonical one, in databases whose users have them. */
  readonly forms?: {
    one(form: FormParts): TimestampColumn
    readonly any: TimestampColumn
    /** An index of the column serves it. */
    readonly prefilter: NonNullable<KindType['prefilter']>
  }
  /** The message for a storage that the dialect does not have. */
  otherwise(storage: string): string
  readonly json: InJson
}

/** The bounds of a column of epoch numbers. */
const FIRST = '0001-01-01T00:00:00Z'
const LAST = '9999-12-31T23:59:59.999999999Z'

/** The digits of the second that the types of databases hold, and that a unit has. */
const TYPE_DIGITS = 6
export const EPOCH_DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const satisfies Record<
  EpochUnit,
  number
>

function epochColumn(unit: EpochUnit, { type, check, select }: EpochColumn): TimestampColumn {
  const [first, last] = [integerLiteral(toEpoch(FIRST, unit)), integerLiteral(toEpoch(LAST, unit))]
  const held = EPOCH_DIGITS[unit]
  return {
    type: () => type,
    encode: (value) => toEpoch(String(value), unit),
    decode: (stored, { digits }) => fromEpoch(BigInt(String(stored)), unit, digits),
    check(column, digits) {
      const isBetween = check(column, first, last)
      if (digits >= held) return isBetween
      return sql`${isBetween} AND ${column} % ${integerLiteral(10 ** (held - digits))} = 0`
    },
    ...(select === undefined ? {} : { select }),
  }
}

/** The entry of the kind `timestamp`. */
export function timestampType<InJson>(options: TimestampOptions<InJson>): KindType<InJson> {
  const { refuse, preferred, columns, epoch, forms, otherwise, json } = options
  const ticks: Readonly<Record<EpochUnit, TimestampColumn>> = {
    s: epochColumn('s', epoch),
    ms: epochColumn('ms', epoch),
    us: epochColumn('us', epoch),
    ns: epochColumn('ns', epoch),
  }
  /** In lists, timestamps are text: drivers would return Dates, which have three digits only. */
  const storageOf = ({ storage, digits, list }: Stored): TimestampStorage =>
    storage ?? (digits <= 6 && !list ? preferred : 'text')
  const of = (at: Stored): TimestampColumn => {
    const storage = storageOf(at)
    if (typeof storage === 'string') return columns[storage] ?? refuse(at, otherwise(storage))
    if ('epoch' in storage) return ticks[storage.epoch]
    if (forms === undefined) {
      return refuse(at, "text of other forms than the canonical one is not supported; use 'text'")
    }
    const parts = partsOf(storage.text)
    return parts === undefined ? forms.any : forms.one(parts)
  }
  return {
    type: (at) => of(at).type(at.digits),
    // A constant has the digits of the field.
    constantType: (at) => of(at).type(6),
    representation(at) {
      const storage = storageOf(at)
      if (typeof storage === 'object') return 'epoch' in storage ? 'integer' : 'text'
      return storage === 'text' ? 'text' : 'time'
    },
    encode: (value, at) => of(at).encode(value, at),
    decode: (stored, place) => of(place).decode(stored, place),
    check: (column, at) => of(at).check(column, at.digits),
    checkDigits(column, at) {
      const storage = storageOf(at)
      const isEpoch = typeof storage === 'object' && 'epoch' in storage
      const units = isEpoch ? column : of(at).microseconds?.(column)
      const more = (isEpoch ? EPOCH_DIGITS[storage.epoch] : TYPE_DIGITS) - at.digits
      if (units === undefined || more <= 0) return undefined
      return sql`${units} % ${integerLiteral(10 ** more)} = 0`
    },
    select: (column, at) => of(at).select?.(column, at) ?? column,
    ...(forms && {
      exact: (column, at) => of(at).exact?.(column, at.digits),
      isPartial: true,
      prefilter: (column, at) =>
        formIn(storageOf(at)) === 'any' ? forms.prefilter(column, at) : undefined,
    }),
    json,
  }
}

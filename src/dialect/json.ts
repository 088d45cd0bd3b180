/** JSON columns and JSON parameters, as far as dialects share them. */

import { printDouble } from '../kinds/json.ts'
import type { KindName, Scalar } from '../kinds/kind.ts'
import type { Fragment } from './fragment.ts'
import type { Prefilter } from './values.ts'

/** A value in JSON, in dialects that can read it as a kind in one expression. */
export interface JsonValue {
  readonly isList: Fragment
  /** The value if it is of the kind, else NULL; safe as an operand of a comparison. */
  ofKind(kind: KindName): Fragment
  /** The number if it is an int64, else NULL. */
  readonly int64: Fragment
  /** The number if it is not an int64, else NULL. */
  readonly rest: Fragment
  /** Whether it is of the kind, if that is cheaper than `ofKind`. */
  isOf?(kind: KindName): Fragment | undefined
  prefilter?(kind: KindName): Prefilter | undefined
}

/** A scalar as JSON text that every engine reads exactly. */
export function printScalar(value: Scalar): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' ? printDouble(value) : String(value)
}

/** Scalars as a JSON array, for one parameter. */
export const printList = (values: readonly Scalar[]): string =>
  `[${values.map(printScalar).join(',')}]`

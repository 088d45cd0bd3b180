import { $autocomplete } from './autocomplete.ts'
import { $eq, $ne } from './equality.ts'
import { $exists } from './exists.ts'
import { $in, $nin } from './membership.ts'
import type { Operators } from './operator.ts'
import { $gt, $gte, $lt, $lte } from './range.ts'

/** The operators of every scalar field. */
export const scalarOperators = {
  $eq,
  $ne,
  $gt,
  $gte,
  $lt,
  $lte,
  $in,
  $nin,
  $exists,
} as const satisfies Operators

/** Those of strings, and of dynamic fields where the field lists `$autocomplete`. */
export const stringOperators = {
  $eq,
  $ne,
  $gt,
  $gte,
  $lt,
  $lte,
  $in,
  $nin,
  $exists,
  $autocomplete,
} as const satisfies Operators

import { $all, $contains } from './contains.ts'
import { $exists } from './exists.ts'
import { $eq, $ne } from './list-equality.ts'
import { $in, $nin } from './list-membership.ts'
import type { Operators } from './operator.ts'
import { $size } from './size.ts'

/** The operators of list fields. */
export const listOperators = {
  $eq,
  $ne,
  $in,
  $nin,
  $exists,
  $contains,
  $all,
  $size,
} as const satisfies Operators

import { $elemMatch } from './elem-match.ts'
import { $exists } from './exists.ts'
import type { Operators } from './operator.ts'
import { $sizeOfObjects } from './size.ts'

/** The operators of lists of objects. */
export const objectsOperators = {
  $exists,
  $size: $sizeOfObjects,
  $elemMatch,
} as const satisfies Operators

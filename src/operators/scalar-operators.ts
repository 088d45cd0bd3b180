import { $autocomplete } from './autocomplete.ts'
import { $eq, $ne } from './equality.ts'
import { $exists } from './exists.ts'
import { $ieq, $iin } from './insensitive.ts'
import { $in, $nin } from './membership.ts'
import type { Operators } from './operator.ts'
import { $gt, $gte, $lt, $lte } from './range.ts'
import { $endsWith, $iendsWith, $iincludes, $includes, $istartsWith, $startsWith } from './text.ts'

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

/** Those of strings where the field lists none. */
export const plainStringOperators = { ...scalarOperators, $startsWith } as const satisfies Operators

/** Those of dynamic fields. What has a column of its own for the folded text is not in JSON. */
export const dynamicOperators = {
  ...scalarOperators,
  $startsWith,
  $endsWith,
  $includes,
  $autocomplete,
} as const satisfies Operators

/** Those of texts that ignore case, where the field lists none. */
export const plainInsensitiveOperators = {
  ...scalarOperators,
  $startsWith: $istartsWith,
} as const satisfies Operators

/** Those of strings. */
export const stringOperators = {
  ...dynamicOperators,
  $ieq,
  $iin,
  $istartsWith,
  $iendsWith,
  $iincludes,
} as const satisfies Operators

/** Those of texts that ignore case: parts of the text do, too. */
export const insensitiveOperators = {
  ...stringOperators,
  ...plainInsensitiveOperators,
  $endsWith: $iendsWith,
  $includes: $iincludes,
} as const satisfies Operators

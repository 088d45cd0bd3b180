import { derived } from '../kinds/derived.ts'
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
export const plainStringOperators = /* @__PURE__ */ derived(scalarOperators, {
  $startsWith,
}) satisfies Operators

/** Those of dynamic fields. What has a column of its own for the folded text is not in JSON. */
export const dynamicOperators = /* @__PURE__ */ derived(scalarOperators, {
  $startsWith,
  $endsWith,
  $includes,
  $autocomplete,
}) satisfies Operators

/** Those of texts that ignore case, where the field lists none. */
export const plainInsensitiveOperators = /* @__PURE__ */ derived(scalarOperators, {
  $startsWith: $istartsWith,
}) satisfies Operators

/** Those of strings. */
export const stringOperators = /* @__PURE__ */ derived(dynamicOperators, {
  $ieq,
  $iin,
  $istartsWith,
  $iendsWith,
  $iincludes,
}) satisfies Operators

/** Those of texts that ignore case: parts of the text do, too. */
export const insensitiveOperators = /* @__PURE__ */ derived(stringOperators, {
  $startsWith: $istartsWith,
  $endsWith: $iendsWith,
  $includes: $iincludes,
}) satisfies Operators

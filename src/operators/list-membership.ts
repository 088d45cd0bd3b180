import { derived } from '../kinds/derived.ts'
import { holdsAny } from './lists.ts'
import { inBy } from './membership.ts'
import type { Operator } from './operator.ts'

/** `$in` of a list: it holds one of the operands. Its elements are compared one by one. */
export const $in = /* @__PURE__ */ inBy(holdsAny)

/** `$nin`: the complement of `$in`. */
export const $nin = /* @__PURE__ */ derived($in, {
  complement: true,
}) satisfies Operator<'members'>

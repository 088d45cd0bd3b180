import { derived } from '../kinds/derived.ts'
import type { Test } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { FieldType, Operator } from './operator.ts'

/** `$size`: a list of so many distinct elements of its kind. */
export const $size = {
  shape: 'count',
  // The elements are sorted to tell the distinct ones, or kept in a table.
  cost: () => ({ passes: 2, comparing: 0 }),
  test({ kind }, size) {
    return (value) => {
      if (!Array.isArray(value)) return false
      const distinct = new Set<unknown>()
      // By index: a hole is no element.
      for (let i = 0; i < value.length; i++) distinct.add(kind.read(value[i]))
      distinct.delete(undefined)
      return distinct.size === size
    }
  },
  sql: (column, _type, size, negated) => column.hasSize(size, negated),
} as const satisfies Operator<'count'>

/** `$size` of a list of objects: every object counts. */
export const $sizeOfObjects = /* @__PURE__ */ derived($size, {
  cost: () => ({ passes: 1, comparing: 0 }),
  test:
    (_type: FieldType, size: number): Test =>
    (value) =>
      Array.isArray(value) && value.filter((each) => isPlainObject(each)).length === size,
}) satisfies Operator<'count'>

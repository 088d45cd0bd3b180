import { isPlainObject } from '../kinds/objects.ts'
import type { Operator } from './operator.ts'

/** `$elemMatch`: a list of objects, of which one matches the whole filter. */
export const $elemMatch = {
  shape: 'filter',
  cost: () => ({ passes: 1, comparing: 0 }),
  test: (_type, inside) => (value) => {
    if (!Array.isArray(value)) return false
    for (let i = 0; i < value.length; i++) {
      if (isPlainObject(value[i]) && inside.test(value[i])) return true
    }
    return false
  },
  sql: (column, _type, inside, negated) =>
    column.hasObject((document) => inside.sql(document), negated),
} as const satisfies Operator<'filter'>

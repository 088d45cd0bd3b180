import type { Operator, Operators } from './operator.ts'

// What the related rows are is said by the relation, in memory and in SQL side by side
// (`compile/related.ts`): the records say what can be asked.

/* v8 ignore start -- no predicate and no statement is made of these records */
const asked = {
  shape: 'filter',
  cost: () => ({ passes: 1, comparing: 0 }),
  test: () => notAlone(),
  sql: () => notAlone(),
} as const satisfies Operator<'filter'>

const notAlone = (): never => {
  throw new TypeError('tamis: a relation is asked with its own rows')
}
/* v8 ignore stop */

/** `$is`: the one related row is there and matches. */
export const oneOperators = { $is: asked } as const satisfies Operators

/** `$some`, `$every`, `$none`: at least one related row matches; none fails; none matches. */
export const manyOperators = {
  $some: asked,
  $every: asked,
  $none: asked,
} as const satisfies Operators

/** Where the rows without a value stand in an order. */
export type Nulls = 'first' | 'last'

export const NULLS = ['first', 'last'] as const satisfies readonly Nulls[]

/** Where the smallest values stand, and absent ones unless an order says otherwise. */
export const smallest = (direction: 1 | -1): Nulls => (direction === 1 ? 'first' : 'last')

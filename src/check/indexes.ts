import type { IndexFacts, IndexKey } from './facts.ts'

/** A key of an index where NULL is the smallest value of all. */
export const nullsSmallest = (direction: IndexKey['direction']): Pick<IndexKey, 'nulls'> => ({
  nulls: direction === 'asc' ? 'first' : 'last',
})

/** The columns that unique indexes are of, but for the primary key's. */
export function uniquesOf(
  indexes: readonly IndexFacts[],
  ofPrimaryKey: string | undefined,
): readonly (readonly string[])[] {
  return indexes.flatMap(({ name, keys, unique, where }) => {
    if (!unique || where !== undefined || name === ofPrimaryKey) return []
    const columns = keys.flatMap(({ column }) => column ?? [])
    return columns.length === keys.length ? [columns] : []
  })
}

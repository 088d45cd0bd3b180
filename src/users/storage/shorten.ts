import type { Query } from '../../index.ts'

/** The most characters of the users of one page, unless its first user alone has more. */
const LARGEST_PAGE = 4 * 1024 * 1024

interface ShortenedPage {
  readonly query: Query
  readonly records: readonly unknown[]
}

function sizeOf(record: unknown): number {
  let size = 0
  if (typeof record !== 'object' || record === null) return size
  for (const value of Object.values(record)) if (typeof value === 'string') size += value.length
  return size
}

/**
 * Ends a page of large users early: to read and send a thousand users of 64 kB takes seconds, in which
 * no other request is answered. `records` are the result of a statement that looked ahead by one row,
 * so that the shortened page has a cursor to the remaining users.
 */
export function shorten(query: Query, records: readonly unknown[]): ShortenedPage {
  // A page before a cursor ends at that cursor, so its beginning is cut off.
  const isBackward = query.from?.name === 'prev'
  let size = 0
  let count = 0
  while (count < records.length) {
    size += sizeOf(records[isBackward ? records.length - 1 - count : count])
    if (size > LARGEST_PAGE && count > 0) break
    count += 1
  }
  if (count >= Math.min(records.length, query.limit)) return { query, records }
  const kept = isBackward ? records.slice(-(count + 1)) : records.slice(0, count + 1)
  return { query: { ...query, limit: count }, records: kept }
}

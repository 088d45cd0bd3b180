/** Whether an engine found the rows that memory found, in the same order. */

export interface Difference {
  /** Keys that memory found and the engine did not, and the other way round. */
  readonly missing: readonly string[]
  readonly extra: readonly string[]
  /** Where the order differs first, from 1; undefined where the keys themselves differ. */
  readonly place: number | undefined
}

/** The difference of two lists of keys; undefined if they are the same in the same order. */
export function differenceOf(
  expected: readonly string[],
  found: readonly string[],
): Difference | undefined {
  const place = expected.findIndex((key, i) => key !== found[i])
  if (place < 0 && expected.length === found.length) return undefined
  const [wanted, had] = [new Set(expected), new Set(found)]
  const missing = expected.filter((key) => !had.has(key))
  const extra = found.filter((key) => !wanted.has(key))
  const isOrder = missing.length === 0 && extra.length === 0
  return { missing, extra, place: isOrder ? Math.max(place, 0) + 1 : undefined }
}

const SHOWN = 5
const some = (keys: readonly string[]): string =>
  keys.length <= SHOWN
    ? keys.join(', ')
    : `${keys.slice(0, SHOWN).join(', ')} and ${keys.length - SHOWN} more`

/** A difference as a sentence. */
export function sentenceOf(engine: string, { missing, extra, place }: Difference): string {
  if (place !== undefined) return `${engine} has the same rows in another order, from row ${place}.`
  const parts = [
    ...(missing.length > 0 ? [`lacks ${some(missing)}`] : []),
    ...(extra.length > 0 ? [`has ${some(extra)} besides`] : []),
  ]
  return parts.length === 0
    ? `${engine} has a row more than once.`
    : `${engine} ${parts.join(', and ')}.`
}

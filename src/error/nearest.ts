import { quote } from './describe.ts'

/** How many edits a candidate may be away: a third of its length, and two where it is not short. */
const allowedEdits = (length: number): number =>
  length < 2 ? 0 : Math.max(length > 3 ? 2 : 1, Math.floor(length / 3))

/**
 * The edits that make one text of another, where one edit adds, removes or replaces a unit, or swaps
 * two neighbours (optimal string alignment distance).
 */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1]!
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : replaced
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1, swapped))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/**
 * The candidate that was probably meant, if one is near: up to two edits, or a third of its length.
 * Candidates whose length differs by more are not compared, so a very long name costs nothing.
 */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  most = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const candidate of candidates) {
    const allowed = allowedEdits(candidate.length)
    if (Math.abs(candidate.length - name.length) > allowed) continue
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (edits <= allowed && edits < least) {
      best = candidate
      least = edits
    }
  }
  return best
}

export const DID_YOU_MEAN = 'did you mean '

/** The hint for a name that is probably misspelt; undefined if no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(name, candidates)
  return near === undefined ? undefined : `${DID_YOU_MEAN}${quote(near)}?`
}

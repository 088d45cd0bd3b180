/** Runs of marks that are long enough to sort first. U+FF9E and U+FF9F decompose into marks. */
const LONG_RUN = /[\p{M}\uff9e\uff9f]{64,}/gu

/**
 * Text in NFKC, in linear time. `normalize` sorts each run of marks by their canonical combining class
 * with an insertion sort, which takes time quadratic in the run's length. So long runs are decomposed
 * and sorted first. The sorted text is canonically equivalent, so the result is the same.
 */
export const nfkc = (text: string): string => text.replace(LONG_RUN, sortMarks).normalize('NFKC')

/** A run of marks, decomposed and in canonical order. */
function sortMarks(run: string): string {
  const decompositions = new Map<string, readonly string[]>()
  for (const mark of run) {
    if (!decompositions.has(mark)) decompositions.set(mark, [...mark.normalize('NFKD')])
  }
  const moved = [...new Set([...decompositions.values()].flat())].filter(isReordered)
  const ranks = ranksOf(moved)
  const buckets: string[][] = Array.from(new Set(ranks.values()), () => [])
  const sorted: string[] = []
  const flush = () => {
    for (const bucket of buckets) for (const mark of bucket.splice(0)) sorted.push(mark)
  }
  for (const mark of run) {
    for (const each of decompositions.get(mark)!) {
      const rank = ranks.get(each)
      if (rank !== undefined) buckets[rank]!.push(each)
      else {
        // A mark of class 0 stays in its place, and other marks are not moved across it.
        flush()
        sorted.push(each)
      }
    }
  }
  flush()
  return sorted.join('')
}

// The lowest class that Unicode assigns to marks of any script, 1, and the highest, 240.
const LOWEST = '\u0334'
const HIGHEST = '\u0345'

/** Whether a mark has a class other than 0: then it sorts before a higher one or after a lower one. */
const isReordered = (mark: string): boolean => isBefore(mark, HIGHEST) || isBefore(LOWEST, mark)

/** Whether a mark has a class other than 0 that is lower than that of another. */
const isBefore = (mark: string, other: string): boolean =>
  `${other}${mark}`.normalize('NFD') === `${mark}${other}` && mark !== other

/** The rank of each mark's class among the classes of all of them. */
function ranksOf(marks: readonly string[]): ReadonlyMap<string, number> {
  const compare = (a: string, b: string) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0)
  const sorted = marks.toSorted(compare)
  const ranks = new Map<string, number>()
  let rank = 0
  for (const [i, mark] of sorted.entries()) {
    if (i > 0 && isBefore(sorted[i - 1]!, mark)) rank++
    ranks.set(mark, rank)
  }
  return ranks
}

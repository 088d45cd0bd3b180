/**
 * Folds the case of texts, for `$ieq` and its family. For SQL the folded text is stored in a search
 * column, so a change to the folding changes stored data: see `FOLD_VERSION` in `words.ts`.
 */

/** Lower, upper, lower: ß and SS become the same only in upper case. A final sigma is a sigma. */
export const mapCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')

const BEYOND_ASCII = /[^\0-\x7f]/

/** No text of a language has so many marks on one letter (UAX #15, Stream-Safe Text Format: 30). */
const LONG_RUNS = /\p{M}{64,}/gu

/**
 * A text without the differences of case, which a search column for `$ieq` holds: texts are equal
 * without regard to case if their folded forms are equal. Accents and other marks stay. The result
 * is normalized, since the capital of one character can be several, and another text can have them
 * composed: the capital of `ΐ` is `Ϊ́`.
 */
export function foldCase(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase()
  return mapCase(composed(text)).normalize('NFC')
}

/** `normalize` sorts each run of marks in quadratic time, so long ones are sorted before. */
const composed = (text: string): string => text.replace(LONG_RUNS, sorted).normalize('NFC')

/** Marks of the lowest and of the highest combining class but 0. */
const LOWEST = '\u0334'
const HIGHEST = '\u0345'

/** Whether normalization puts the second mark before the first. */
const isBehind = (first: string, second: string): boolean =>
  first !== second && (first + second).normalize('NFD') !== first + second

/** Whether a mark has the combining class 0, over which no other is moved. */
const isFixed = (mark: string): boolean => !isBehind(mark, LOWEST) && !isBehind(HIGHEST, mark)

/** A run of marks in canonical order. */
function sorted(run: string): string {
  const marks = [...run].flatMap((mark) => [...mark.normalize('NFD')])
  const classOf = classesOf(new Set(marks))
  const result: string[] = []
  let movable: string[] = []
  const move = (): void => {
    movable.sort((a, b) => classOf(a) - classOf(b))
    for (const mark of movable) result.push(mark)
    movable = []
  }
  for (const mark of marks) {
    if (classOf(mark) > 0) movable.push(mark)
    else {
      move()
      result.push(mark)
    }
  }
  move()
  return result.join('')
}

/** Numbers in the order of the combining classes of marks; 0 where the class is. */
function classesOf(marks: ReadonlySet<string>): (mark: string) => number {
  const movable = [...marks].filter((mark) => !isFixed(mark))
  movable.sort((a, b) => (isBehind(a, b) ? 1 : isBehind(b, a) ? -1 : 0))
  const classes = new Map<string, number>()
  let last = 0
  movable.forEach((mark, i) => {
    if (i === 0 || isBehind(mark, movable[i - 1]!)) last++
    classes.set(mark, last)
  })
  return (mark) => classes.get(mark) ?? 0
}

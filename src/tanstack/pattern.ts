import { isText } from '../kinds/string.ts'
import type { Field } from '../schema/field.ts'
import { all, operators, type Part, present } from './part.ts'
import { ELSEWHERE, UntranslatableError } from './untranslatable.ts'

/** What lower-casing leaves as it is, and makes of no other character. */
const WITHOUT_CASE = /^[ -@[-`{-~]*$/

/**
 * `like` of TanStack DB: `%` is any text, `_` one UTF-16 code unit, nothing is escaped. Wholes, a
 * beginning, an end and a middle are exact; a beginning and an end are if they cannot overlap.
 */
export function like(field: Field, name: 'like' | 'ilike', pattern: string): Part {
  const refuse = (problem: string, hint: string): never => {
    throw new UntranslatableError(name, field.name, problem, hint)
  }
  if (name === 'ilike' && !WITHOUT_CASE.test(pattern)) {
    refuse(
      'would have to be lower-cased, which differs from the case folding of tamis for some texts',
      `Use like. ${ELSEWHERE}`,
    )
  }
  if (!isText(pattern))
    refuse('is compared with a pattern that has U+0000 or a lone surrogate', 'No row holds it')
  if (pattern.includes('_')) {
    refuse(
      'is compared with "_", one character, for which tamis has no operator',
      'Use "%" only, or eq',
    )
  }
  const pieces = pattern.split('%')
  const [begin = '', end = ''] = [pieces[0], pieces.at(-1)]
  if (pieces.length === 1) return operators(field, { $eq: pattern }, name)
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '')
  const ends: Part[] = []
  if (begin !== '') ends.push(operators(field, { $startsWith: begin }, name))
  if (end !== '') ends.push(operators(field, { $endsWith: end }, name))
  const [inside] = middle
  if (inside === undefined) {
    if (ends.length === 2 && canOverlap(begin, end)) {
      refuse(
        `is compared with "${begin}" and "${end}", which can overlap, so that a shorter text has both`,
        'Use a pattern with one text',
      )
    }
    return ends.length === 0 ? present(field, name) : all(ends)
  }
  if (middle.length > 1 || ends.length > 0) {
    refuse(
      'is compared with several texts in a row, for which tamis has no operator',
      'Use a pattern with one text',
    )
  }
  return operators(field, { $includes: inside }, name)
}

/** Whether a text can begin with one and end with the other, and be shorter than both together. */
function canOverlap(begin: string, end: string): boolean {
  for (let length = Math.min(begin.length, end.length); length > 0; length--) {
    if (begin.endsWith(end.slice(0, length))) return true
  }
  return false
}

/** The same of one text, as TanStack DB tests it. */
export function isLike(text: string, name: 'like' | 'ilike', pattern: string): boolean {
  const [value, wanted] =
    name === 'like' ? [text, pattern] : [text.toLowerCase(), pattern.toLowerCase()]
  /** The places in the pattern that can be reached by the units before. */
  let places = new Set([0])
  const closed = (from: Iterable<number>): Set<number> => {
    const reached = new Set(from)
    for (const place of reached) if (wanted[place] === '%') reached.add(place + 1)
    return reached
  }
  places = closed(places)
  for (const unit of value.split('')) {
    const next: number[] = []
    for (const place of places) {
      if (wanted[place] === '%') next.push(place)
      else if (wanted[place] === '_' || wanted[place] === unit) next.push(place + 1)
    }
    places = closed(next)
  }
  return places.has(wanted.length)
}

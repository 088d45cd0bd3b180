/** A problem of a JSON text, and the member that has it: a JSON Pointer (RFC 6901). */
export interface JsonProblem {
  readonly problem: 'syntax' | 'duplicate_key' | 'too_deep' | 'rounded'
  /** The empty string stands for the whole text. */
  readonly path: string
}

/**
 * Parses JSON text as JSON.parse does, but refuses duplicate keys, of which JSON.parse keeps the last,
 * and integers that it rounds: what is stored would not be what was sent.
 * Keys are compared after decoding: `"a"` and `"\u0061"` are the same key. Takes time linear in the
 * text's length. Text that is nested deeper than {@link DEEPEST_TEXT} is not parsed.
 *
 * @example
 * parseStrictJson('{"a": 1}') // { value: { a: 1 } }
 * parseStrictJson('{"a": [{"b": 1, "b": 2}]}') // { problem: 'duplicate_key', path: '/a/0/b' }
 * parseStrictJson('{"a": 9007199254740993}') // { problem: 'rounded', path: '/a' }
 */
export function parseStrictJson(text: string): { readonly value: unknown } | JsonProblem {
  const members = countMembers(text)
  if (members === undefined) return { problem: 'too_deep', path: '' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'syntax', path: '' }
  }
  // Most texts have none, and counting takes a fifth of the time of a look at each key.
  if (members !== keysIn(value)) {
    return { problem: 'duplicate_key', path: pathOfFirst(text, 'duplicate_key') ?? '' }
  }
  // No shorter integer is rounded, and few texts have so many digits.
  const rounded = MANY_DIGITS.test(text) ? pathOfFirst(text, 'rounded') : undefined
  return rounded === undefined ? { value } : { problem: 'rounded', path: rounded }
}

const MANY_DIGITS = /\d{16}/

/** An integer of more digits is larger than any number. */
const MOST_DIGITS = 309

/**
 * Whether JSON.parse makes another number of an integer than is written: JSON.stringify writes the
 * shortest digits of a number, which may not be all of its digits. A fraction is read as the nearest
 * number.
 */
function isRounded(literal: string): boolean {
  if (!/^-?\d{16,}$/.test(literal)) return false
  const number = literal.length > MOST_DIGITS + 1 ? Number.POSITIVE_INFINITY : Number(literal)
  if (!Number.isFinite(number)) return true
  return literal !== String(number) && BigInt(literal) !== BigInt(number)
}

/** More than twice the nesting of any input of the users system. */
export const DEEPEST_TEXT = 100

const [QUOTE, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'":[]{}'].map((mark) =>
  mark.charCodeAt(0),
)

/**
 * The number of members of all objects, in valid JSON; undefined for a text that is nested too deep:
 * for a text of brackets alone, JSON.parse takes ten times as long as for other text of its length.
 */
function countMembers(text: string): number | undefined {
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      // The string does not end, which JSON.parse reports.
      if (end <= at) return 0
      at = end - 1
    } else if (code === COLON) members++
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > DEEPEST_TEXT) return undefined
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--
  }
  return members
}

/** The number of keys of a value's objects. */
function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) for (const each of value) count += keysIn(each)
  // Object.values would take four times as long for an object of 60,000 keys.
  else for (const key in value) count += 1 + keysIn((value as Record<string, unknown>)[key])
  return count
}

/** An open container: an object with the keys so far, or an array with the index. */
interface Frame {
  readonly keys: Set<string> | undefined
  key: string
  index: number
}

/**
 * Numbers, and the structural characters outside of strings. A string is skipped from its first quote
 * to its last.
 */
const STRUCTURE = /["{}[\],]|-?\d[\d.eE+-]*/g
const BEFORE_VALUE = /[ \t\n\r]*:/y

/** The path of the first duplicate key or rounded integer in valid JSON. */
function pathOfFirst(text: string, problem: 'duplicate_key' | 'rounded'): string | undefined {
  const frames: Frame[] = []
  let top: Frame | undefined
  STRUCTURE.lastIndex = 0
  for (let found = STRUCTURE.exec(text); found !== null; found = STRUCTURE.exec(text)) {
    switch (found[0]) {
      case '{':
      case '[':
        top = { keys: found[0] === '{' ? new Set() : undefined, key: '', index: 0 }
        frames.push(top)
        break
      case '}':
      case ']':
        frames.pop()
        top = frames.at(-1)
        break
      case ',':
        if (top !== undefined) top.index++
        break
      case '"': {
        const end = endOfString(text, found.index)
        STRUCTURE.lastIndex = end
        if (top?.keys === undefined) break
        BEFORE_VALUE.lastIndex = end
        if (!BEFORE_VALUE.test(text)) break
        top.key = keyOf(text.slice(found.index, end))
        if (problem === 'duplicate_key') {
          if (top.keys.has(top.key)) return pathOf(frames)
          top.keys.add(top.key)
        }
        break
      }
      default:
        if (problem === 'rounded' && isRounded(found[0])) return pathOf(frames)
    }
  }
  return undefined
}

/** The offset after a string's last quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end + 1
}

/** Whether an odd number of backslashes precedes an offset. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first--
  return (at - first) % 2 === 1
}

const keyOf = (literal: string): string =>
  literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1)

/** Long keys and deep paths are cut, because messages contain the path. */
const LONGEST_KEY = 200
const DEEPEST = 64

const pathOf = (frames: readonly Frame[]): string =>
  frames
    .slice(0, DEEPEST)
    .map(({ keys, key, index }) => (keys === undefined ? `${index}` : key.slice(0, LONGEST_KEY)))
    .map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')

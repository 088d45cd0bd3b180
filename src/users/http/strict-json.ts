/** A problem of a JSON text, and the member that has it: a JSON Pointer (RFC 6901). */
export interface JsonProblem {
  readonly problem: 'syntax' | 'duplicate_key' | 'too_deep'
  /** The empty string stands for the whole text. */
  readonly path: string
}

/**
 * Parses JSON text as JSON.parse does, but refuses duplicate keys, of which JSON.parse keeps the last.
 * Keys are compared after decoding: `"a"` and `"\u0061"` are the same key. Takes time linear in the
 * text's length. Text that is nested deeper than {@link DEEPEST_TEXT} is not parsed.
 *
 * @example
 * parseStrictJson('{"a": 1}') // { value: { a: 1 } }
 * parseStrictJson('{"a": [{"b": 1, "b": 2}]}') // { problem: 'duplicate_key', path: '/a/0/b' }
 */
export function parseStrictJson(text: string): { readonly value: unknown } | JsonProblem {
  if (isTooDeep(text)) return { problem: 'too_deep', path: '' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'syntax', path: '' }
  }
  const path = duplicateKey(text)
  return path === undefined ? { value } : { problem: 'duplicate_key', path }
}

/** More than twice the nesting of any input of the users system. */
export const DEEPEST_TEXT = 100

/**
 * Whether brackets are nested too deep, in valid JSON or not. For a text of brackets alone, JSON.parse
 * takes ten times as long as for other text of the same length.
 */
function isTooDeep(text: string): boolean {
  let depth = 0
  STRUCTURE.lastIndex = 0
  for (let found = STRUCTURE.exec(text); found !== null; found = STRUCTURE.exec(text)) {
    const [mark] = found
    if (mark === '{' || mark === '[') {
      if (++depth > DEEPEST_TEXT) return true
    } else if (mark === '}' || mark === ']') depth--
    else if (mark === '"') {
      const end = endOfString(text, found.index)
      // The string does not end, which JSON.parse reports.
      if (end === undefined || end <= found.index) return false
      STRUCTURE.lastIndex = end
    }
  }
  return false
}

/** An open container: an object with the keys so far, or an array with the index. */
interface Frame {
  readonly keys: Set<string> | undefined
  key: string
  index: number
}

/** The structural characters outside of strings. A string is skipped from its first quote to its last. */
const STRUCTURE = /["{}[\],]/g
const COLON = /[ \t\n\r]*:/y

/** The path of the first duplicate key. The text must be valid JSON. */
function duplicateKey(text: string): string | undefined {
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
      default: {
        const end = endOfString(text, found.index)
        STRUCTURE.lastIndex = end
        if (top?.keys === undefined) break
        COLON.lastIndex = end
        if (!COLON.test(text)) break
        top.key = keyOf(text.slice(found.index, end))
        if (top.keys.has(top.key)) return pathOf(frames)
        top.keys.add(top.key)
      }
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

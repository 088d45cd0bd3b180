import { cachedSearchText, isFolded } from '../cache/folded-texts.ts'
import { isText } from '../kinds/string.ts'
import { findAscii, wordsOf } from '../kinds/words.ts'
import type { Operator } from './operator.ts'

function parts(operand: string): { words: readonly string[]; prefix: string } {
  const folded = wordsOf(operand)
  return { words: folded.slice(0, -1), prefix: folded.at(-1)! }
}

/** From this length on, looking for a text in the cache costs less than scanning it. */
const LONG = 64

/**
 * `$autocomplete`: every word of the operand but the last is a word of the value, and the last
 * begins one; case and accents do not count (see `kinds/words.ts`).
 */
export const $autocomplete = {
  shape: 'words',
  servedBy: 'words',
  lookup(_type, operand) {
    const { words, prefix } = parts(operand)
    return { all: words, prefix }
  },
  cost({ kind }, operand) {
    const words = wordsOf(operand).length
    // In JSON a word is a regular expression in some databases.
    return { passes: 1, comparing: (kind.name === 'dynamic' ? 50 : 8) + 2 * words }
  },
  test(_type, operand) {
    const { words, prefix } = parts(operand)
    const needles = [...words.map((word) => ` ${word} `), ` ${prefix}`]
    const matchesFolded = (value: string) => {
      if (!isText(value)) return false
      const text = cachedSearchText(value)
      return needles.every((needle) => text.includes(needle))
    }
    // Names are ASCII more often than not: those are searched as they are.
    return (value) => {
      if (typeof value !== 'string') return false
      if (value.length >= LONG && isFolded(value)) return matchesFolded(value)
      const begins = findAscii(value, prefix, false)
      if (begins === undefined) return matchesFolded(value)
      if (!begins) return false
      for (let i = 0; i < words.length; i++) {
        const holds = findAscii(value, words[i]!, true)
        if (holds === undefined) return matchesFolded(value)
        if (!holds) return false
      }
      return isText(value)
    }
  },
  sql(column, _type, operand, negated) {
    const { words, prefix } = parts(operand)
    return column.hasWords(words, prefix, negated)
  },
} as const satisfies Operator<'words'>

import { isText } from '../kinds/string.ts'
import { findAscii, searchText, wordsOf } from '../kinds/words.ts'
import type { Operand, Operator } from './operator.ts'

function parts(operand: Operand): { words: readonly string[]; prefix: string } {
  const folded = wordsOf(operand as string)
  return { words: folded.slice(0, -1), prefix: folded.at(-1) ?? '' }
}

/**
 * `$autocomplete`: every word of the operand but the last is a word of the value, and the last
 * begins one; case and accents do not count (see `kinds/words.ts`).
 */
export const $autocomplete = {
  types: ['string'],
  onRequest: ['dynamic'],
  shape: 'words',
  test(_type, operand) {
    const { words, prefix } = parts(operand)
    const needles = [...words.map((word) => ` ${word} `), ` ${prefix}`]
    const isFolded = (value: string) => {
      if (!isText(value)) return false
      const text = searchText(value)
      return needles.every((needle) => text.includes(needle))
    }
    // Names are ASCII more often than not: those are searched as they are.
    return (value) => {
      if (typeof value !== 'string') return false
      const begins = findAscii(value, prefix, false)
      if (begins === undefined) return isFolded(value)
      if (!begins) return false
      for (let i = 0; i < words.length; i++) {
        const holds = findAscii(value, words[i]!, true)
        if (holds === undefined) return isFolded(value)
        if (!holds) return false
      }
      return isText(value)
    }
  },
  sql(column, _type, operand, negated) {
    const { words, prefix } = parts(operand)
    return column.hasWords(words, prefix, negated)
  },
} as const satisfies Operator

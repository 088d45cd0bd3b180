/**
 * What search columns hold: of a text its folded words or the folded text, of a document the words of
 * its strings.
 */

import { foldCase } from '../kinds/case-fold.ts'
import { type JsonReplacer, printJson } from '../kinds/json.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isText } from '../kinds/string.ts'
import { searchText } from '../kinds/words.ts'

const foldedOf = (value: string): string | undefined =>
  isText(value) ? searchText(value) : undefined

/** The words of a text; null where it is absent. */
export const wordsOfText = (value: unknown): string | null =>
  (typeof value === 'string' ? foldedOf(value) : undefined) ?? null

/** A text without its case; null where it is absent. */
export const foldedText = (value: unknown): string | null =>
  typeof value === 'string' && isText(value) ? foldCase(value) : null

/**
 * JSON of the words of every string of a document, in objects like its own; null where it is none.
 * `rewrite` gives the values as they are stored. Nothing is stored that nests deeper than its
 * document, so that depth has no limit of its own.
 */
export function wordsOfDocument(
  value: unknown,
  path: readonly string[],
  rewrite: JsonReplacer = (part) => part,
): string | null {
  if (!isPlainObject(value)) return null
  const fold: JsonReplacer = (part, at) => {
    const stored = rewrite(part, at)
    if (typeof stored === 'string') return foldedOf(stored)
    return isPlainObject(stored) ? stored : undefined
  }
  return printJson(value, path, fold, Number.POSITIVE_INFINITY) ?? null
}

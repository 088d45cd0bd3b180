import { foldCase } from './case-fold.ts'
import { derived } from './derived.ts'
import type { Kind, Range, Test } from './kind.ts'
import { isText, string } from './string.ts'

const read = (value: unknown): string | undefined =>
  typeof value === 'string' && isText(value) ? foldCase(value) : undefined

/** A test of the folded text. */
const ofFolded =
  (test: Test): Test =>
  (value) =>
    typeof value === 'string' && isText(value) && test(foldCase(value))

/**
 * Texts without regard to case: the canonical form is the folded text, which is what all operators and
 * orders compare. In SQL it is in a column of its own, beside that of the text.
 */
export const insensitive: Kind<string> = /* @__PURE__ */ derived(string, {
  isFolded: true,
  operand: read,
  read,
  range: (comparison: Range, constant: string) => ofFolded(string.range(comparison, constant)),
  equals: (constant: string) => ofFolded(string.equals(constant)),
  among: (constants: readonly string[]) => ofFolded(string.among(constants)),
})

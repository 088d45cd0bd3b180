import { foldCase } from './case-fold.ts'
import type { Kind, Test } from './kind.ts'
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
export const insensitive: Kind<string> = {
  ...string,
  isFolded: true,
  operand: read,
  read,
  range: (comparison, constant) => ofFolded(string.range(comparison, constant)),
  equals: (constant) => ofFolded(string.equals(constant)),
  among: (constants) => ofFolded(string.among(constants)),
}

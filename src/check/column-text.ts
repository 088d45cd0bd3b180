/** The definition of a column as text, changed without losing what the change does not concern. */

import { sql } from '../dialect/fragment.ts'
import { isWord, outer, type Quoting, type Token, tokensOf, written } from './tokens.ts'

export const NOT_NULL = sql`NOT NULL`.strings.join('')
export const collated = (name: string): string => `${sql`COLLATE`.strings.join('')} ${name}`

/** What a definition gets; what it has already stays. */
export interface TextChange {
  /** With its collation, if it has one. */
  readonly type?: string | undefined
  readonly required?: boolean
  readonly default?: string | undefined
  readonly checks: readonly string[]
}

/** A constraint or another clause of a column, as it is written. */
interface Clause {
  /** Its first keyword, behind the constraint's name: `not`, `default`, `check`. */
  readonly keyword: string
  readonly text: string
}

const KEYWORDS = [
  ...['constraint', 'primary', 'not', 'null', 'unique', 'check', 'default', 'collate'],
  ...['references', 'generated', 'as', 'character', 'auto_increment', 'comment'],
]

/** Behind these, a keyword belongs to the clause that they are in. */
const OPERATORS = ['set', 'default', 'constraint', 'always', 'not', 'collate', 'comment']

function isStart(tokens: readonly Token[], at: number): boolean {
  if (isWord(tokens[at - 1], ...OPERATORS) || isWord(tokens[at - 2], 'constraint')) return false
  // NOT DEFERRABLE belongs to REFERENCES; of CHARACTER VARYING, the words are a type.
  if (isWord(tokens[at], 'not')) return isWord(tokens[at + 1], 'null')
  if (isWord(tokens[at], 'character')) return isWord(tokens[at + 1], 'set')
  if (isWord(tokens[at], 'on')) return isWord(tokens[at + 1], 'update')
  return isWord(tokens[at], ...KEYWORDS)
}

interface Parts {
  readonly type: string
  readonly clauses: readonly Clause[]
}

/** The parts of a definition without the column's name. */
function partsOf(text: string, quoting: Quoting): Parts {
  const tokens = tokensOf(text, quoting)
  const starts = outer(tokens).filter((at) => isStart(tokens, at))
  return {
    type: written(text, tokens.slice(0, starts[0] ?? tokens.length)),
    clauses: starts.map((at, i) => {
      const own = tokens.slice(at, starts[i + 1] ?? tokens.length)
      const keyword = own[isWord(own[0], 'constraint') ? 2 : 0]
      return { keyword: keyword?.value.toLowerCase() ?? '', text: written(text, own) }
    }),
  }
}

/** A definition, without the column's name, that has the changes. */
export function changeText(text: string, change: TextChange, quoting: Quoting): string {
  const { type, clauses } = partsOf(text, quoting)
  const isKept = ({ keyword }: Clause): boolean =>
    !(change.type !== undefined && (keyword === 'collate' || keyword === 'character')) &&
    !(change.required && keyword === 'null') &&
    !(change.default !== undefined && keyword === 'default')
  const kept = clauses.filter(isKept)
  const isRequired = kept.some(({ keyword }) => keyword === 'not')
  // In MariaDB, CHECK comes last.
  const at = kept.findIndex(({ keyword }) => keyword === 'check')
  const [before, after] = at === -1 ? [kept, []] : [kept.slice(0, at), kept.slice(at)]
  return [
    change.type ?? type,
    ...before.map((clause) => textOf(clause, change)),
    ...(change.required && !isRequired ? [NOT_NULL] : []),
    ...(change.default === undefined ? [] : [`DEFAULT ${change.default}`]),
    ...after.map((clause) => textOf(clause, change)),
    ...change.checks.map((check) => `CHECK (${check})`),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** ON UPDATE of MySQL has as many digits of the second as the default. */
const textOf = ({ keyword, text }: Clause, change: TextChange): string =>
  keyword === 'on' && change.default !== undefined && /current_timestamp/i.test(text)
    ? `ON UPDATE ${change.default}`
    : text

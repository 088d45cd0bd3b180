import { InvalidArgumentError } from 'commander'
import { Mistake } from './mistake.ts'

/** What CSV is separated by where it is not commas, as messages name it and as an option spells it. */
const OTHERS = [
  { sign: ';', name: 'semicolons', option: "';'" },
  { sign: '\t', name: 'tabs', option: 'tab' },
  { sign: '|', name: 'vertical bars', option: "'|'" },
] as const

export const DELIMITER = [
  '--delimiter <sign>',
  "what is between the cells of CSV: ';', tab, '|'; by default a comma",
] as const

/** The value of `--delimiter`. */
export function delimiterOf(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t'
  if (/^[\t -~]$/.test(text) && text !== '"') return text
  throw new InvalidArgumentError("expected one ASCII character other than a quote, or 'tab'.")
}

/** Refuses the header of a file that looks like it has another delimiter than commas. */
export function requireDelimiter(name: string, header: readonly string[]): void {
  const [only = ''] = header
  const other = header.length === 1 && OTHERS.find(({ sign }) => only.includes(sign))
  if (!other) return
  throw new Mistake(
    `${name}: header: one column ${JSON.stringify(only)}: the file looks like it is separated by ${other.name}: --delimiter ${other.option}`,
  )
}

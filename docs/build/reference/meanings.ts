import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../pages.ts'

/** What the tables of `docs/filters.md` say of operators and types of field, which is written there only. */

const rows = readFileSync(join(root, 'docs/filters.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '))

/** The row of a table whose first cell begins with a name in code. */
function rowOf(name: string): readonly string[] {
  const begins = `\`${name}`
  const row = rows.find(
    ([first = '']) => first.startsWith(begins) && !/\w/.test(first[begins.length] ?? ''),
  )
  if (row === undefined) throw new Error(`No table of docs/filters.md has a row of ${name}.`)
  return row
}

export interface Meaning {
  /** "The operand is …". */
  readonly operand: string
  /** "A row matches if …". */
  readonly matches: string
}

export function meaningOf(operator: string, isJoin: boolean): Meaning {
  const [, operand = '', matches = ''] = rowOf(operator)
  return { operand, matches: isJoin ? matches : matchesOf(matches) }
}

/** A relation has no value, and its rows say so. */
const matchesOf = (cell: string): string =>
  cell.startsWith('of a to-') ? cell.replace(/^of (.*?): /, 'of $1, ') : `the field's value ${cell}`

/** How a type of field is written in a schema, and its values; of `list(object())`, say. */
export function valuesOf(builder: string): { readonly builder: string; readonly values: string } {
  const [first = '', values = ''] = rowOf(builder.replace(/\)+$/, ''))
  return { builder: first.replaceAll('`', ''), values }
}

import { describe, quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { DrizzleOptions } from './from-drizzle.ts'

function refuse(message: string): never {
  throw new TypeError(`tamis/drizzle: ${message}`)
}

const isText = (value: unknown): boolean => typeof value === 'string'

/** For each option, what its value must be and whether it is. */
const OPTIONS: Readonly<
  Record<keyof DrizzleOptions, readonly [expected: string, is: (value: unknown) => boolean]>
> = {
  columns: ['a list of properties', (value) => Array.isArray(value) && value.every(isText)],
  key: ['a property', isText],
  casing: ['snake_case or camelCase', (value) => value === 'snake_case' || value === 'camelCase'],
  dialect: ['mysql or mariadb', (value) => value === 'mysql' || value === 'mariadb'],
  collation: ['the name of a collation', isText],
}

/**
 * Checks the options. A misspelt `columns` would let clients filter by every column.
 *
 * @throws TypeError for an unknown option, and for a value that an option does not take.
 */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    refuse(`options: expected an object, received ${describe(options)}`)
  }
  const known = new Map(Object.entries(OPTIONS))
  for (const [name, value] of Object.entries(options)) {
    const option = known.get(name)
    if (option === undefined) {
      const hint = didYouMean(name, known.keys())
      refuse(`unknown option ${quote(name)}${hint === undefined ? '' : `; ${hint}`}`)
    }
    const [expected, is] = option
    if (value !== undefined && !is(value)) {
      refuse(`${name}: expected ${expected}, received ${describe(value)}`)
    }
  }
}

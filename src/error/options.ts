import { describe, oneOf, quote } from './describe.ts'
import { didYouMean } from './nearest.ts'

/** What the value of an option must be, and whether a value is that. */
export type OptionCheck = readonly [expected: string, is: (value: unknown) => boolean]

/** The options of a function, by name. Every option may be undefined. */
export type OptionChecks = ReadonlyMap<string, OptionCheck>

/** The checks of options whose names TypeScript compares with their interface's. */
export const optionChecks = <Options extends object>(
  checks: Readonly<Record<keyof Options & string, OptionCheck>>,
): OptionChecks => new Map(Object.entries<OptionCheck>(checks))

export const ANY: OptionCheck = ['a value', () => true]

export const BOOLEAN: OptionCheck = ['true or false', (value) => typeof value === 'boolean']

export const TEXT: OptionCheck = ['a text', (value) => typeof value === 'string']

export const TEXTS: OptionCheck = [
  'a list of texts',
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
]

export const POSITIVE: OptionCheck = [
  'a positive integer',
  (value) => Number.isSafeInteger(value) && (value as number) > 0,
]

/**
 * Checks an object of options. A misspelt option would be ignored, and with it what it protects: the
 * key of cursors, the columns that clients may see. Inherited properties may have any name.
 *
 * @throws TypeError for what is no object, for an unknown option, and for a value that an option does
 * not take; it begins with the subject.
 */
export function checkOptions(subject: string, options: unknown, known: OptionChecks): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${subject}: options: expected an object, received ${describe(options)}`)
  }
  // Statements are compiled thousands of times a second: without a list of the names.
  for (const name in options) {
    const check = known.get(name)
    if (check === undefined) {
      if (Object.hasOwn(options, name)) throw unknownOption(subject, name, [...known.keys()])
      continue
    }
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (check === ANY || value === undefined || check[1](value)) continue
    const expected = check[0]
    throw new TypeError(`${subject}: ${name}: expected ${expected}, received ${describe(value)}`)
  }
}

function unknownOption(subject: string, name: string, known: readonly string[]): TypeError {
  const hint = didYouMean(name, known) ?? `expected ${oneOf(known)}`
  return new TypeError(`${subject}: unknown option ${quote(name)}; ${hint}`)
}

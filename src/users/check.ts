/** The check of a setting, and what its error says was expected. */
export type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

/**
 * Checks the settings that are given; undefined ones count as not given.
 *
 * @throws TypeError that names an unknown setting, or one with a value that it cannot have.
 */
export function checkAll(
  settings: object,
  checks: Readonly<Record<string, Check>>,
  what: string,
): void {
  for (const [name, value] of Object.entries(settings)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined) {
      const known = Object.keys(checks).join(', ')
      throw new TypeError(`tamis/users: ${what} ${name}: unknown; expected one of ${known}`)
    }
    const [isValid, expected] = check
    if (value !== undefined && !isValid(value)) {
      throw new TypeError(`tamis/users: ${what} ${name}: expected ${expected}`)
    }
  }
}

export const isBoolean = (value: unknown): boolean => typeof value === 'boolean'

export const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Whether a value is an integer from 1 to a maximum. */
export const isWithin =
  (most: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most

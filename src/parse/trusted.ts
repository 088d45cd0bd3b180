import type { Condition } from '../condition/condition.ts'
import { FilterError } from '../error/filter-error.ts'
import type { Structure } from '../schema/schema.ts'
import { FilterReader } from './filter.ts'
import { collect, orThrow } from './report.ts'
import type { PayloadSwitch, Schema } from './schema.ts'

/** A filter that the server itself wrote. */
export function readTrusted(structure: Structure, filter: unknown): Condition {
  return orThrow(
    collect((report) => new FilterReader({ structure, report, trusted: true }).filter(filter)),
  )
}

/** The condition of each switch, read once: its filter is the schema's, and does not change. */
const conditions = new WeakMap<PayloadSwitch, Condition>()

/**
 * The condition that holds while a switch is off. It is read when a query first needs it, so that a
 * program that only defines schemas does not pay for reading filters.
 *
 * @throws TypeError where the author's filter is malformed.
 */
export function conditionOf(schema: Schema, name: string, option: PayloadSwitch): Condition {
  const known = conditions.get(option)
  if (known !== undefined) return known
  try {
    const condition = readTrusted(schema, option.unless)
    conditions.set(option, condition)
    return condition
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw new TypeError(`tamis: schema: option "${name}": unless: ${error.message}`)
  }
}

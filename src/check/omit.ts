import { quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import type { TableFacts } from './facts.ts'

/** The table as if it did not have these columns: no field is made of them. */
export function without(facts: TableFacts, omit: readonly string[]): TableFacts {
  if (omit.length === 0) return facts
  const names = facts.columns.map(({ name }) => name)
  for (const each of omit) {
    if (names.includes(each)) continue
    const hint = didYouMean(each, names)
    const suffix = hint === undefined ? '' : ` (${hint})`
    throw new TypeError(`tamis/check: omit: unknown column ${quote(each)}${suffix}`)
  }
  const isSeen = (name: string) => !omit.includes(name)
  return {
    ...facts,
    columns: facts.columns.filter(({ name }) => isSeen(name)),
    primaryKey: facts.primaryKey.every(isSeen) ? facts.primaryKey : [],
  }
}

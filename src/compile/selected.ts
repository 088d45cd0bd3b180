/** What a whole SELECT selects; filters alone do without. */

import { type Fragment, flatten, sql } from '../dialect/fragment.ts'
import type { Structure } from '../schema/schema.ts'
import type { Plan } from './plan.ts'
import { type Selection, selection } from './select.ts'

/** What is selected, each under the name of its field. */
export function selectedBy(
  { site, selections }: Plan,
  structure: Structure,
  select?: readonly string[],
  isJoined = false,
): Selection {
  const { dialect, mapping, table } = site
  const isQualified = dialect.aliasesHide === true || table?.hasAlias === true || isJoined
  const qualifier = isQualified ? table?.qualifier : undefined
  const isKept = select === undefined && !isJoined
  const known = isKept ? selections.get(structure) : undefined
  if (known !== undefined) return known
  const made = selection(structure, { dialect, table: qualifier, mapping, select })
  if (isKept) selections.set(structure, made)
  return made
}

/** `SELECT … FROM …` */
export function headBy(plan: Plan, structure: Structure, select?: readonly string[]): Fragment {
  const { heads } = plan
  const known = select === undefined ? heads.get(structure) : undefined
  if (known !== undefined) return known
  const head = flatten(headOf(selectedBy(plan, structure, select).alone, plan.from))
  if (select === undefined) heads.set(structure, head)
  return head
}

/** `SELECT … FROM …` of terms. */
export const headOf = (terms: Fragment, from: Fragment): Fragment =>
  sql`SELECT ${terms} FROM ${from}`

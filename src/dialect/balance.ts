import { type Fragment, join } from './fragment.ts'

const WIDEST = 100

/**
 * Joins conditions with AND or OR, in parentheses. Databases parse `a OR b OR c` as a tree whose depth
 * is the number of terms, and SQLite's limit is 1,000 (sqlite.org/limits.html#max_expr_depth), so long
 * chains are nested in groups.
 */
export function chain(conditions: readonly Fragment[], separator: Fragment): Fragment {
  if (conditions.length === 1) return conditions[0] as Fragment
  if (conditions.length <= WIDEST) return join(conditions, separator, '(', ')')
  const size = Math.max(WIDEST, Math.ceil(conditions.length / WIDEST))
  const groups: Fragment[] = []
  for (let i = 0; i < conditions.length; i += size) {
    groups.push(chain(conditions.slice(i, i + size), separator))
  }
  return chain(groups, separator)
}

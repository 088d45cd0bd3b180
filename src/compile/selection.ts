import type { Condition } from '../condition/condition.ts'
import type { Test } from '../kinds/kind.ts'
import type { Selection } from './leaf.ts'
import { selectionCopies } from './leaf-copies.ts'
import { Copies, leafFieldOf } from './leaves.ts'
import { compilePredicate, isList, isLong, links, type Next, pairAt, stepOf } from './predicate.ts'

const copies = /* @__PURE__ */ new Copies(selectionCopies)

/** A condition as a loop over rows: its first leaf is tested in the loop itself. */
export function compileSelection(condition: Condition): Selection {
  let first = condition
  let onPass: Next
  let onFail: Next
  let both: Test | undefined
  while (isList(first) && first.conditions.length > 0 && !isLong(condition)) {
    const { kind, conditions } = first
    both = kind === 'and' ? pairAt(conditions, 0)?.test : undefined
    const from = both === undefined ? 1 : 2
    if (conditions.length > from) {
      const rest = links(first, from, onPass, onFail, false)
      if (kind === 'and') onPass = rest
      else onFail = rest
    }
    first = conditions[0]!
  }
  if (first.kind === 'leaf') {
    const field = leafFieldOf(first.field)
    const code = copies.of(field, first.operator)
    if (!field.isGeneric) return code.leaf(stepOf(first, field, code, onPass, onFail, both))
  }
  const fits = compilePredicate(condition)
  return (rows, from, to, indices) => {
    let count = 0
    for (let i = from; i < to; i++) if (fits(rows[i])) indices[count++] = i
    return count
  }
}

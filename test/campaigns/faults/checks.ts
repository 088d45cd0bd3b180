/** What must hold after faults: of the database, as triggers saw it, and of what clients were told. */

import type { Audited, TaskEnd } from './audit.ts'
import { isWhole, type ReadUser, type SentTask, type Write } from './model.ts'

/** How often each state of a user of a task is written. */
const WRITES: Readonly<Record<SentTask['kind'], Partial<Record<Audited['what'], number>>>> = {
  deactivate: { deactivated: 1 },
  export: {},
  soft: { deleted: 1 },
  // Marked by the request, the rest by the task.
  pruning: { deleted: 2 },
  hard: { deleted: 1, removed: 1 },
}

const HAS_HOOK: readonly SentTask['kind'][] = ['deactivate', 'soft', 'pruning', 'hard']

type Grouped = ReadonlyMap<string, readonly Audited[]>

function grouped(audit: readonly Audited[], keyOf: (each: Audited) => string): Grouped {
  const groups = new Map<string, Audited[]>()
  for (const each of audit) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return groups
}

/** Each write was done once and as a whole, or not at all, as its client was told. */
export function checkWrites(writes: readonly Write[], audit: readonly Audited[]): string[] {
  const faults: string[] = []
  const written = audit.filter(({ what, id }) => what === 'written' && /^[wt]/.test(id))
  const byOp = grouped(written, ({ op = 'none' }) => op)
  for (const { op, ids, outcome } of writes) {
    const found = (byOp.get(op) ?? []).map(({ id }) => id)
    const missing = ids.filter((id) => !found.includes(id))
    const isPart = missing.length > 0 && missing.length < ids.length
    if (found.length > new Set(found).size) faults.push(`${op} was done twice`)
    if (isPart) faults.push(`half of ${op} was done: not for ${missing}`)
    if (outcome === 'acknowledged' && missing.length > 0) faults.push(`${op} is lost: ${missing}`)
    if (outcome === 'refused' && found.length > 0) faults.push(`${op} was refused, and done`)
  }
  const known = new Set(writes.map(({ op }) => op))
  for (const op of byOp.keys()) if (!known.has(op)) faults.push(`nobody has sent ${op}`)
  return [...faults, ...checkOrder(writes, written)]
}

/** The writes of a user whose client waited for each answer are done in the order they were sent. */
function checkOrder(writes: readonly Write[], written: readonly Audited[]): string[] {
  const uncertain = new Set(
    writes.filter(({ outcome }) => outcome === 'unknown').flatMap(({ ids }) => ids),
  )
  const place = new Map(writes.map(({ op }, i) => [op, i]))
  const faults: string[] = []
  for (const [id, all] of grouped(written, (each) => each.id)) {
    const places = all.map(({ op = '' }) => place.get(op) ?? -1)
    const isInOrder = places.every((each, i) => i === 0 || each >= (places[i - 1] ?? 0))
    if (!uncertain.has(id) && !isInOrder) faults.push(`the writes of ${id} were done out of order`)
  }
  return faults
}

/** What is stored of each user is what the last write has written, all of it. */
export function checkUsers(
  audit: readonly Audited[],
  users: ReadonlyMap<string, ReadUser>,
): string[] {
  const faults: string[] = []
  for (const [id, all] of grouped(audit, (each) => each.id)) {
    if (!/^[wt]/.test(id)) continue
    const last = all.at(-1)
    const user = users.get(id)
    const isGone = last?.what === 'deleted' || last?.what === 'removed'
    if (isGone !== (user === undefined)) faults.push(`${id} is ${user ? 'there' : 'not there'}`)
    if (user === undefined) continue
    if (user.image !== last?.op) faults.push(`${id} has ${user.image}, written was ${last?.op}`)
    if (!isWhole(user)) faults.push(`half of ${id} is stored: ${JSON.stringify(user)}`)
  }
  return faults
}

/** Each task ended once, and each of its users was done once; hooks were called for each of them. */
export function checkTasks(
  tasks: readonly SentTask[],
  audit: readonly Audited[],
  ends: readonly TaskEnd[],
  keys: ReadonlySet<string>,
): string[] {
  const faults: string[] = []
  const byId = grouped(audit, (each) => each.id)
  const endsOf = new Map<string, number>()
  for (const { id } of ends) endsOf.set(id, (endsOf.get(id) ?? 0) + 1)
  for (const { id, kind, ids } of tasks) {
    const times = endsOf.get(id) ?? 0
    if (times !== 1) faults.push(`the task ${id} (${kind}) ended ${times} times`)
    for (const user of ids) {
      const writes = byId.get(user) ?? []
      for (const what of ['deactivated', 'deleted', 'removed'] as const) {
        const found = writes.filter((each) => each.what === what).length
        const expected = WRITES[kind][what] ?? 0
        if (found !== expected) {
          faults.push(`${user} of a task (${kind}) was ${what} ${found} times, not ${expected}`)
        }
      }
      if (HAS_HOOK.includes(kind) && !keys.has(`${id}:${user}`)) {
        faults.push(`no hook was called for ${user} of the task ${id} (${kind})`)
      }
    }
  }
  const known = new Set(tasks.map(({ id }) => id))
  for (const { id } of ends) if (!known.has(id)) faults.push(`a task that nobody has: ${id}`)
  return faults
}

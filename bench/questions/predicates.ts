import { compilePredicate, countRows, filterRows, parseFilter } from 'tamis'
import { usersSchema } from 'tamis/users'
import { filters, type MeasuredFilter } from '../fixtures/filters.ts'
import { type StoredUser, storedUsers } from '../fixtures/users.ts'
import { type Contenders, measure } from '../measure.ts'
import { loki, type Peer, predicatePeers } from '../peers.ts'
import { atMost, type Question, type Result, type Run } from '../question.ts'

type Matches = (user: StoredUser) => unknown

/** The one call site: it sees every predicate, as a server's does. */
function count(users: readonly StoredUser[], matches: Matches): number {
  let found = 0
  for (let i = 0; i < users.length; i++) if (matches(users[i] as StoredUser)) found++
  return found
}

/** The same, that keeps the rows. */
function keep(users: readonly StoredUser[], matches: Matches): StoredUser[] {
  const found: StoredUser[] = []
  for (let i = 0; i < users.length; i++) {
    const user = users[i] as StoredUser
    if (matches(user)) found.push(user)
  }
  return found
}

const compiled = (filter: Readonly<Record<string, unknown>>): Matches =>
  compilePredicate(parseFilter(usersSchema, filter))

/**
 * Runs what a server has run before: every filter, and others like it, each compiled anew a few
 * times. Without it a closure is the only one of its kind, and V8 takes its operand for a constant.
 */
export function pollute(users: readonly StoredUser[], peers: readonly Peer[] = []): void {
  const few = users.slice(0, 2000)
  for (let round = 0; round < 10; round++) {
    for (const { key, filter, others, byHand } of filters) {
      count(few, byHand)
      keep(few, byHand)
      for (const each of [filter, ...others]) {
        count(few, compiled(each))
        countRows(parseFilter(usersSchema, each), few)
      }
      for (const { predicates } of peers) count(few, predicates[key]())
    }
  }
}

const GOALS = { a: 1.3, b: 1.3, c: 1.3, d: 1.3, e: 1.3, f: 2 } as const
const SCAN_GOALS = { a: 1.15, b: 1.15, c: 1.15, d: 1.15, e: 1.15, f: 1.8 } as const

async function rows(run: Run, size: number): Promise<readonly Result[]> {
  const users = storedUsers(size)
  const peers = run.quick ? [] : await predicatePeers(filters)
  pollute(users, peers)
  const find = run.quick ? undefined : await loki(users)
  return filters.map((each: MeasuredFilter): Result => {
    const { key, name, filter, byHand } = each
    const matches = compiled(filter)
    const contenders: Record<string, () => unknown> = {
      'by hand': () => count(users, byHand),
      tamis: () => count(users, matches),
    }
    for (const peer of peers) {
      const own = peer.predicates[key]()
      contenders[peer.name] = () => count(users, own)
    }
    const found = find?.(each)
    if (found !== undefined) contenders['lokijs, its own rows'] = found
    const measured = measure(contenders as Contenders, size, run)
    return { name, measured, goals: [atMost(GOALS[key], `predicate ${key}, ${size} rows`)] }
  })
}

export const predicates: Question = {
  title: 'Predicates over 100,000 rows',
  text: 'One call site that sees every predicate. Before anything is timed, each filter and others of its shape have been compiled and run many times, as in a server. Nanoseconds are per row.',
  ask: (run) => rows(run, run.rows),
}

export const cached: Question = {
  title: 'Predicates over 1,000 rows, in the cache',
  text: 'The same, where no row has to be fetched from memory: what is left is the code.',
  ask: (run) => rows(run, 1000),
}

export const scans: Question = {
  title: 'Scans of an array',
  text: '`countRows` and `filterRows`, the condition compiled in each run, against a hand-written predicate in the shared loop. Nanoseconds are per row.',
  async ask(run) {
    const users = storedUsers(run.rows)
    pollute(users)
    return filters.flatMap(({ key, name, filter, byHand }): readonly Result[] => {
      const condition = parseFilter(usersSchema, filter)
      const counted = measure(
        {
          'by hand': () => count(users, byHand),
          tamis: () => countRows(condition, users),
        },
        users.length,
        run,
      )
      const filtered = measure(
        {
          'by hand': () => keep(users, byHand).length,
          tamis: () => filterRows(condition, users).length,
        },
        users.length,
        run,
      )
      const most = SCAN_GOALS[key]
      return [
        { name: `countRows ${name}`, measured: counted, goals: [atMost(most, `countRows ${key}`)] },
        {
          name: `filterRows ${name}`,
          measured: filtered,
          goals: [atMost(most, `filterRows ${key}`)],
        },
      ]
    })
  },
}

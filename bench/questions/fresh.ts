import { compilePredicate, parseFilter } from 'tamis'
import { usersSchema } from 'tamis/users'
import { filters } from '../fixtures/filters.ts'
import { storedUsers } from '../fixtures/users.ts'
import { measure } from '../measure.ts'
import { predicatePeers } from '../peers.ts'
import { atMost, type Goal, type Question, within } from '../question.ts'
import { pollute } from './predicates.ts'

const GOALS: Readonly<Record<string, number>> = { a: 300, b: 600, f: 3000 }

/** So many copies of a filter, so that no object is met twice in a row. */
const COPIES = 256

export const fresh: Question = {
  title: 'A fresh filter: parsed, checked, compiled to a predicate',
  text: 'A new object each time. For the lists of e, the first line is `new Set` of its operands. The peers check nothing. Nanoseconds are per filter.',
  async ask(run) {
    pollute(storedUsers(2000))
    const peers = run.quick ? [] : await predicatePeers(filters)
    return filters.map(({ key, name, filter }) => {
      const text = JSON.stringify(filter)
      const copies = Array.from({ length: COPIES }, (): unknown => JSON.parse(text))
      let next = 0
      const { $in } = (filter.id ?? {}) as { $in?: readonly string[] }
      const base =
        $in === undefined
          ? { 'JSON.parse of its text': () => typeof JSON.parse(text) }
          : { 'new Set of its operands': () => typeof new Set($in) }
      const contenders: Record<string, () => unknown> = {
        ...base,
        tamis: () => {
          const own = compilePredicate(parseFilter(usersSchema, copies[next++ % COPIES]))
          return typeof own === 'function' ? 'object' : own
        },
        'tamis from JSON text': () => {
          const own = compilePredicate(parseFilter(usersSchema, JSON.parse(text)))
          return typeof own === 'function' ? 'object' : own
        },
      }
      for (const peer of peers) {
        const make = peer.predicates[key]
        contenders[peer.name] = () => (typeof make() === 'function' ? 'object' : 'no predicate')
      }
      const most = GOALS[key]
      const goals: Goal[] = []
      if (most !== undefined) goals.push(within(most, `a fresh filter ${key}`))
      if ($in !== undefined) goals.push(atMost(2.2, 'a fresh $in of 1,000, to new Set'))
      return { name, measured: measure(contenders, 1, run), goals }
    })
  },
}

import { parseQuery, runQuery } from 'tamis'
import { applyChanges, createCollection } from 'tamis/collection'
import { type Person, people } from './people.ts'

/** How many changes are timed at once: one takes less than a clock can tell. */
export const CHANGES = 100

type Time = (question: string, run: (round: number) => unknown, goal?: string) => void

const FILTER = { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } }

/** Times changes of rows while pages of a collection are watched, whose events are checked before. */
export function timeLivePages(rows: readonly Person[], time: Time): void {
  const collection = createCollection(people, { rows, indexes: ['created_at'] })
  const payload = { filter_conditions: FILTER, sort: [{ created_at: -1 }], limit: 30 } as const
  const query = parseQuery(people, payload)
  let items: readonly Person[] = []
  const check = (what: string) => {
    const now = [...collection.iterate(parseQuery(people, {}))]
    const expected = runQuery(query, now).items
    const isSame = items.length === expected.length && items.every((row, i) => row === expected[i])
    if (!isSame) throw new Error(`${what}: another page`)
  }
  const start = () => {
    const watch = collection.watch(query, ({ changes }) => {
      items = applyChanges(items, changes)
    })
    items = watch.page.items
    return watch
  }
  const all = collection.query(parseQuery(people, { ...payload, limit: 1000 })).items
  const [first, onPage, behind] = [all[0], all[15], all.at(-1)] as [Person, Person, Person]
  const other = rows.find(({ role }) => role !== 'admin' && role !== 'moderator') as Person
  /** The two rows that take turns, so that each change is one. */
  const turns = (row: Person, change: Partial<Person>) => {
    const both = [{ ...row, ...change }, row] as const
    return () => {
      for (let i = 0; i < CHANGES; i++) collection.upsert(both[i % 2] as Person)
    }
  }
  const update = (row: Person) => turns(row, { city: 'elsewhere' })
  time('change of a row that nobody watches', update(other))
  const watch = start()
  const checked = (what: string, run: () => unknown, goal?: string) => {
    run()
    check(what)
    time(what, run, goal)
    check(what)
  }
  checked('change that the filter is false of', update(other), '1 µs')
  checked('change behind the page', update(behind), '1 µs')
  checked('change on the page', update(onPage), '20 µs')
  checked('move within the page', turns(onPage, { created_at: first.created_at }), '20 µs')
  checked('row leaves the page and comes back', turns(onPage, { role: 'other' }), '20 µs')
  const more = Array.from({ length: 999 }, () => collection.watch(query, () => {}))
  checked('change on the page, 1,000 listeners', update(onPage))
  for (const each of more) each.stop()
  const pages = Array.from({ length: 1000 }, (_, i) =>
    collection.watch(parseQuery(people, { ...payload, offset: 1 + i }), () => {}),
  )
  checked('change beside 1,000 other pages', update(other))
  for (const each of pages) each.stop()
  // Every row that leaves is replaced by one behind it, which are looked for again and again.
  const drain = (round: number) => {
    for (let i = 0; i < CHANGES; i++) {
      const row = all[(round * CHANGES + i) % all.length] as Person
      if (collection.remove(row.id) === undefined) collection.insert(row)
    }
  }
  drain(0)
  check('removals')
  time('a row leaves for good, or comes back', (round) => drain(round + 1), '20 µs')
  check('removals')
  watch.stop()
}

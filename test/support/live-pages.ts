/** Random changes of a collection, beside pages that are watched and the same pages of an array. */

import {
  compileOrdering,
  compilePredicate,
  countRows,
  type Page,
  type Query,
  runQuery,
  safeParseQuery,
} from 'tamis'
import {
  applyChanges,
  type Collection,
  createCollection,
  type PageChange,
  type PageEvent,
  type Watch,
} from 'tamis/collection'
import { scanOf } from '../../src/compile/scan.ts'
import { projection } from '../../src/query/project.ts'
import { totalOf } from '../../src/query/total.ts'
import {
  Difference,
  plannedWorld,
  type Row,
  randomOf,
  showing,
  type World,
  wideWorld,
} from './collection.ts'

/** What was done, for the test to say that it was enough. */
export interface LiveTally {
  steps: number
  /** How many pages were compared, and how many of them had changed. */
  pages: number
  events: number
  /** How many of its changes were of each type; those of events that were taken later apart. */
  changes: Record<string, number>
  cursors: number
  offsets: number
  projections: number
  totals: number
  /** How many events stand for several operations. */
  joined: number
}

const newTally = (): LiveTally => ({
  steps: 0,
  pages: 0,
  events: 0,
  changes: {},
  cursors: 0,
  offsets: 0,
  projections: 0,
  totals: 0,
  joined: 0,
})

/** A row of a page by the page's definition, and what the page has of it. */
interface Item {
  readonly row: Row
  readonly item: Row
}

/** What a page has by its definition: the rows filtered, sorted and cut. */
function definitionOf(query: Query): (rows: readonly Row[]) => Item[] {
  const { condition, ordering, isReversed } = scanOf(query)
  const matches = compilePredicate(condition)
  const compare = compileOrdering(ordering)
  const show = projection<Row>(query)
  return (rows) => {
    const sorted = rows.filter(matches).sort(compare)
    const page = sorted.slice(query.offset, query.offset + query.limit)
    return (isReversed ? page.reverse() : page).map((row) => ({ row, item: show(row) }))
  }
}

/** A page that is followed: the one of the last event, and what the events have made of an empty one. */
abstract class Followed {
  readonly query: Query
  readonly isCounted: boolean
  readonly tally: LiveTally
  readonly #keyOf: (row: Row) => unknown
  readonly itemsOf: (rows: readonly Row[]) => Item[]
  #items: readonly Row[] = []
  #expected: readonly Item[] = []
  #total: object = {}

  constructor(query: Query, isCounted: boolean, world: World, tally: LiveTally) {
    this.query = query
    this.isCounted = isCounted
    this.tally = tally
    this.itemsOf = definitionOf(query)
    const { name, type } = world.schema.key
    this.#keyOf = (row) => type.kind.read(row[name])
    if (query.from !== undefined) tally.cursors++
    if (query.offset > 0) tally.offsets++
    if (query.fields !== undefined) tally.projections++
    if (isCounted) tally.totals++
  }

  /** Holds an event against the page of the rows as they are; none, if undefined. */
  compare(event: PageEvent<Row> | undefined, rows: readonly Row[]): void {
    const before = this.#expected
    const after = this.itemsOf(rows)
    const total = this.isCounted ? totalOf(this.query, countRows(this.query, rows)) : {}
    const isTotal = showing(total) !== showing(this.#total)
    this.#expected = after
    this.#total = total
    this.tally.pages++
    if (event !== undefined) {
      const { changes, ...told } = event
      if (showing(told) !== showing(total)) {
        throw new Difference(`total ${showing(told)} instead of ${showing(total)}`)
      }
      this.tally.events++
      this.#countChanges(before, after, changes, isTotal)
      for (const change of changes) this.#apply(change)
    } else if (isTotal) throw new Difference(`no event of the total ${showing(total)}`)
    this.#compareItems(after)
  }

  /** As many changes as rows that were added, removed or updated, and none without any of them. */
  #countChanges(
    before: readonly Item[],
    after: readonly Item[],
    changes: readonly PageChange<Row>[],
    isTotal: boolean,
  ): void {
    const had = new Map(before.map((each) => [this.#keyOf(each.row), each]))
    const has = new Set(after.map(({ row }) => this.#keyOf(row)))
    const gone = before.filter(({ row }) => !has.has(this.#keyOf(row))).length
    const count = (isDifferent: (known: Item, each: Item) => boolean): number =>
      after.reduce((total, each) => {
        const known = had.get(this.#keyOf(each.row))
        return total + Number(known === undefined || isDifferent(known, each))
      }, gone)
    const least = count((a, b) => a.row !== b.row && showing(a.item) !== showing(b.item))
    const most = count((a, b) => a.row !== b.row)
    if (changes.length < least || changes.length > most) {
      throw new Difference(`${changes.length} changes: ${least} to ${most} are needed`)
    }
    const isEmpty = changes.length === 0 && !isTotal && this.#isOpen
    if (isEmpty) throw new Difference('an event that says nothing')
    this.#isOpen = true
  }

  #isOpen = false

  #apply(change: PageChange<Row>): void {
    const { changes } = this.tally
    changes[change.type] = (changes[change.type] ?? 0) + 1
    const { length } = this.#items
    const from = change.type === 'moved' ? change.from : change.index
    const isIn = (index: number, most: number) => index >= 0 && index <= most
    if (!isIn(from, change.type === 'added' ? length : length - 1)) {
      throw new Difference(`no index ${from} of ${length}`)
    }
    if (change.type === 'moved' && !isIn(change.to, length - 1)) {
      throw new Difference(`no index ${change.to} of ${length}`)
    }
    if (change.type === 'removed' && showing(this.#items[from]) !== showing(change.row)) {
      throw new Difference(`another row is removed: ${showing(change.row)}`)
    }
    if (change.type === 'updated') {
      const known = this.#items[from]
      const isSame =
        this.query.fields === undefined
          ? known === change.row
          : showing(known) === showing(change.row)
      if (isSame) throw new Difference('an update that changes nothing')
    }
    this.#items = applyChanges(this.#items, [change])
  }

  #compareItems(after: readonly Item[]): void {
    const expected = after.map(({ item }) => item)
    const isSame =
      this.query.fields === undefined
        ? expected.every((item, i) => item === this.#items[i])
        : showing(expected) === showing(this.#items)
    if (isSame && expected.length === this.#items.length) return
    throw new Difference(`page ${showing(this.#items)} instead of ${showing(expected)}`)
  }
}

/** A page with a listener, which gets one event for each operation. */
class Listened extends Followed {
  readonly #watch: Watch<Row>
  #events: PageEvent<Row>[] = []

  constructor(
    collection: Collection<Row>,
    query: Query,
    total: boolean,
    world: World,
    tally: LiveTally,
  ) {
    super(query, total || query.count, world, tally)
    this.#watch = collection.watch(query, (event) => this.#events.push(event), { total })
  }

  /** The first page, as an event. */
  begin(rows: readonly Row[]): void {
    const items = this.itemsOf(rows).map(({ item }) => item)
    const counted = this.isCounted ? totalOf(this.query, countRows(this.query, rows)) : {}
    const changes = items.map((row, index) => ({ type: 'added', row, index }) as const)
    this.compare({ changes, ...counted }, rows)
    this.comparePage(rows)
  }

  check(rows: readonly Row[]): void {
    const [event, ...others] = this.#events
    this.#events = []
    if (others.length > 0) throw new Difference('several events of one operation')
    this.compare(event, rows)
  }

  comparePage(rows: readonly Row[]): void {
    const outcome = (read: () => Page<Row>) => {
      try {
        const { total, totalIsExact, ...page } = read()
        return showing(page)
      } catch (error) {
        return String(error)
      }
    }
    const own = outcome(() => this.#watch.page)
    const expected = outcome(() => runQuery(this.query, rows))
    if (own !== expected) throw new Difference(`page: ${own} instead of ${expected}`)
  }

  stop(): void {
    this.#watch.stop()
  }
}

/** A page whose events are taken now and then. */
class Iterated extends Followed {
  readonly #iterator: AsyncIterableIterator<PageEvent<Row>, undefined>
  #next: { event?: PageEvent<Row> } | undefined
  /** How many operations there were since the last event. */
  #operations = 0

  constructor(
    collection: Collection<Row>,
    query: Query,
    total: boolean,
    world: World,
    tally: LiveTally,
  ) {
    super(query, total || query.count, world, tally)
    this.#iterator = collection.events(query, { total })
  }

  async check(rows: readonly Row[], isTaken: boolean): Promise<void> {
    this.#operations++
    if (this.#next === undefined) {
      if (!isTaken) return
      const next: { event?: PageEvent<Row> } = {}
      this.#next = next
      void this.#iterator.next().then(({ value }) => Object.assign(next, { event: value }))
    }
    // More turns than it takes for an event to come.
    for (let turn = 0; turn < 5; turn++) await undefined
    const { event } = this.#next
    this.compare(event, rows)
    if (event === undefined) return
    if (this.#operations > 1) this.tally.joined++
    this.#next = undefined
    this.#operations = 0
  }

  async stop(): Promise<void> {
    await this.#iterator.return?.()
    const { done } = await this.#iterator.next()
    if (done !== true) throw new Difference('goes on after its end')
  }
}

const MOST_FOLLOWED = 6

/** For so many steps rows are added, then those of one page are removed, and so on. */
const PHASE = 100

class LiveSteps {
  readonly #world: World
  readonly #random: () => number
  readonly #tally: LiveTally
  readonly #collection: Collection<Row>
  readonly #model = new Map<unknown, Row>()
  #listened: Listened[] = []
  #iterated: Iterated[] = []
  /** The page whose rows are removed: it must take in those behind it, again and again. */
  #drained: Listened | undefined
  #steps = 0

  constructor(world: World, random: () => number, tally: LiveTally) {
    this.#world = world
    this.#random = random
    this.#tally = tally
    const rows = Array.from({ length: world.start }, (_, at) => world.rowOf(random, at))
    for (const row of rows) this.#model.set(this.#id(row), row)
    this.#collection = createCollection<never, Row>(world.schema as never, {
      rows: [...this.#model.values()],
      ...this.#indexes(),
    })
  }

  #indexes(): object {
    const { sortable } = this.#world
    const at = this.#below(3)
    if (at === 0) return { indexes: [] }
    return at === 1 ? {} : { indexes: sortable.filter(() => this.#random() < 0.5) }
  }

  #id(row: Row): unknown {
    const { name, type } = this.#world.schema.key
    return type.kind.read(row[name])
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n)
  }

  #row(): Row {
    return this.#world.rowOf(this.#random, this.#below(this.#world.keys))
  }

  async step(): Promise<void> {
    this.#tally.steps++
    if (this.#steps++ % (2 * PHASE) === 0) this.#drain()
    if (this.#below(6) === 0) await this.#follow()
    this.#change()
    const rows = [...this.#model.values()]
    this.#drained?.check(rows)
    for (const each of this.#listened) each.check(rows)
    for (const each of this.#iterated) await each.check(rows, this.#below(3) === 0)
    if (this.#below(8) === 0) for (const each of this.#listened) each.comparePage(rows)
  }

  /** Follows another page of few rows, of all that there are. */
  #drain(): void {
    this.#drained?.stop()
    const { schema, payloads } = this.#world
    const { sort } = payloads[this.#below(payloads.length)] as Row
    const payload = { sort, limit: 1 + this.#below(4), offset: this.#below(3) }
    const parsed = safeParseQuery(schema, payload)
    if (!parsed.ok) return
    this.#drained = new Listened(this.#collection, parsed.value, true, this.#world, this.#tally)
    this.#drained.begin([...this.#model.values()])
  }

  async end(): Promise<void> {
    this.#drained?.stop()
    for (const each of this.#listened) each.stop()
    for (const each of this.#iterated) await each.stop()
    const { watchers } = this.#collection.stats()
    if (watchers !== 0) throw new Difference(`${watchers} watchers are left`)
  }

  /** Follows one more page, in the place of another if there are many. */
  async #follow(): Promise<void> {
    const query = this.#query()
    if (query === undefined) return
    const rows = [...this.#model.values()]
    const isCounted = this.#below(3) === 0
    const options = [this.#collection, query, isCounted, this.#world, this.#tally] as const
    if (this.#below(4) === 0) {
      if (this.#iterated.length === MOST_FOLLOWED) await this.#iterated.shift()?.stop()
      this.#iterated.push(new Iterated(...options))
      return
    }
    if (this.#listened.length === MOST_FOLLOWED) this.#listened.shift()?.stop()
    // Some of the same page, which share the work.
    for (let i = this.#below(4) === 0 ? 2 : 1; i > 0; i--) {
      const listened = new Listened(...options)
      listened.begin(rows)
      this.#listened.push(listened)
    }
  }

  #query(): Query | undefined {
    const { schema, payloads } = this.#world
    const payload: Row = { ...payloads[this.#below(payloads.length)] }
    // Small pages, so that most changes have to do with one of their ends.
    if (this.#below(3) > 0) payload.limit = this.#below(9)
    if (this.#below(3) === 0) payload.offset = this.#below(6)
    if (this.#below(3) === 0) payload.filter_conditions = {}
    if (this.#below(4) === 0) payload.fields = this.#fields()
    const parsed = safeParseQuery(schema, payload)
    if (!parsed.ok) return undefined
    if (this.#below(2) === 0) return parsed.value
    try {
      const { next, prev } = this.#collection.query(parsed.value)
      const cursor = this.#below(2) === 0 ? { next } : { prev }
      const behind = safeParseQuery(schema, { ...payload, offset: 0, ...cursor })
      return behind.ok ? behind.value : parsed.value
    } catch {
      // A row without a required value has no cursor.
      return parsed.value
    }
  }

  #fields(): readonly string[] {
    const { fields, wildcards } = this.#world.schema
    const names = [...fields.keys(), ...[...wildcards.keys()].map((name) => `${name}.*`)]
    return names.filter(() => this.#below(3) === 0)
  }

  #change(): void {
    const isDraining = Math.floor(this.#steps / PHASE) % 2 === 1
    const page = this.#drained?.itemsOf([...this.#model.values()]) ?? []
    const first = page[0]?.row
    if (isDraining && first !== undefined && this.#below(5) > 0) {
      this.#collection.remove(this.#id(first))
      this.#model.delete(this.#id(first))
      return
    }
    const { name } = this.#world.schema.key
    const other = page[this.#below(2 * page.length)]?.row
    const row = { ...this.#row(), ...(other && { [name]: other[name] }) }
    const id = this.#id(row)
    // No large loads while rows are removed: they make every page anew.
    const at = this.#below(isDraining ? 19 : 20)
    const known = this.#model.get(id)
    if (at < 7) {
      this.#collection.upsert(row)
      this.#model.set(id, row)
    } else if (at < 12) {
      const name = Object.keys(row)[this.#below(Object.keys(row).length)] as string
      const after = this.#collection.update(id, { [name]: row[name] })
      if (after !== undefined) this.#model.set(id, after)
    } else if (at < (isDraining ? 17 : 14)) {
      this.#collection.remove(id)
      this.#model.delete(id)
    } else if (at < 19) {
      if (known !== undefined) return
      this.#collection.insert(row)
      this.#model.set(id, row)
    } else this.#load()
  }

  #load(): void {
    const rows = new Map<unknown, Row>()
    // Few rows are added one by one, many together.
    const count = this.#below(this.#below(4) === 0 ? this.#world.keys : 6)
    for (let i = 0; i < count; i++) {
      const row = this.#row()
      if (!this.#model.has(this.#id(row))) rows.set(this.#id(row), row)
    }
    this.#collection.load(rows.values())
    for (const [id, row] of rows) this.#model.set(id, row)
  }
}

/** How many steps a world gets, by how many keys its rows can have. */
const WORLDS = [
  { keys: 30, steps: 400 },
  { keys: 200, steps: 600 },
] as const

/** Runs so many steps, in one world after the other. @throws Error with the seed of the world. */
export async function runLiveSteps(
  steps: number,
  seed: number,
  said?: (tally: LiveTally) => void,
): Promise<LiveTally> {
  const tally = newTally()
  for (let at = 0; tally.steps < steps; at++) {
    const own = (seed + at) | 0
    const random = randomOf(own)
    const size = WORLDS[at % WORLDS.length]!
    try {
      const world = at % 4 === 3 ? plannedWorld(own) : wideWorld(own, size.keys)
      const run = new LiveSteps(world, random, tally)
      for (let i = 0; i < size.steps && tally.steps < steps; i++) await run.step()
      await run.end()
    } catch (error) {
      throw new Error(`world ${at}, seed ${own}: ${(error as Error).stack}`)
    }
    said?.(tally)
  }
  return tally
}

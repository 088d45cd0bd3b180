import { canonical } from '../condition/canonical.ts'
import type { Condition } from '../condition/condition.ts'
import type { Query } from '../parse/query.ts'
import type { Field } from '../schema/field.ts'
import { ChangeLog } from './change-log.ts'
import { orderId } from './indexes.ts'
import { LivePage } from './live-page.ts'
import { isSameTotal, type PageChange, type PageEvent, pageChanges } from './page-event.ts'
import type { Space } from './select.ts'

/** Who gets the events of a page. Neither function throws. */
export interface Subscriber<T> {
  /** Gets an event, and the version that it leads to. */
  take(event: PageEvent<T>, version: number): void
  /** The page cannot be followed any more: a row threw when it was read. */
  fail(error: unknown): void
}

/** A page with those who watch it. */
export interface OpenPage<T> {
  readonly page: LivePage<T>
  /** The text and the fields that are the same in all queries of the page. */
  readonly id: string
  readonly fields: readonly unknown[]
  /** The subscribers, each with the number of the last event before it. */
  readonly subscribers: Map<Subscriber<T>, number>
}

/** The pages of a collection that are watched; one for all queries that find the same. */
export class LivePages<T> {
  readonly #space: Space<T>
  readonly #pages = new Set<OpenPage<T>>()
  readonly #byId = new Map<string, OpenPage<T>>()
  /** What is to be told, each with its number. */
  #queue: {
    readonly open: OpenPage<T>
    readonly tell: (subscriber: Subscriber<T>) => void
    readonly at: number
    readonly version: number
  }[] = []
  #events = 0
  #isDelivering = false
  readonly #log: ChangeLog<T>
  /** The version of the event that is told now. */
  #telling: number | undefined

  constructor(space: Space<T>, changes: number) {
    this.#space = space
    this.#log = new ChangeLog(changes, (row) => space.slots.keyOf(row))
  }

  /** The version of the collection. */
  get version(): number {
    return this.#log.version
  }

  /** Up to which version a subscriber was told all, whose last event led to `told`. */
  versionOf(told: number): number {
    return this.#telling === undefined ? this.#log.version : Math.max(told, this.#telling - 1)
  }

  /** What leads from the page as it was at a version to the page as it is. */
  eventSince(version: number, page: LivePage<T>): PageEvent<T> {
    const former = this.#log.since(version)
    const before = former === undefined ? [] : page.shownBefore(former)
    const event = { changes: pageChanges(before, page.shown), ...page.total }
    return former === undefined ? { ...event, isReset: true } : event
  }

  /** How many watchers there are. */
  get size(): number {
    let size = 0
    for (const { subscribers } of this.#pages) size += subscribers.size
    return size
  }

  /** Begins to follow the page of a query whose time is fixed. */
  open(query: Query, isCounted: boolean, subscriber: Subscriber<T>): OpenPage<T> {
    const { schema, condition, ordering, limit, offset, fields = [], from } = query
    const shape = [limit, offset, isCounted, query.fields?.length]
    const id = `${canonical(condition)}\0${orderId(ordering, false)}\0${shape.join()}`
    const all = [schema, ...fieldsOf(condition), ...ordering.map(({ field }) => field), ...fields]
    let open = from === undefined ? this.#byId.get(id) : undefined
    // Fields of one name can be of two schemas.
    if (open?.fields.length !== all.length || open.fields.some((each, i) => each !== all[i])) {
      const page = new LivePage(this.#space, query, isCounted)
      open = { page, id, fields: all, subscribers: new Map() }
      if (from === undefined) this.#byId.set(id, open)
      this.#pages.add(open)
    }
    open.subscribers.set(subscriber, this.#events)
    return open
  }

  close(open: OpenPage<T>, subscriber: Subscriber<T>): void {
    open.subscribers.delete(subscriber)
    if (open.subscribers.size === 0) this.#drop(open)
  }

  /** A row was added, replaced or removed. */
  change(before: T | undefined, after: T | undefined): void {
    this.#log.change(before, after)
    if (this.#pages.size > 0) this.#each((page) => page.change(before, after))
  }

  /** Rows were added; so many, if `isBulk`, that pages are looked for again. */
  add(rows: readonly T[], isBulk: boolean): void {
    this.#log.load(rows)
    if (this.#pages.size > 0) this.#each((page) => (isBulk ? page.refresh() : page.add(rows)))
  }

  #each(change: (page: LivePage<T>) => readonly PageChange<T>[]): void {
    for (const open of this.#pages) {
      const { page } = open
      try {
        const before = page.total
        const changes = change(page)
        const { total } = page
        if (changes.length === 0 && isSameTotal(before, total)) continue
        const event = { changes, ...total }
        const { version } = this.#log
        this.#tell(open, (subscriber) => subscriber.take(event, version))
      } catch (error) {
        // A row cannot be read, so that the query would throw, too.
        this.#drop(open)
        this.#tell(open, (subscriber) => subscriber.fail(error))
      }
    }
    this.#deliver()
  }

  #tell(open: OpenPage<T>, tell: (subscriber: Subscriber<T>) => void): void {
    this.#queue.push({ open, tell, at: ++this.#events, version: this.#log.version })
  }

  /**
   * Calls the subscribers once all pages are right. If one of them changes rows, what follows of that is
   * told to all after what is told now.
   */
  #deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (let next = 0; next < this.#queue.length; next++) {
        const { open, tell, at, version } = this.#queue[next]!
        this.#telling = version
        for (const [subscriber, opened] of open.subscribers) {
          // A page that was opened later began with this.
          if (opened < at) tell(subscriber)
        }
      }
    } finally {
      this.#queue = []
      this.#isDelivering = false
      this.#telling = undefined
    }
  }

  #drop(open: OpenPage<T>): void {
    this.#pages.delete(open)
    if (this.#byId.get(open.id) === open) this.#byId.delete(open.id)
  }
}

function fieldsOf(condition: Condition): readonly Field[] {
  if (condition.kind === 'leaf') return [condition.field]
  if (condition.kind !== 'some') return condition.conditions.flatMap(fieldsOf)
  const { field, scope, condition: inner } = condition
  return [field, ...fieldsOf(scope), ...fieldsOf(inner)]
}

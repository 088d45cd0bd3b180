// Longer than most files here: filters, what they are found by, and matching are one class.

import type { Condition } from '../condition/condition.ts'
import { isTimed } from '../condition/timed.ts'
import { describe } from '../error/describe.ts'
import type { Schema } from '../parse/schema.ts'
import type { Fields, FieldsRow, OfFields } from '../schema/definition.ts'
import { accessOf, type Key } from './access.ts'
import { ACCESS, ConditionGraph, Detail, FIRST, PLACE, REST, SPARSE } from './condition-graph.ts'
import { Interval } from './intervals.ts'

/** The filters that a change of a row concerns, by their ids in no particular order. */
export interface Matches<Id> {
  /** The row fits them now, and did not before. */
  readonly added: readonly Id[]
  /** The row fitted them before, and still does, whatever has changed. */
  readonly updated: readonly Id[]
  /** The row fitted them before, and does no longer. */
  readonly removed: readonly Id[]
}

/** What a matcher has. */
export interface MatcherStats {
  readonly filters: number
  /** How many of them are different. */
  readonly conditions: number
  /** How many of these require no value or range, so that each row is tested with them. */
  readonly unindexed: number
  /** How many different parts they have: leaves, conjunctions and disjunctions. */
  readonly parts: number
  /** About how much memory the index takes, without operands and ids. */
  readonly bytes: number
}

// The numbers of a filter: its condition's node, and its place among the filters with that condition.
// Of one that is gone, the second is the next that is.
const WIDTH = 2
const ROOT = 0
const INDEX = 1

/** Fewer places are not compacted. */
const SMALL = 256

/**
 * Standing filters, of which those that concern a row are found: the reverse of a query. Each
 * condition is found by what it requires of a row and fewest rows have: a value (of `$in` and `or` one
 * of several), an element, a word, else a range. What is found so is tested. Equal conditions are
 * tested once, and each leaf once for a row, however many conditions have it.
 *
 * The ids that `match` gives are those of the filters for which `compilePredicate` is true of the row.
 */
export class Matcher<
  T = unknown,
  Id extends string | number = string | number,
  F extends Fields = Fields,
> {
  readonly #unique: string
  readonly #graph = new ConditionGraph()
  readonly #places = new Map<Id, number>()
  #ids: (Id | undefined)[] = []
  #filters = new Int32Array(WIDTH * 16)
  #unused = 0
  /** The filters with the same condition, where there are several. */
  #groups: number[][] = []
  readonly #unusedGroups: number[] = []
  #conditions = 0

  /** @param unique the field whose values are unique. */
  constructor(unique: string) {
    this.#unique = unique
  }

  /** How many filters there are. */
  get size(): number {
    return this.#places.size
  }

  has(id: Id): boolean {
    return this.#places.has(id)
  }

  /**
   * Adds a filter, or replaces the one with its id.
   *
   * @param id a number and the text of its digits are two ids.
   * @param condition of the matcher's schema, or of a schema for clients that was made of it.
   * @throws TypeError for a condition with `$now`: time alone would change what it is true of, which no
   * row tells. What was there under the id stays.
   */
  add(id: Id, condition: Condition & OfFields<F>): void {
    if (typeof id !== 'string' && typeof id !== 'number') {
      throw new TypeError(
        `tamis/collection: add: expected a string or a number as the id, received ${describe(id)}`,
      )
    }
    if (isTimed(condition)) {
      throw new TypeError(
        'tamis/collection: add: a condition with $now changes its meaning as time passes; give a fixed time, and replace the filter when it is another',
      )
    }
    const graph = this.#graph
    const root = graph.rootOf(condition)
    graph.retain(root)
    this.#remove(id)
    let place = this.#unused
    if (place === 0) place = this.#places.size + 1
    else this.#unused = this.#filters[place * WIDTH + INDEX]!
    const at = place * WIDTH
    if (at + WIDTH > this.#filters.length) {
      const filters = new Int32Array(Math.ceil(this.#filters.length / 8) * 10)
      filters.set(this.#filters)
      this.#filters = filters
    }
    this.#places.set(id, place)
    this.#ids[place] = id
    this.#filters[at + ROOT] = root
    this.#filters[at + INDEX] = 0
    const first = graph.get(root, FIRST)
    if (first === 0) {
      graph.set(root, FIRST, place * 2)
      this.#follow(root)
    } else if ((first & 1) === 0) {
      const group = this.#unusedGroups.pop() ?? this.#groups.length
      this.#groups[group] = [first >> 1, place]
      this.#filters[at + INDEX] = 1
      graph.set(root, FIRST, group * 2 + 1)
    } else {
      this.#filters[at + INDEX] = this.#groups[first >> 1]!.push(place) - 1
    }
    this.#settle()
  }

  /** Removes a filter. @returns whether it was there. */
  remove(id: Id): boolean {
    const isRemoved = this.#remove(id)
    if (isRemoved) this.#settle()
    return isRemoved
  }

  #remove(id: Id): boolean {
    const place = this.#places.get(id)
    if (place === undefined) return false
    const filters = this.#filters
    const root = filters[place * WIDTH + ROOT]!
    const first = this.#graph.get(root, FIRST)
    const group = (first & 1) === 0 ? [place] : this.#groups[first >> 1]!
    const last = group.pop()!
    if (last !== place) {
      const index = filters[place * WIDTH + INDEX]!
      group[index] = last
      filters[last * WIDTH + INDEX] = index
    }
    if (group.length === 0) {
      if ((first & 1) !== 0) this.#unusedGroups.push(first >> 1)
      this.#graph.set(root, FIRST, 0)
      this.#unfollow(root)
    }
    this.#graph.release(root)
    this.#places.delete(id)
    this.#ids[place] = undefined
    filters[place * WIDTH + INDEX] = this.#unused
    this.#unused = place
    if (this.size === 0) this.#clear()
    return true
  }

  /** Compacts the memory if most of it belongs to filters that are gone. */
  #settle(): void {
    const places = this.#ids.length
    if ((places > SMALL && this.size * SPARSE < places) || this.#graph.isSparse) this.#compact()
  }

  #compact(): void {
    const to = this.#graph.compact()
    const before = this.#filters
    const ids = [...this.#places.keys()]
    const filters = new Int32Array(WIDTH * (ids.length + 1 + (ids.length >> 2)))
    /** The new places by the old ones. */
    const moved = new Map<number, number>()
    ids.forEach((id, i) => {
      const place = this.#places.get(id)!
      moved.set(place, i + 1)
      this.#places.set(id, i + 1)
      filters[(i + 1) * WIDTH + ROOT] = to(before[place * WIDTH + ROOT]!)
      filters[(i + 1) * WIDTH + INDEX] = before[place * WIDTH + INDEX]!
    })
    const groups: number[][] = []
    const done = new Set<number>()
    for (let place = 1; place <= ids.length; place++) {
      const root = filters[place * WIDTH + ROOT]!
      if (done.size === done.add(root).size) continue
      const first = this.#graph.get(root, FIRST)
      if ((first & 1) === 0) this.#graph.set(root, FIRST, place * 2)
      else {
        const group = this.#groups[first >> 1]!.map((each) => moved.get(each)!)
        this.#graph.set(root, FIRST, (groups.push(group) - 1) * 2 + 1)
      }
    }
    this.#filters = filters
    this.#groups = groups
    this.#unusedGroups.length = 0
    this.#ids = [undefined, ...ids]
    this.#unused = 0
  }

  #clear(): void {
    this.#filters = new Int32Array(WIDTH * 16)
    this.#ids.length = this.#groups.length = this.#unusedGroups.length = 0
    this.#unused = 0
  }

  /**
   * The ids of the filters that a row fits, each once, in no particular order.
   *
   * @throws what reading the row throws.
   */
  match(row: T): Id[]
  /**
   * The ids of the filters that a row fitted before a change and fits after it. `before` is undefined
   * for a row that is inserted, `after` for one that is removed.
   */
  match(before: T | undefined, after: T | undefined): Matches<Id>
  match(...rows: [T] | [T | undefined, T | undefined]): Id[] | Matches<Id> {
    if (rows.length === 1) return this.#idsOf(this.#find(rows[0], true))
    const graph = this.#graph
    const [before, after] = rows
    const was = before === undefined ? [] : this.#find(before, true)
    const is = after === undefined ? [] : this.#find(after, true)
    if (after === undefined) graph.turnTo(undefined)
    const updated = was.filter((root) => graph.isKnown(root) && graph.mark(root))
    const removed = was.filter((root) => !graph.isKnown(root))
    const added = is.filter((root) => graph.mark(root))
    return {
      added: this.#idsOf(added),
      updated: this.#idsOf(updated),
      removed: this.#idsOf(removed),
    }
  }

  /**
   * The ids of the filters that one of these rows may fit, each once: those of `match`, and others that
   * are found by what the row has. It tests nothing: for callers that test in time slices, or elsewhere.
   */
  candidates(...rows: readonly (T | undefined)[]): Id[] {
    const roots = new Set<number>()
    for (const row of rows) {
      if (row !== undefined) for (const root of this.#find(row, false)) roots.add(root)
    }
    return this.#idsOf(roots)
  }

  /** How many filters, conditions and parts of them there are. */
  stats(): MatcherStats {
    const graph = this.#graph
    return {
      filters: this.size,
      conditions: this.#conditions,
      unindexed: graph.detailOf(REST)?.followers?.length ?? 0,
      parts: graph.size,
      // About what a Map takes for each entry.
      bytes: graph.bytes + this.#filters.byteLength + this.#ids.length * 8 + this.size * 40,
    }
  }

  /** The conditions that a row fits; untested, those that it may fit. */
  #find(row: T, isTested: boolean): number[] {
    const graph = this.#graph
    graph.turnTo(row)
    const queue = [REST]
    graph.columns.each(row, (column) => {
      const terms = graph.termsIn(column)
      for (let i = 0; i < terms.length; i++) {
        const term = terms[i]!
        const node = column.values.get(term)
        if (node !== undefined) {
          queue.push(node)
          const { found } = graph.detailOf(node)!
          if (typeof found === 'number') queue.push(found)
          else if (found !== undefined) queue.push(...found)
        }
        if (term !== null) column.intervals.find(term, queue)
      }
    })
    const roots: number[] = []
    for (let i = 0; i < queue.length; i++) {
      const node = queue[i]!
      const followers = graph.detailOf(node)?.followers
      if (followers === undefined || (isTested && !graph.holds(node))) continue
      if (!graph.visit(node)) continue
      graph.prefetch(followers)
      for (let at = 0; at < followers.length; at++) {
        const root = followers[at]!
        if (!isTested || graph.holds(root)) roots.push(root)
      }
    }
    return roots
  }

  #idsOf(roots: Iterable<number>): Id[] {
    const ids: Id[] = []
    for (const root of roots) {
      const first = this.#graph.get(root, FIRST)
      if ((first & 1) === 0) ids.push(this.#ids[first >> 1]!)
      else for (const place of this.#groups[first >> 1]!) ids.push(this.#ids[place]!)
    }
    return ids
  }

  /** Makes a condition one that is found. */
  #follow(root: number): void {
    const graph = this.#graph
    const access = accessOf(graph, root, this.#unique)
    const refs = [...new Set(access?.refs)].sort((a, b) => a - b)
    const [ref] = refs
    const node = ref === undefined ? REST : refs.length === 1 ? ref >> 1 : graph.gateOf(refs, 0)
    if (node !== root) graph.retain(node)
    let detail = graph.detailOf(node)
    if (detail === undefined) {
      detail = new Detail()
      graph.setDetail(node, detail)
    }
    if (detail.followers === undefined) {
      detail.followers = [root]
      this.#enter(node, detail, access?.keys ?? [])
    } else detail.followers.push(root)
    graph.set(root, ACCESS, node)
    graph.set(root, PLACE, detail.followers.length - 1)
    this.#conditions++
  }

  #unfollow(root: number): void {
    const graph = this.#graph
    const node = graph.get(root, ACCESS)
    const detail = graph.detailOf(node)!
    const followers = detail.followers!
    const last = followers.pop()!
    if (last !== root) {
      const at = graph.get(root, PLACE)
      followers[at] = last
      graph.set(last, PLACE, at)
    }
    if (followers.length === 0) {
      detail.followers = undefined
      this.#leave(node, detail)
    }
    if (node !== root) graph.release(node)
    this.#conditions--
  }

  /** Makes a node one that is found by its keys. */
  #enter(node: number, detail: Detail, keys: readonly Key[]): void {
    const graph = this.#graph
    if (detail.term !== undefined) {
      graph.columns.addKey(detail.column!)
      return
    }
    detail.keys = keys.map(({ column, term, low, high }) => {
      graph.columns.addKey(column)
      if (term === undefined) {
        const interval = new Interval(column, low, high, node)
        column.intervals.add(interval)
        return interval
      }
      const own = graph.termOf(column, term)
      graph.retain(own)
      const detailOfTerm = graph.detailOf(own)!
      const { found } = detailOfTerm
      if (found === undefined) detailOfTerm.found = node
      else if (typeof found === 'object') found.add(node)
      else if (found !== node) detailOfTerm.found = new Set([found, node])
      return own
    })
  }

  #leave(node: number, detail: Detail): void {
    const graph = this.#graph
    if (detail.term !== undefined) {
      graph.columns.removeKey(detail.column!)
      return
    }
    for (const key of detail.keys ?? []) {
      if (key instanceof Interval) {
        key.column.intervals.remove(key)
        graph.columns.removeKey(key.column)
        continue
      }
      const term = graph.detailOf(key)!
      const { found } = term
      graph.columns.removeKey(term.column!)
      // Two parts of an `or` can ask for the same term.
      if (found === node) term.found = undefined
      else if (typeof found === 'object' && found.delete(node) && found.size === 0) {
        term.found = undefined
      }
      graph.release(key)
    }
    detail.keys = undefined
    // A gate has none while nothing is found by it.
    if (detail.column === undefined && node !== REST) graph.setDetail(node, undefined)
  }
}

/**
 * A matcher of standing filters: which of many conditions does a row fit, or the change of a row?
 *
 * @throws TypeError if `schema` is none.
 * @example
 * const matcher = createMatcher(people)
 * matcher.add('admins', parseFilter(people, { role: 'admin' }))
 * matcher.match({ id: 'ada', role: 'admin' }) // ['admins']
 * matcher.match({ id: 'ada', role: 'user' }, { id: 'ada', role: 'admin' })
 * // { added: ['admins'], updated: [], removed: [] }
 */
export function createMatcher<
  F extends Fields,
  T = FieldsRow<F, 'value'>,
  Id extends string | number = string | number,
>(schema: Schema<F>): Matcher<T, Id, F> {
  return new Matcher<T, Id, F>(schema.key.name)
}

// Longer than most files here: making, sharing, evaluating and removing nodes use one memory.

import { compilePredicate, type Predicate } from '../compile/predicate.ts'
import { canonical } from '../condition/canonical.ts'
import { type Condition, type Leaf, refuseCondition, type Some } from '../condition/condition.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Interval } from './intervals.ts'
import { type Column, Columns } from './match-columns.ts'
import { lookupOf } from './select.ts'

/**
 * A node with its sign: twice its number, and one more where the row must not fit it.
 * Negation is at leaves only, so that those of a gate are all positive.
 */
export type Ref = number

// The numbers of a node stand together, in one line of the processor's cache.
const WIDTH = 8
/** When the node was evaluated last, with the result; see `State`. */
const STATE = 0
/** Where its children are; 0 of leaves. */
const BODY = 1
/** How many gates and filters refer to it. */
const USES = 2
/** The node that it is found by, and its place among those that are. */
export const ACCESS = 3
export const PLACE = 4
/** The first of the filters with this condition, and 1; 0 where there is none. */
export const FIRST = 5
/** The next node of the same bucket, or that is unused. */
const NEXT = 6
const HASH = 7

/** Flags beside the time in a node's state. */
const State = { holds: 1, visited: 2, marked: 4 } as const
const STEP = 8
const LAST = 2 ** 31 - 2 * STEP

/** The node whose followers require nothing of a row that could be looked up. */
export const REST = 0

const ABSENT: readonly null[] = [null]

/** What nodes have beside their numbers: leaves, and those by which others are found. */
export class Detail {
  /** The column of a leaf. */
  readonly column: Column | undefined
  /** The term that rows must have, null for absent; undefined of a leaf with another test. */
  readonly term: Scalar | null | undefined
  readonly leaf: Leaf | Some | undefined
  /** Compiled when a row first needs it. */
  test: Predicate | undefined = undefined
  /** The conditions that are tested where this node holds. */
  followers: number[] | undefined = undefined
  /** What this node is found by, if it is no term itself: terms (their nodes) and ranges. */
  keys: (number | Interval)[] | undefined = undefined
  /** Of a term: the nodes of which it is one of several keys. */
  found: Set<number> | undefined = undefined

  constructor(column?: Column, term?: Scalar | null, leaf?: Leaf | Some) {
    this.column = column
    this.term = term
    this.leaf = leaf
  }
}

/**
 * Conditions as a graph in which equal ones are one node (hash consing): leaves, and gates (`and`,
 * `or`). Each node is evaluated once for a row at most, when it is first needed. Nodes are numbers in
 * typed arrays, so that a million conditions take little memory and nothing of the garbage collector.
 */
export class ConditionGraph {
  readonly columns = new Columns()
  /** By node; undefined of gates by which none is found. */
  readonly details: (Detail | undefined)[] = []
  #numbers = new Int32Array(0)
  /** The children of gates: twice their number, and one for `or`; then their refs. */
  #pool = new Int32Array(0)
  #buckets = new Int32Array(0)
  #length = 0
  #unused = 0
  #gates = 0
  #poolUsed = 0
  /** How much of the pool was of gates that are gone. */
  #poolFree = 0
  /** How many nodes there are. */
  size = 0
  #now = STEP
  #row: unknown
  /** Keeps clients from choosing conditions whose hashes collide. */
  readonly #seed = (Math.random() * 2 ** 32) | 0

  constructor() {
    this.#clear()
  }

  #clear(): void {
    this.#numbers = new Int32Array(16 * WIDTH)
    this.#pool = new Int32Array(64)
    this.#buckets = new Int32Array(16)
    this.details.length = 0
    this.details.push(new Detail())
    this.#length = 1
    this.#poolUsed = 1
    this.#unused = this.#poolFree = 0
  }

  /** About how much memory the numbers take. */
  get bytes(): number {
    const { byteLength } = this.#numbers
    return byteLength + this.#pool.byteLength + this.#buckets.byteLength + this.details.length * 8
  }

  get(node: number, what: number): number {
    return this.#numbers[node * WIDTH + what]!
  }

  set(node: number, what: number, value: number): void {
    this.#numbers[node * WIDTH + what] = value
  }

  // Making nodes. One that nothing refers to yet must be retained before anything is released.

  /** The node of a whole condition. */
  rootOf(condition: Condition): number {
    const ref = this.#refOf(condition)
    return ref & 1 ? this.gateOf([ref], 0) : ref >> 1
  }

  #refOf(condition: Condition): Ref {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const refs = condition.conditions.map((each) => this.#refOf(each))
        const isOr = condition.kind === 'or' ? 1 : 0
        refs.sort((a, b) => a - b)
        const each = refs.filter((ref, i) => ref !== refs[i - 1])
        return each.length === 1 ? each[0]! : this.gateOf(each, isOr) * 2
      }
      case 'leaf':
        return this.#leafRef(condition)
      case 'some': {
        const { negated } = condition
        const positive = negated ? { ...condition, negated: false } : condition
        return this.#testRef(this.columns.of(condition.field, 'index'), positive, negated)
      }
      default:
        return refuseCondition(condition)
    }
  }

  #leafRef(leaf: Leaf): Ref {
    const { field } = leaf
    const { record, lookup, service, isOthers } = lookupOf(leaf)
    const column = this.columns.of(field, service)
    if (field.elements === undefined && lookup !== undefined) {
      const { any, all, prefix, bound, isSuperset } = lookup
      const term = any?.[0]
      const isTerm = any?.length === 1 && !isSuperset && !all && !bound && prefix === undefined
      if (isTerm && term !== undefined) return this.termOf(column, term) * 2 + (isOthers ? 1 : 0)
    }
    const negated = leaf.negated !== (record.complement ?? false)
    return this.#testRef(column, negated ? { ...leaf, negated: !leaf.negated } : leaf, negated)
  }

  /** The node that holds for rows with a term in a column. */
  termOf(column: Column, term: Scalar | null): number {
    let node = column.values.get(term)
    if (node === undefined) {
      node = this.#create(new Detail(column, term))
      column.values.set(term, node)
    }
    return node
  }

  #testRef(column: Column, leaf: Leaf | Some, negated: boolean): Ref {
    const text = canonical(leaf)
    let node = column.tests.get(text)
    if (node === undefined) {
      node = this.#create(new Detail(column, undefined, leaf))
      column.tests.set(text, node)
    }
    return node * 2 + (negated ? 1 : 0)
  }

  /** The gate of some refs, which are sorted and distinct. */
  gateOf(refs: readonly Ref[], isOr: 0 | 1): number {
    const head = refs.length * 2 + isOr
    let hash = Math.imul(this.#seed ^ head, 0x9e3779b1)
    for (const ref of refs) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ ref, 0x85ebca6b)
      hash ^= hash >>> 13
    }
    let bucket = hash & (this.#buckets.length - 1)
    for (let node = this.#buckets[bucket]!; node !== 0; node = this.get(node, NEXT)) {
      if (this.get(node, HASH) === hash && this.#hasBody(node, head, refs)) return node
    }
    if (this.#gates++ >= this.#buckets.length) {
      this.#rehash()
      bucket = hash & (this.#buckets.length - 1)
    }
    const node = this.#create(undefined)
    this.#reserve(refs.length + 1)
    this.set(node, BODY, this.#poolUsed)
    this.#pool[this.#poolUsed++] = head
    for (const ref of refs) {
      this.#pool[this.#poolUsed++] = ref
      this.retain(ref >> 1)
    }
    this.set(node, HASH, hash)
    this.set(node, NEXT, this.#buckets[bucket]!)
    this.#buckets[bucket] = node
    return node
  }

  #hasBody(node: number, head: number, refs: readonly Ref[]): boolean {
    const body = this.get(node, BODY)
    if (this.#pool[body] !== head) return false
    for (let i = 0; i < refs.length; i++) if (this.#pool[body + 1 + i] !== refs[i]) return false
    return true
  }

  #rehash(): void {
    this.#buckets = new Int32Array(this.#buckets.length * 2)
    for (let node = 1; node < this.#length; node++) {
      if (this.get(node, BODY) === 0) continue
      const bucket = this.get(node, HASH) & (this.#buckets.length - 1)
      this.set(node, NEXT, this.#buckets[bucket]!)
      this.#buckets[bucket] = node
    }
  }

  #create(detail: Detail | undefined): number {
    let node = this.#unused
    if (node !== 0) this.#unused = this.get(node, NEXT)
    else {
      node = this.#length++
      if (this.#length * WIDTH > this.#numbers.length) this.#numbers = grown(this.#numbers)
    }
    this.#numbers.fill(0, node * WIDTH, (node + 1) * WIDTH)
    this.details[node] = detail
    this.size++
    return node
  }

  /** Makes room at the end of the pool; what gates that are gone have left is used if it is much. */
  #reserve(length: number): void {
    if (this.#poolUsed + length <= this.#pool.length) return
    if (this.#poolFree * 2 < this.#poolUsed) {
      this.#pool = grown(this.#pool, this.#poolUsed + length)
      return
    }
    const pool = new Int32Array(Math.max(this.#pool.length, this.#poolUsed + length))
    let used = 1
    for (let node = 1; node < this.#length; node++) {
      const body = this.get(node, BODY)
      if (body === 0) continue
      const end = body + 1 + (this.#pool[body]! >> 1)
      pool.set(this.#pool.subarray(body, end), used)
      this.set(node, BODY, used)
      used += end - body
    }
    this.#pool = pool
    this.#poolUsed = used
    this.#poolFree = 0
  }

  // References.

  /** How many gates and filters refer to a node. */
  usesOf(node: number): number {
    return this.get(node, USES)
  }

  retain(node: number): void {
    this.#numbers[node * WIDTH + USES]!++
    const detail = this.details[node]
    if (detail?.term !== undefined) detail.column!.uses++
  }

  /** Removes a node that nothing else refers to, and then its children. */
  release(node: number): void {
    const detail = this.details[node]
    if (detail?.term !== undefined) detail.column!.uses--
    if (--this.#numbers[node * WIDTH + USES]! > 0 || node === REST) return
    const body = this.get(node, BODY)
    if (body !== 0) this.#releaseBody(node, body)
    else {
      const { column, term, leaf } = detail!
      if (leaf === undefined) column!.values.delete(term!)
      else column!.tests.delete(canonical(leaf))
      this.columns.drop(column!)
    }
    this.details[node] = undefined
    this.set(node, BODY, 0)
    this.set(node, NEXT, this.#unused)
    this.#unused = node
    // What is left of a million filters is not kept for the next few.
    if (--this.size === 0) this.#clear()
  }

  #releaseBody(node: number, body: number): void {
    const bucket = this.get(node, HASH) & (this.#buckets.length - 1)
    const next = this.get(node, NEXT)
    let before = this.#buckets[bucket]!
    if (before === node) this.#buckets[bucket] = next
    else {
      while (this.get(before, NEXT) !== node) before = this.get(before, NEXT)
      this.set(before, NEXT, next)
    }
    this.#gates--
    const children = this.#pool[body]! >> 1
    this.#poolFree += children + 1
    for (let i = 1; i <= children; i++) this.release(this.#pool[body + i]! >> 1)
  }

  /** The refs of a gate, and whether it is an `or`; undefined of a leaf. */
  bodyOf(node: number): { readonly refs: readonly Ref[]; readonly isOr: boolean } | undefined {
    const body = this.get(node, BODY)
    if (body === 0) return undefined
    const head = this.#pool[body]!
    return {
      refs: [...this.#pool.subarray(body + 1, body + 1 + (head >> 1))],
      isOr: (head & 1) === 1,
    }
  }

  // Evaluation.

  /** Forgets the row before: the next nodes are evaluated for this one. */
  turnTo(row: unknown): void {
    this.#now += STEP
    if (this.#now >= LAST) {
      this.#now = STEP
      for (let node = 0; node < this.#length; node++) this.set(node, STATE, 0)
      this.columns.forget()
    }
    this.#row = row
    this.set(REST, STATE, this.#now | State.holds)
  }

  /** Whether the row fits a node. */
  holds(node: number): boolean {
    const state = this.#numbers[node * WIDTH]!
    if (state >= this.#now) return (state & State.holds) !== 0
    const body = this.#numbers[node * WIDTH + BODY]!
    const holds = body === 0 ? this.#leafHolds(node) : this.#gateHolds(body)
    this.#numbers[node * WIDTH] = this.#now | (holds ? State.holds : 0)
    return holds
  }

  #gateHolds(body: number): boolean {
    const pool = this.#pool
    const head = pool[body]!
    const isOr = (head & 1) === 1
    const end = body + (head >> 1)
    for (let i = body + 1; i <= end; i++) {
      const ref = pool[i]!
      if ((this.holds(ref >> 1) !== ((ref & 1) === 1)) === isOr) return isOr
    }
    return !isOr
  }

  #leafHolds(node: number): boolean {
    const detail = this.details[node]!
    const { column, leaf } = detail
    if (leaf !== undefined) {
      detail.test ??= compilePredicate(leaf)
      return detail.test(this.#row)
    }
    this.termsIn(column!)
    return this.#numbers[node * WIDTH]! >= this.#now
  }

  /** The terms that the row has in a column, which are read once: their nodes hold from then on. */
  termsIn(column: Column): readonly (Scalar | null)[] {
    if (column.readAt === this.#now) return column.found
    const terms = column.terms.of(this.#row) ?? ABSENT
    for (let i = 0; i < terms.length; i++) {
      const node = column.values.get(terms[i]!)
      if (node !== undefined) this.#numbers[node * WIDTH] = this.#now | State.holds
    }
    column.found = terms
    column.readAt = this.#now
    return terms
  }

  /** Whether a node was not visited for this row before. */
  visit(node: number): boolean {
    return this.#flag(node, State.visited)
  }

  /** Marks a node for this row; false if it was marked. */
  mark(node: number): boolean {
    return this.#flag(node, State.marked)
  }

  #flag(node: number, flag: number): boolean {
    const state = Math.max(this.#numbers[node * WIDTH]!, this.#now)
    if ((state & flag) !== 0) return false
    this.#numbers[node * WIDTH] = state | flag
    return true
  }

  /** Whether a node was found to hold for this row. */
  isKnown(node: number): boolean {
    const state = this.#numbers[node * WIDTH]!
    return state >= this.#now && (state & State.holds) !== 0
  }
}

function grown(numbers: Int32Array<ArrayBuffer>, least = 0): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(least, Math.ceil(numbers.length / WIDTH / 4) * 5 * WIDTH))
  more.set(numbers)
  return more
}

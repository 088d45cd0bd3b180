import type { Scalar } from '../kinds/kind.ts'
import type { Column } from './match-columns.ts'

/** An interval of the values of a column, with both ends; one that is undefined has no limit. */
export class Interval {
  readonly column: Column
  readonly low: Scalar | undefined
  readonly high: Scalar | undefined
  /** The node that is found by it. */
  owner: number
  /** The greatest end of the intervals below this one, itself among them. */
  greatest: Scalar | undefined
  readonly priority = Math.random()
  /** How many intervals there are below this one, itself among them. */
  size = 1
  /** Tells apart intervals that begin with the same value. */
  serial = 0
  left: Interval | undefined = undefined
  right: Interval | undefined = undefined

  constructor(column: Column, low: Scalar | undefined, high: Scalar | undefined, owner: number) {
    this.column = column
    this.low = low
    this.high = high
    this.owner = owner
    this.greatest = high
  }
}

type Tree = Interval | undefined

const BEFORE = ['left', 'right'] as const
const BEHIND = ['right', 'left'] as const

/**
 * Intervals, of which those that hold a value are found: a treap by their beginnings, whose nodes know
 * the greatest end below them (an interval tree). Changes take logarithmic time, and finding
 * logarithmic time for each interval that is found.
 */
export class Intervals {
  readonly #compare: (a: Scalar, b: Scalar) => number
  #root: Tree
  #serial = 0

  constructor(compare: (a: Scalar, b: Scalar) => number) {
    this.#compare = compare
  }

  get isEmpty(): boolean {
    return this.#root === undefined
  }

  add(interval: Interval): void {
    interval.serial = this.#serial++
    this.#root = this.#insert(this.#root, interval)
  }

  remove(interval: Interval): void {
    this.#root = this.#without(this.#root, interval)
  }

  /** How many there are. */
  get size(): number {
    return this.#root?.size ?? 0
  }

  /** How many begin before a value. */
  countBefore(value: Scalar): number {
    let count = 0
    let tree = this.#root
    while (tree !== undefined) {
      if (tree.low !== undefined && this.#compare(tree.low, value) >= 0) tree = tree.left
      else {
        count += 1 + (tree.left?.size ?? 0)
        tree = tree.right
      }
    }
    return count
  }

  /** Adds what the intervals are of that hold a value. */
  find(value: Scalar, found: number[]): void {
    this.#find(this.#root, value, found)
  }

  #find(tree: Tree, value: Scalar, found: number[]): void {
    if (tree === undefined) return
    const { low, high, greatest, left, right, owner } = tree
    if (greatest !== undefined && this.#compare(greatest, value) < 0) return
    this.#find(left, value, found)
    if (low !== undefined && this.#compare(low, value) > 0) return
    if (high === undefined || this.#compare(high, value) >= 0) found.push(owner)
    this.#find(right, value, found)
  }

  #isBefore(a: Interval, b: Interval): boolean {
    if (a.low === undefined || b.low === undefined) {
      if (a.low !== b.low) return a.low === undefined
    } else {
      const order = this.#compare(a.low, b.low)
      if (order !== 0) return order < 0
    }
    return a.serial < b.serial
  }

  #insert(tree: Tree, own: Interval): Interval {
    if (tree === undefined) return own
    const [side, other] = this.#isBefore(own, tree) ? BEFORE : BEHIND
    const below = this.#insert(tree[side], own)
    tree[side] = below
    if (below.priority <= tree.priority) return this.#updated(tree)
    tree[side] = below[other]
    below[other] = this.#updated(tree)
    return this.#updated(below)
  }

  #without(tree: Tree, own: Interval): Tree {
    if (tree === undefined) return undefined
    if (tree === own) return this.#joined(own.left, own.right)
    const [side] = this.#isBefore(own, tree) ? BEFORE : BEHIND
    tree[side] = this.#without(tree[side], own)
    return this.#updated(tree)
  }

  #joined(left: Tree, right: Tree): Tree {
    if (left === undefined || right === undefined) return left ?? right
    if (left.priority > right.priority) {
      left.right = this.#joined(left.right, right)
      return this.#updated(left)
    }
    right.left = this.#joined(left, right.left)
    return this.#updated(right)
  }

  #updated(tree: Interval): Interval {
    let greatest = tree.high
    for (const below of [tree.left, tree.right]) {
      if (greatest === undefined || below === undefined) continue
      const other = below.greatest
      if (other === undefined || this.#compare(other, greatest) > 0) greatest = other
    }
    tree.greatest = greatest
    tree.size = 1 + (tree.left?.size ?? 0) + (tree.right?.size ?? 0)
    return tree
  }
}

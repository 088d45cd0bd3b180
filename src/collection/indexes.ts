// Longer than most files here: what is kept, what is wanted and what is dropped share one table.

import { type Ordering, reversed } from '../condition/ordering.ts'
import type { Service } from '../operators/operator.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { foldedIndex, isOutgrown, orderIndex, termIndex, termsOfWords, valuesOf } from './build.ts'
import { OrderIndex } from './order-index.ts'
import type { Slots } from './slots.ts'
import type { TermIndex } from './term-index.ts'

/** An index that a collection has, for `stats()`. */
export interface IndexStats {
  /** The field that it is of; for an order, the fields that it sorts by. */
  readonly fields: readonly string[]
  /** Of a field's values, of its words, of its folded text, or an order. */
  readonly kind: 'values' | 'words' | 'folded' | 'order'
  /** About how much memory it takes. */
  readonly bytes: number
  /** How many times queries have looked for something in it. */
  readonly uses: number
  /** Whether it was asked for by `indexes`. */
  readonly declared: boolean
}

/** What is known of an index that there could be. */
interface Wanted {
  readonly id: string
  readonly kind: IndexStats['kind']
  readonly fields: readonly Field[]
  /** Of an order, its terms; the first is ascending. */
  readonly ordering?: Ordering
  /** How many times reading every row it is worth to make it. */
  readonly price: number
  make(): TermIndex | OrderIndex | undefined
}

interface Kept extends Wanted {
  readonly index: TermIndex | OrderIndex
  readonly isDeclared: boolean
  uses: number
  lastUse: number
}

/** So many wishes are remembered: clients can make up any number of fields. */
const MOST_WISHES = 100

/** An index that did not fit is not tried again before so many times the rows were read in vain. */
const PATIENCE = 1000

const named = (kind: string, { name }: Field): string => `${kind}\0${name}`

/** The order, or its reverse, whichever begins in ascending order: one index serves both. */
const normalized = (ordering: Ordering): Ordering =>
  ordering[0]?.direction === -1 ? reversed(ordering) : ordering

/** A text that is the same for the same orders, by the names of their fields. */
export function orderId(ordering: Ordering, isReversed: boolean): string {
  let id = 'order'
  for (const term of ordering) {
    const isAscending = (term.direction === 1) !== isReversed
    const isFirst = (nullsOf(term) === 'first') !== isReversed
    id += `\0${term.field.name}\0${isAscending ? 'a' : 'd'}${isFirst ? 'f' : 'l'}`
  }
  return id
}

/** Fields of one name can be of two schemas. */
const isSame = (a: Field, b: Field): boolean =>
  a === b ||
  (a.type.kind === b.type.kind &&
    a.type.list === b.type.list &&
    a.wildcard === b.wildcard &&
    a.through === b.through)

/** Whether the order of an index is another, or that from its end. */
function isOf(own: Ordering, ordering: Ordering, isReversed: boolean): boolean {
  if (own.length !== ordering.length) return false
  for (let i = 0; i < own.length; i++) {
    const [a, b] = [own[i]!, ordering[i]!]
    if (a.field.name !== b.field.name || !isSame(a.field, b.field)) return false
    if ((a.direction === b.direction) === isReversed) return false
    if ((nullsOf(a) === nullsOf(b)) === isReversed) return false
  }
  return true
}

/**
 * The indexes of a collection. One that was not asked for is made when queries have read as many rows
 * for want of it as it takes to make it, several times over: at no time have both together cost more
 * than a small multiple of what was best (the ski rental problem).
 */
export class Indexes<T> {
  readonly #slots: Slots<T>
  readonly #key: Field
  readonly #maxBytes: number
  readonly #isAutomatic: boolean
  #declared: readonly Wanted[] = []
  readonly #kept = new Map<string, Kept>()
  /** The same by what is asked for: a query looks several times. */
  #orders: Kept[] = []
  readonly #ofField = {
    values: new Map<string, Kept>(),
    words: new Map<string, Kept>(),
    folded: new Map<string, Kept>(),
  }
  readonly #wishes = new Map<string, number>()
  #uses = 0
  #checkedAt = 1024

  constructor(slots: Slots<T>, key: Field, maxBytes: number, isAutomatic: boolean) {
    this.#slots = slots
    this.#key = key
    this.#maxBytes = maxBytes
    this.#isAutomatic = isAutomatic
  }

  /** The index of a field's values or of its words. */
  terms(field: Field, service: Service): TermIndex | undefined {
    if (service === 'folded') return undefined
    const kind = service === 'words' ? 'words' : 'values'
    const kept = this.#ofField[kind].get(field.name)
    if (kept === undefined || !isSame(kept.fields[0]!, field)) return undefined
    return this.#used(kept) as TermIndex
  }

  /** An order that begins with a field's values, or with its folded text. */
  beginning(field: Field, service: Service): OrderIndex | undefined {
    if (service === 'words') return undefined
    if (service === 'folded') {
      const kept = this.#ofField.folded.get(field.name)
      return kept && isSame(kept.fields[0]!, field) ? (this.#used(kept) as OrderIndex) : undefined
    }
    return this.order(this.#orderOf(field))?.index
  }

  /** The index of an order, and whether it is to be read from its end. */
  order(ordering: Ordering): { index: OrderIndex; isReversed: boolean } | undefined {
    const isReversed = ordering[0]?.direction === -1
    for (const kept of this.#orders) {
      if (!isOf(kept.ordering!, ordering, isReversed)) continue
      return { index: this.#used(kept) as OrderIndex, isReversed }
    }
    return undefined
  }

  /** Says that a query read so many rows since there is no such index. */
  wantTerms(field: Field, service: Service, rows: number): void {
    for (const wanted of this.#forService(field, service)) this.#wish(wanted, rows)
  }

  wantOrder(ordering: Ordering, rows: number): void {
    // Which related rows a query may see depends on its scopes, so that no index serves all queries.
    if (ordering.some(({ field }) => field.through !== undefined)) return
    this.#wish(this.#wantedOrder(ordering), rows)
  }

  /** The indexes that `indexes` asks for. */
  declare(fields: readonly Field[], orders: readonly Ordering[]): void {
    this.#declared = [
      ...fields.flatMap((field) => this.#forField(field)),
      ...orders.map((ordering) => this.#wantedOrder(ordering)),
    ]
    this.rebuild()
  }

  add(slot: number, row: T): void {
    const { rows } = this.#slots
    this.#change((index) => {
      if (index instanceof OrderIndex) index.add(slot)
      else index.add(slot, row, rows.length)
    })
    if (rows.length > this.#checkedAt) {
      this.#checkedAt = rows.length * 2
      this.#makeRoom(0)
    }
  }

  remove(slot: number, row: T): void {
    const { rows } = this.#slots
    this.#change((index) => {
      if (index instanceof OrderIndex) index.remove(slot)
      else index.remove(slot, row, rows.length)
    })
  }

  replace(slot: number, before: T, after: T): void {
    const { rows } = this.#slots
    this.#change((index) => {
      if (index instanceof OrderIndex) index.replace(slot, before, after)
      else index.replace(slot, before, after, rows.length)
    })
  }

  /** Makes every index anew, which takes less time for many rows than to change it row by row. */
  rebuild(): void {
    const all = [...this.#kept.values()]
    this.#clear()
    for (const { id, uses, isDeclared, ...wanted } of all) {
      if (!isDeclared) this.#make({ ...wanted, id }, false, uses)
    }
    for (const wanted of this.#declared) {
      if (!this.#kept.has(wanted.id)) this.#make(wanted, true)
    }
  }

  /**
   * Makes the indexes that `indexes` asks for anew, after a row that could not be read: some were
   * changed in part.
   */
  restore(): void {
    this.#clear()
    this.rebuild()
  }

  stats(): readonly IndexStats[] {
    return [...this.#kept.values()].map(({ kind, fields, index, uses, isDeclared }) => ({
      fields: fields.map(({ name }) => name),
      kind,
      bytes: index.bytes,
      uses,
      declared: isDeclared,
    }))
  }

  #used(kept: Kept): TermIndex | OrderIndex {
    kept.uses++
    kept.lastUse = ++this.#uses
    return kept.index
  }

  #keep(kept: Kept): void {
    this.#kept.set(kept.id, kept)
    if (kept.kind === 'order') this.#orders.push(kept)
    else this.#ofField[kept.kind].set(kept.fields[0]!.name, kept)
  }

  #drop(kept: Kept): void {
    this.#kept.delete(kept.id)
    if (kept.kind === 'order') this.#orders = this.#orders.filter((each) => each !== kept)
    else this.#ofField[kept.kind].delete(kept.fields[0]!.name)
  }

  #clear(): void {
    for (const kept of [...this.#kept.values()]) this.#drop(kept)
  }

  #change(change: (index: TermIndex | OrderIndex) => void): void {
    let outgrown: Kept | undefined
    for (const kept of this.#kept.values()) {
      change(kept.index)
      if (!(kept.index instanceof OrderIndex) && isOutgrown(kept.index)) outgrown = kept
    }
    if (outgrown !== undefined) this.#outgrow(outgrown)
  }

  #outgrow(kept: Kept): void {
    const {
      fields: [field],
      isDeclared,
    } = kept
    this.#drop(kept)
    if (isDeclared && field !== undefined) this.#make(this.#wantedOrder(this.#orderOf(field)), true)
  }

  #orderOf(field: Field): Ordering {
    const own = { field, direction: 1 } as const
    return field.name === this.#key.name ? [own] : [own, { field: this.#key, direction: 1 }]
  }

  #wantedOrder(ordering: Ordering): Wanted {
    const own = normalized(ordering)
    return {
      id: orderId(own, false),
      kind: 'order',
      ordering: own,
      fields: own.map(({ field }) => field),
      price: 6,
      make: () => orderIndex(own, this.#slots),
    }
  }

  #wantedTerms(field: Field, kind: 'values' | 'words'): Wanted {
    const terms = kind === 'words' ? termsOfWords : valuesOf
    return {
      id: named(kind, field),
      kind,
      fields: [field],
      price: 3,
      make: () => termIndex(terms(field), this.#slots),
    }
  }

  #forService(field: Field, service: Service): readonly Wanted[] {
    if (service === 'words') return [this.#wantedTerms(field, 'words')]
    if (service === 'index') {
      if (field.name !== this.#key.name) return [this.#wantedTerms(field, 'values')]
      return [this.#wantedOrder(this.#orderOf(field))]
    }
    const make = () => foldedIndex(field, this.#key, this.#slots)
    return [{ id: named('folded', field), kind: 'folded', fields: [field], price: 8, make }]
  }

  /** What a field's operators and its use as a sort ask for. */
  #forField(field: Field): readonly Wanted[] {
    const { operators, type, sortable } = field
    const asked = new Set([...operators].map((name) => type.operators[name]?.servedBy))
    asked.delete(undefined)
    const services = asked.size === 0 ? (['index'] as const) : ([...asked] as Service[])
    const own = services.flatMap((service) => this.#forService(field, service))
    return sortable ? [...own, this.#wantedOrder(this.#orderOf(field))] : own
  }

  #wish(wanted: Wanted, rows: number): void {
    const { id, price } = wanted
    if (!this.#isAutomatic || this.#kept.has(id)) return
    const read = (this.#wishes.get(id) ?? 0) + rows
    if (read < price * this.#slots.size) {
      if (this.#wishes.size >= MOST_WISHES && !this.#wishes.has(id)) this.#wishes.clear()
      this.#wishes.set(id, read)
      return
    }
    this.#wishes.set(id, -PATIENCE * this.#slots.size)
    this.#make(wanted, false)
  }

  #make(wanted: Wanted, isDeclared: boolean, uses = 0): void {
    if (this.#kept.has(wanted.id)) return
    const index = wanted.make()
    const [field] = wanted.fields
    if (index === undefined) {
      // Too many values for an index of terms: their order finds them.
      if (field !== undefined) this.#make(this.#wantedOrder(this.#orderOf(field)), isDeclared, uses)
      return
    }
    if (!isDeclared && !this.#makeRoom(index.bytes)) return
    this.#wishes.delete(wanted.id)
    this.#keep({ ...wanted, index, isDeclared, uses, lastUse: ++this.#uses })
  }

  /** Drops indexes that were not asked for, those first that were used the longest time ago. */
  #makeRoom(bytes: number): boolean {
    const own = [...this.#kept.values()].filter(({ isDeclared }) => !isDeclared)
    let total = bytes + own.reduce((sum, { index }) => sum + index.bytes, 0)
    if (bytes > this.#maxBytes) return false
    own.sort((a, b) => a.lastUse - b.lastUse)
    for (const kept of own) {
      if (total <= this.#maxBytes) break
      this.#drop(kept)
      total -= kept.index.bytes
    }
    return true
  }
}

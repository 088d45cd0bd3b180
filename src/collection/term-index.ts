import type { Scalar } from '../kinds/kind.ts'
import { Posting } from './posting.ts'
import { SortedTerms } from './sorted-terms.ts'

/** What an index finds the rows of a field by: its values, its words, its folded text. */
export interface Terms {
  /** The distinct terms of a row; undefined where the value is absent. */
  of(row: unknown): readonly Scalar[] | undefined
  /** The term of a row, where none has more than one: no list is made for it. */
  readonly one?: ((row: unknown) => Scalar | undefined) | undefined
}

/** The number of absent values, which have no term. */
const ABSENT = 0

type Codes = Uint8Array | Uint16Array | Uint32Array

/**
 * The slots of the rows that have a term, by the term. Terms have numbers. Of a field with one term a
 * row, each slot's number is kept in a column: it answers membership, counts facets, and says what is
 * to be removed without reading the row.
 */
export class TermIndex {
  readonly isSingle: boolean
  readonly #terms: Terms
  readonly #codes = new Map<Scalar, number>()
  readonly #values: (Scalar | undefined)[] = [undefined]
  readonly #postings: Posting[] = [new Posting()]
  readonly #unused: number[] = []
  readonly #sorted = new SortedTerms()
  #column: Codes = new Uint8Array(0)

  constructor(terms: Terms) {
    this.#terms = terms
    this.isSingle = terms.one !== undefined
  }

  /** How many terms rows have. */
  get terms(): number {
    return this.#codes.size
  }

  get bytes(): number {
    let bytes = this.#column.byteLength
    for (const posting of this.#postings) bytes += posting.bytes
    for (const value of this.#codes.keys()) {
      bytes += 60 + (typeof value === 'string' ? value.length : 0)
    }
    return bytes
  }

  add(slot: number, row: unknown, slots: number): void {
    const { one } = this.#terms
    if (one !== undefined) {
      const term = one(row)
      this.#addCode(slot, term === undefined ? ABSENT : this.#codeFor(term), slots)
      return
    }
    const terms = this.#terms.of(row)
    if (terms === undefined) this.#addCode(slot, ABSENT, slots)
    else for (let i = 0; i < terms.length; i++) this.#addCode(slot, this.#codeFor(terms[i]!), slots)
  }

  remove(slot: number, row: unknown, slots: number): void {
    if (this.isSingle) {
      this.#removeCode(slot, this.#column[slot]!, slots)
      return
    }
    const terms = this.#terms.of(row)
    if (terms === undefined) this.#removeCode(slot, ABSENT, slots)
    else {
      for (const term of terms) {
        const code = this.#codes.get(term)
        if (code !== undefined) this.#removeCode(slot, code, slots)
      }
    }
  }

  replace(slot: number, before: unknown, after: unknown, slots: number): void {
    const { one } = this.#terms
    if (one !== undefined && this.#values[this.#column[slot]!] === one(after)) return
    this.remove(slot, before, slots)
    this.add(slot, after, slots)
  }

  /** The rows with a term, or those whose value is absent. */
  posting(term: Scalar | null): Posting | undefined {
    if (term === null) return this.#postings[ABSENT]
    const code = this.#codes.get(term)
    return code === undefined ? undefined : this.#postings[code]
  }

  /** The rows with a term that begins with a text. */
  startingWith(prefix: string): readonly Posting[] {
    const postings: Posting[] = []
    for (const term of this.#sorted.startingWith(prefix, this.#codes)) {
      const posting = this.posting(term)
      if (posting !== undefined) postings.push(posting)
    }
    return postings
  }

  /** The numbers of the terms that a test is true of; of undefined for absent values. */
  codesWhere(test: (term: Scalar | undefined) => boolean): readonly number[] {
    const codes: number[] = []
    for (let code = 0; code < this.#values.length; code++) {
      if (this.#postings[code]!.count > 0 && test(this.#values[code])) codes.push(code)
    }
    return codes
  }

  postingOf(code: number): Posting {
    return this.#postings[code]!
  }

  /** The number of the term of each slot, of an index with one term a row. */
  get column(): Codes {
    return this.#column
  }

  /** More than any number of a term. */
  get codes(): number {
    return this.#values.length
  }

  /** Each term with its number. */
  entries(): Iterable<readonly [Scalar, number]> {
    return this.#codes
  }

  #codeFor(term: Scalar): number {
    const known = this.#codes.get(term)
    if (known !== undefined) return known
    const code = this.#unused.pop() ?? this.#values.length
    this.#codes.set(term, code)
    this.#values[code] = term
    this.#postings[code] = new Posting()
    this.#sorted.add(term)
    return code
  }

  #addCode(slot: number, code: number, slots: number): void {
    this.#postings[code]!.add(slot, slots)
    if (this.isSingle) this.#set(slot, code, slots)
  }

  #removeCode(slot: number, code: number, slots: number): void {
    const posting = this.#postings[code]!
    // A list that was changed in place has other elements than when it was added.
    if (!this.isSingle && !posting.has(slot)) return
    posting.remove(slot, slots)
    if (posting.count > 0 || code === ABSENT) return
    this.#codes.delete(this.#values[code]!)
    this.#values[code] = undefined
    this.#unused.push(code)
  }

  #set(slot: number, code: number, slots: number): void {
    const column = this.#column
    const isTooNarrow = code >= 2 ** (8 * column.BYTES_PER_ELEMENT)
    if (slot >= column.length || isTooNarrow) {
      const length = slot < column.length ? column.length : Math.max(slots, slot + 1, 64) * 1.25
      const bytes = isTooNarrow ? column.BYTES_PER_ELEMENT * 2 : column.BYTES_PER_ELEMENT
      this.#column = new (bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Uint32Array)(
        Math.ceil(length),
      )
      this.#column.set(column)
    }
    this.#column[slot] = code
  }
}

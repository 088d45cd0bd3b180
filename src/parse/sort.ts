import type { Scopes } from '../condition/relation.ts'
import { label, oneOf, quote } from '../error/describe.ts'
import { nearest } from '../error/nearest.ts'
import { NULLS, type Nulls } from '../kinds/nulls.ts'
import type { Field } from '../schema/field.ts'
import { type OrderingTerm, orderingTerm } from '../schema/ordering-term.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import type { Report } from './report.ts'
import { MOST_PATHS, relationsOf } from './scopes.ts'
import { unknownField } from './unknown-field.ts'

const SHAPES = '[{"field": "name", "direction": -1}], [{"name": -1}] or {"name": -1}'

/** The keys of a term that names its field, for `[{"field": "name", "direction": -1}]`. */
const TERM = ['field', 'direction', 'nulls'] as const

const valueAt = ({ keys, values }: Entries, key: string): unknown => values[keys.indexOf(key)]

const isAmong = <T>(known: readonly T[], value: unknown): value is T =>
  known.some((each) => each === value)

/** The hint for a word that is none of those known. */
function meant(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known)
  return near && `did you mean ${quote(near)}?`
}

/** Reads the sort of a payload in any of its forms; reports mistakes and continues. */
export class SortReader {
  readonly #structure: Structure
  readonly #report: Report
  /** The fields that a client may sort by; a sort has each at most once. */
  readonly #sortable: readonly Field[]
  readonly #terms: OrderingTerm[] = []

  readonly #scopes: Scopes | undefined

  constructor(structure: Structure, report: Report, scopes?: Scopes) {
    this.#structure = structure
    this.#report = report
    this.#sortable = structure.sortable
    this.#scopes = scopes
  }

  /** How many terms a sort can have. */
  get #most(): number {
    const { length } = this.#sortable
    const relations = relationsOf(this.#structure)
    if (relations === undefined) return length
    return length + (relations.sortPaths()?.length ?? MOST_PATHS)
  }

  /** The client's terms; none for an empty sort. */
  sort(input: unknown): readonly OrderingTerm[] {
    if (isList(input)) this.#list(input)
    else this.#object(input)
    return this.#terms
  }

  /** `{created_at: -1}` */
  #object(input: unknown): void {
    const entries = this.#entries(input)
    if (entries === undefined) return
    if (typeof valueAt(entries, 'field') === 'string') {
      const hint = 'put it in a list: [{"field": …}]'
      this.#report.unexpected('invalid_sort', 'sort', SHAPES, input, hint)
    } else {
      this.#directions(entries)
    }
  }

  /** `[{field, direction}]`, recognised by a string `field`, or `[{created_at: -1}, {id: 1}]`. */
  #list(input: readonly unknown[]): void {
    const length = lengthOf(input)
    if (length !== undefined && length > this.#most) {
      this.#tooMany(length)
      return
    }
    const elements = length === undefined ? undefined : elementsOf(input, length)
    if (elements === undefined) {
      const received = 'a list that cannot be read'
      this.#report.add('invalid_sort', { subject: 'sort', expected: SHAPES, received })
    }
    elements?.forEach((element, i) => {
      this.#report.enter(i)
      this.#element(element)
      this.#report.leave()
    })
  }

  #element(input: unknown): void {
    const entries = this.#entries(input)
    if (entries === undefined) return
    const field = valueAt(entries, 'field')
    if (typeof field !== 'string') {
      if (entries.keys.length > 0) this.#directions(entries)
      else this.#report.unexpected('invalid_sort', 'sort', SHAPES, input)
      return
    }
    const extra = entries.keys.find((name) => !isAmong(TERM, name))
    if (extra !== undefined) {
      const received = `the key ${quote(extra)}`
      this.#report.add('invalid_sort', {
        subject: 'sort',
        expected: '"field", "direction" and "nulls"',
        received,
        hint: meant(extra, TERM),
      })
    }
    const isDirected = entries.keys.includes('direction')
    const nulls = entries.keys.includes('nulls')
      ? this.#nulls(valueAt(entries, 'nulls'))
      : undefined
    this.#term(field, isDirected ? valueAt(entries, 'direction') : 1, nulls)
  }

  /** The entries of a plain object; undefined for other values, and for too many entries. */
  #entries(input: unknown): Entries | undefined {
    const entries = entriesOf(input, Math.max(TERM.length, this.#most))
    if (typeof entries === 'number') return this.#tooMany(entries)
    if (!(entries instanceof Unreadable)) return entries
    const received = entries.what
    const hint = typeof input === 'string' ? 'in a query string: sort=-name,id' : undefined
    return this.#report.add('invalid_sort', { subject: 'sort', expected: SHAPES, received, hint })
  }

  #tooMany(count: number): undefined {
    const expected = `at most ${this.#most} fields, each once`
    return this.#report.add('too_many', { subject: 'sort', expected, received: `${count}` })
  }

  #directions(entries: Entries): void {
    for (const [i, name] of entries.keys.entries()) {
      this.#report.enter(name)
      this.#term(name, entries.values[i])
      this.#report.leave()
    }
  }

  #nulls(value: unknown): Nulls | undefined {
    if (isAmong(NULLS, value)) return value
    this.#report.enter('nulls')
    const hint = typeof value === 'string' ? meant(value, NULLS) : undefined
    this.#report.unexpected('invalid_sort', 'nulls', '"first" or "last"', value, hint)
    this.#report.leave()
    return undefined
  }

  #term(name: string, direction: unknown, nulls?: Nulls): void {
    const field = this.#field(name)
    if (direction !== 1 && direction !== -1) {
      this.#report.unexpected('invalid_sort', quote(name), 'the direction 1 or -1', direction)
    } else if (field !== undefined) {
      if (this.#terms.some((term) => term.field.name === field.name)) {
        this.#report.add('invalid_sort', {
          subject: label(field.name),
          expected: 'each field once',
        })
      }
      this.#terms.push(orderingTerm(field, direction, nulls))
    }
  }

  #field(name: string): Field | undefined {
    const relations = relationsOf(this.#structure)
    if (relations?.through(name) !== undefined) {
      const position = this.#terms.length
      return relations.sortField(name, { report: this.#report, scopes: this.#scopes, position })
    }
    const field = findField(this.#structure, name, this.#structure.limits.segments)
    if (field === 'unknown' || field === 'too_deep' || field.hidden) {
      // Hints name fields that a sort may have: others would be refused next.
      const fields = new Map(this.#sortable.map((each) => [each.name, each]))
      return unknownField(this.#report, { fields, wildcards: new Map() }, name, false)
    }
    if (field.sortable) return field
    const expected = oneOf(this.#sortable.map((each) => each.name))
    return this.#report.add('not_sortable', { subject: quote(name), expected })
  }
}

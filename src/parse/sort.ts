import { label, oneOf, quote } from '../error/describe.ts'
import type { Field } from '../schema/field.ts'
import { findField, type OrderingTerm, type Structure } from '../schema/schema.ts'
import { type Entries, elementsOf, entriesOf, isList, lengthOf, Unreadable } from './inspect.ts'
import type { Report } from './report.ts'
import { unknownField } from './unknown-field.ts'

const SHAPES = '[{"field": "name", "direction": -1}], [{"name": -1}] or {"name": -1}'

const valueAt = ({ keys, values }: Entries, key: string): unknown => values[keys.indexOf(key)]

/** Reads the sort of a payload, in any of its shapes; reports what is wrong and goes on. */
export class SortReader {
  readonly #structure: Structure
  readonly #report: Report
  /** What a client may sort by; a sort has each once, so that their number is its cap. */
  readonly #sortable: readonly Field[]
  readonly #terms: OrderingTerm[] = []

  constructor(structure: Structure, report: Report) {
    this.#structure = structure
    this.#report = report
    this.#sortable = structure.sortable
  }

  /** The terms that a client asked for; none for an empty sort. */
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

  /** `[{field, direction}]` or `[{created_at: -1}, {id: 1}]`, told by a string `field`. */
  #list(input: readonly unknown[]): void {
    const length = lengthOf(input)
    if (length !== undefined && length > this.#sortable.length) {
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
    const extra = entries.keys.find((name) => name !== 'field' && name !== 'direction')
    if (extra !== undefined) {
      const received = `the key ${quote(extra)}`
      this.#report.add('invalid_sort', {
        subject: 'sort',
        expected: '"field" and "direction"',
        received,
      })
    }
    const isDirected = entries.keys.includes('direction')
    this.#term(field, isDirected ? valueAt(entries, 'direction') : 1)
  }

  /** The entries of a plain object; undefined where it is none, or has more than a sort can. */
  #entries(input: unknown): Entries | undefined {
    // Two at least, for "field" and "direction".
    const entries = entriesOf(input, Math.max(2, this.#sortable.length))
    if (typeof entries === 'number') return this.#tooMany(entries)
    if (!(entries instanceof Unreadable)) return entries
    const received = entries.what
    return this.#report.add('invalid_sort', { subject: 'sort', expected: SHAPES, received })
  }

  #tooMany(count: number): undefined {
    const expected = `at most ${this.#sortable.length} fields, each once`
    return this.#report.add('too_many', { subject: 'sort', expected, received: `${count}` })
  }

  #directions(entries: Entries): void {
    for (const [i, name] of entries.keys.entries()) {
      this.#report.enter(name)
      this.#term(name, entries.values[i])
      this.#report.leave()
    }
  }

  #term(name: string, direction: unknown): void {
    const field = this.#field(name)
    if (direction !== 1 && direction !== -1) {
      this.#report.unexpected('invalid_sort', quote(name), 'the direction 1 or -1', direction)
    } else if (field !== undefined) {
      if (this.#terms.some((term) => term.field === field)) {
        this.#report.add('invalid_sort', {
          subject: label(field.name),
          expected: 'each field once',
        })
      }
      this.#terms.push({ field, direction })
    }
  }

  #field(name: string): Field | undefined {
    const field = findField(this.#structure, name, this.#structure.limits.segments)
    if (field === 'unknown' || field === 'too_deep' || field.hidden) {
      return unknownField(this.#report, this.#structure, name, false)
    }
    if (field.sortable) return field
    const expected = oneOf(this.#sortable.map((each) => each.name))
    return this.#report.add('not_sortable', { subject: quote(name), expected })
  }
}

/** What rows hold and no field of the schema does: no filter finds it, and no result shows it. */

import type { Schema } from 'tamis'
import { leftOutNote, type Note } from '../../src/cli/inferred-fields.ts'
import { quote } from '../../src/error/describe.ts'
import type { Field, FieldSet } from '../../src/schema/field.ts'
import { isObject } from './problems.ts'
import type { PlayRow } from './rows-text.ts'

/** A key that leads to fields: to one that ends there, or to those below. */
interface Level {
  field?: Field
  readonly below: Map<string, Level>
}

function levelOf(fields: Iterable<Field>): Level {
  const top: Level = { below: new Map() }
  for (const field of fields) {
    let level = top
    for (const key of field.path) {
      const next: Level = level.below.get(key) ?? { below: new Map() }
      level.below.set(key, next)
      level = next
    }
    level.field = field
  }
  return top
}

class Walk {
  /** The names that no field has. */
  readonly unknown = new Set<string>()
  /** How many values of a field are of another kind than its own, by its name. */
  readonly absent = new Map<string, { readonly field: Field; count: number }>()
  readonly #elements = new Map<FieldSet, Level>()

  /** `isOpen`: whether the keys are those of a wildcard. */
  object(value: PlayRow, { below }: Level, prefix: string, isOpen = false): void {
    for (const key of Object.keys(value)) {
      const own = value[key]
      if (own === undefined || own === null) continue
      const level = below.get(key)
      if (level === undefined) {
        if (!isOpen) this.unknown.add(`${prefix}${key}`)
        continue
      }
      const { field } = level
      const isWildcard = field !== undefined && field.wildcard === field.path.join('.')
      if (field !== undefined && !isWildcard) this.#value(field, own, `${prefix}${key}`)
      if (level.below.size > 0 && isObject(own)) {
        this.object(own, level, `${prefix}${key}.`, isOpen || isWildcard)
      }
    }
  }

  /** `name`: of the field, after those of the lists that it is in. */
  #value(field: Field, value: unknown, name: string): void {
    const { type, elements } = field
    if (!type.list) {
      if (type.kind.read(value) === undefined) this.#count(name, field)
      return
    }
    for (const each of Array.isArray(value) ? value : [undefined]) {
      if (elements !== undefined && isObject(each)) {
        this.object(each, this.#levelOf(elements), `${name}.`)
      } else if (each !== null && (elements !== undefined || type.kind.read(each) === undefined)) {
        this.#count(name, field)
      }
    }
  }

  #levelOf(elements: FieldSet): Level {
    const level = this.#elements.get(elements) ?? levelOf(elements.fields.values())
    this.#elements.set(elements, level)
    return level
  }

  #count(name: string, field: Field): void {
    const found = this.absent.get(name) ?? { field, count: 0 }
    found.count++
    this.absent.set(name, found)
  }
}

function absentNote(name: string, { type, elements }: Field, count: number): Note {
  const values =
    count === 1 ? `1 value of ${quote(name)} is` : `${count} values of ${quote(name)} are`
  const { expects } = type.kind
  const list = elements === undefined ? `a list, each element ${expects}` : 'a list of objects'
  return { name, text: `${values} absent: the field holds ${type.list ? list : expects}` }
}

/** What a schema leaves out of rows: keys that it has no field for, and values of other kinds. */
export function leftOutOf(rows: readonly PlayRow[], schema: Schema): readonly Note[] {
  const walk = new Walk()
  const level = levelOf(schema.key.siblings.values())
  for (const row of rows) walk.object(row, level, '')
  return [
    ...[...walk.unknown].map((name) => leftOutNote(name, 'the schema has no such field')),
    ...[...walk.absent].map(([name, { field, count }]) => absentNote(name, field, count)),
  ]
}

/** More lines would hide the first: rows may have a key for each of their users. */
const MOST_LINES = 20

/** A name, and those of the objects that it is in. */
const namesOf = ({ name }: Note): readonly string[] =>
  name.split('.').map((_, i, path) => path.slice(0, i + 1).join('.'))

/**
 * Notes as lines. What was said with a reason when the schema was made is not said again, of an object
 * as little as of its keys.
 */
export function linesOf(made: readonly Note[], leftOut: readonly Note[]): readonly string[] {
  const told = new Set(made.flatMap(namesOf))
  const all = [...made, ...leftOut.filter(({ name }) => !told.has(name))].map(({ text }) => text)
  const others = all.length - MOST_LINES
  return others <= 1 ? all : [...all.slice(0, MOST_LINES), `${others} more such lines`]
}

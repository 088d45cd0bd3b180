import { describe, quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/json.ts'
import { isText } from '../kinds/string.ts'
import type { FieldDefinition, Fields } from './definition.ts'
import { type Field, fieldOf } from './field.ts'
import { type LimitSettings, type Limits, limitsOf } from './limits.ts'
import { onlyKeys, refuse } from './refuse.ts'

export interface OrderingTerm {
  readonly field: Field
  /** 1 ascending, -1 descending. */
  readonly direction: 1 | -1
}

/** What a schema's author writes, but for the payload options, which need a filter to be read. */
export interface StructureDefinition<F extends Fields> {
  readonly fields: F
  /** The field that is unique; `id` where it is left out. */
  readonly key?: keyof F & string
  readonly defaultSort?: readonly {
    readonly field: keyof F & string
    readonly direction: 1 | -1
  }[]
  readonly limits?: LimitSettings
}

declare const fieldsType: unique symbol

/** The fields that clients may ask of, how a row is told from another, and the caps. */
export interface Structure<F extends Fields = Fields> {
  /** The literal fields, by name. */
  readonly fields: ReadonlyMap<string, Field>
  /** The wildcards, each under its prefix: `custom` for `custom.*`. */
  readonly wildcards: ReadonlyMap<string, Field>
  readonly key: Field
  readonly defaultSort: readonly OrderingTerm[]
  readonly limits: Limits
  /** What clients may sort by. */
  readonly sortable: readonly Field[]
  /** The fields of wildcards that were asked for before: clients ask for the same ones. */
  readonly reached: Map<string, Field>
  readonly [fieldsType]?: F
}

function checkPaths(names: readonly string[]): void {
  const known = new Set(names)
  for (const name of names) {
    const wildcard = name.endsWith('.*')
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const above = name.slice(0, dot)
      if (known.has(above)) {
        refuse(
          `field ${quote(name)}`,
          `${quote(above)} is a field too, so it holds no other fields`,
        )
      }
      if (wildcard && `${above}.*` !== name && known.has(`${above}.*`)) {
        refuse(`field ${quote(name)}`, `the wildcard ${quote(`${above}.*`)} covers it already`)
      }
    }
  }
}

function keyOf(fields: ReadonlyMap<string, Field>, name: string): Field {
  const key = fields.get(name)
  if (key === undefined) refuse('key', `there is no field ${quote(name)}`)
  if (key.type.list || key.type.name === 'dynamic') refuse('key', `${quote(name)} is not a scalar`)
  if (key.wildcard !== undefined) refuse('key', `${quote(name)} lives inside a wildcard's JSON`)
  if (!key.required) {
    refuse('key', `${quote(name)} must be required: it tells every row from every other`)
  }
  return key
}

function defaultSortOf(
  fields: ReadonlyMap<string, Field>,
  terms: NonNullable<StructureDefinition<Fields>['defaultSort']>,
): OrderingTerm[] {
  if (!Array.isArray(terms)) refuse('defaultSort', 'expected a list of {field, direction}')
  return terms.map((term, i) => {
    onlyKeys('defaultSort', term, ['field', 'direction'])
    const field = fields.get(term.field)
    if (field === undefined)
      return refuse('defaultSort', `there is no field ${describe(term.field)}`)
    if (field.type.list || field.type.name === 'dynamic') {
      refuse('defaultSort', `${quote(term.field)} has no one order`)
    }
    if (term.direction !== 1 && term.direction !== -1) refuse('defaultSort', 'direction is 1 or -1')
    if (terms.findIndex((other) => other.field === term.field) !== i) {
      refuse('defaultSort', `${quote(term.field)} stands twice`)
    }
    return { field, direction: term.direction }
  })
}

/** Checks what an author wrote of the fields; throws a TypeError that says why where it is wrong. */
export function buildStructure<F extends Fields>(definition: StructureDefinition<F>): Structure<F> {
  if (!isPlainObject(definition.fields)) refuse('fields', 'expected an object of fields by name')
  const names = Object.keys(definition.fields)
  checkPaths(names)
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2))
  const { key = 'id' } = definition
  const fields = new Map<string, Field>()
  const wildcards = new Map<string, Field>()
  for (const name of names) {
    const field = fieldOf(name, definition.fields[name] as FieldDefinition, prefixes, key)
    if (name.endsWith('.*')) wildcards.set(name.slice(0, -2), field)
    else fields.set(name, field)
  }
  return {
    fields,
    wildcards,
    key: keyOf(fields, key),
    defaultSort: defaultSortOf(fields, definition.defaultSort ?? []),
    limits: limitsOf(definition.limits ?? {}),
    sortable: [...fields.values()].filter((field) => field.sortable && !field.hidden),
    reached: new Map(),
  }
}

/**
 * The field of a name, as far as the schema knows one. A literal field wins over a wildcard; a
 * wildcard's comes as a field of its own, with the whole path.
 */
export function findField(
  structure: Structure,
  name: string,
  segments: number,
): Field | 'unknown' | 'too_deep' {
  const literal = structure.fields.get(name)
  if (literal !== undefined) return literal
  const reached = structure.reached.get(name)
  // A path of more segments than are allowed here may have been asked for by the server.
  if (reached !== undefined && segments >= MOST_REACHED_SEGMENTS) return reached
  for (const [prefix, field] of structure.wildcards) {
    if (!name.startsWith(`${prefix}.`)) continue
    const rest = name.slice(prefix.length + 1).split('.')
    if (rest.length > segments) return 'too_deep'
    if (rest.includes('') || !isText(name)) return 'unknown'
    return keep(structure.reached, { ...field, name, path: [...field.path, ...rest] }, rest.length)
  }
  return 'unknown'
}

/** Only short paths are kept, and not for ever: clients can make up any number of them. */
const MOST_REACHED = 1000
const MOST_REACHED_SEGMENTS = 2
const LONGEST_REACHED = 64

function keep(reached: Map<string, Field>, field: Field, segments: number): Field {
  if (segments <= MOST_REACHED_SEGMENTS && field.name.length <= LONGEST_REACHED) {
    if (reached.size >= MOST_REACHED) reached.clear()
    reached.set(field.name, field)
  }
  return field
}

import { WildcardFields } from '../cache/wildcard-fields.ts'
import { describe, quote } from '../error/describe.ts'
import { NULLS, type Nulls } from '../kinds/nulls.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isText } from '../kinds/string.ts'
import type { OwnOperator } from '../operators/own-definition.ts'
import type { FieldDefinition, Fields, LiteralName, OfFields } from './definition.ts'
import { type Field, type FieldSet, fieldOf, isOrdered } from './field.ts'
import { type LimitSettings, type Limits, limitsOf } from './limits.ts'
import { type OrderingTerm, orderingTerm } from './ordering-term.ts'
import { onlyKeys, refuse, refuseValue } from './refuse.ts'
import type { RelativeTime } from './relative-time.ts'

/** The definition of a schema without its payload options, which are parsed as filters. */
export interface StructureDefinition<F extends Fields> {
  readonly fields: F
  /** The unique field; by default `id`. */
  readonly key?: LiteralName<F>
  readonly defaultSort?: readonly {
    readonly field: keyof F & string
    readonly direction: 1 | -1
    /** Where rows without a value stand; where the smallest values do if it is left out. */
    readonly nulls?: Nulls
  }[]
  readonly limits?: LimitSettings
  /** Whether the server gives a condition with each query, which selects the rows first. */
  readonly scope?: boolean
  /** Operators of the schema's own, which `defineOperator` made. */
  readonly operators?: readonly OwnOperator[]
  /** Allows `{ $now: '-7d' }` in the place of timestamps and dates: `relativeTime()`. */
  readonly relativeTime?: RelativeTime
}

/** The checked form of a {@link StructureDefinition}. */
export interface Structure<F extends Fields = Fields> extends FieldSet, OfFields<F> {
  readonly key: Field
  readonly defaultSort: readonly OrderingTerm[]
  readonly limits: Limits
  /** Whether the server must give a scope with each query. */
  readonly scope: boolean
  /** Undefined where operands cannot depend on the time. */
  readonly relativeTime: RelativeTime | undefined
  /** The fields that clients may sort by. */
  readonly sortable: readonly Field[]
  /** The fields and wildcards whose values may be counted for clients. */
  readonly facets: readonly Field[]
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
          `conflicts with the field ${quote(above)}, which cannot contain other fields`,
        )
      }
      if (wildcard && `${above}.*` !== name && known.has(`${above}.*`)) {
        refuse(`field ${quote(name)}`, `conflicts with the wildcard ${quote(`${above}.*`)}`)
      }
    }
  }
}

function keyOf(fields: ReadonlyMap<string, Field>, name: string): Field {
  const key = fields.get(name)
  if (key === undefined) refuse('key', `unknown field ${quote(name)}`)
  if (!isOrdered(key.type)) refuse('key', `${quote(name)} is not a scalar`)
  if (key.wildcard !== undefined) refuse('key', `${quote(name)} is in a wildcard's JSON`)
  if (key.type.kind.isFolded)
    refuse('key', `${quote(name)} ignores case: keys are told apart by it`)
  if (!key.required) {
    refuse('key', `${quote(name)} must be required: it identifies every row`)
  }
  return key
}

function defaultSortOf(
  fields: ReadonlyMap<string, Field>,
  terms: NonNullable<StructureDefinition<Fields>['defaultSort']>,
): OrderingTerm[] {
  if (!Array.isArray(terms)) refuse('defaultSort', 'expected a list of {field, direction, nulls}')
  return terms.map((term, i) => {
    onlyKeys('defaultSort', term, ['field', 'direction', 'nulls'])
    const field = fields.get(term.field)
    if (field === undefined) {
      // Schemas are defined before `relate` joins them, and each query has scopes of its own.
      const hint = String(term.field).includes('.') ? '; only the sort of a query takes paths' : ''
      return refuse('defaultSort', `unknown field ${describe(term.field)}${hint}`)
    }
    if (!isOrdered(field.type)) {
      refuse('defaultSort', `${quote(term.field)} has no order`)
    }
    if (term.direction !== 1 && term.direction !== -1) {
      refuseValue('defaultSort: direction', '1 or -1', term.direction)
    }
    if (term.nulls !== undefined && !NULLS.includes(term.nulls)) {
      refuseValue('defaultSort: nulls', '"first" or "last"', term.nulls)
    }
    if (terms.findIndex((other) => other.field === term.field) !== i) {
      refuse('defaultSort', `duplicate field ${quote(term.field)}`)
    }
    return orderingTerm(field, term.direction, term.nulls)
  })
}

function scopeOf(scope: unknown = false): boolean {
  if (typeof scope === 'boolean') return scope
  return refuseValue('scope', 'true or false', scope)
}

function relativeTimeOf(given: RelativeTime | undefined): RelativeTime | undefined {
  if (given === undefined || typeof given?.reading === 'object') return given
  return refuseValue('relativeTime', 'relativeTime()', given)
}

function ownOf(given: readonly OwnOperator[] = []): readonly OwnOperator[] {
  const names = new Set<unknown>()
  for (const each of Array.isArray(given) ? given : [undefined]) {
    if (typeof each?.addTo !== 'function') {
      refuse('operators', 'expected a list of operators from defineOperator()')
    }
    if (names.size === names.add(each.name).size) refuse('operators', `${each.name} is there twice`)
  }
  return given
}

/** Checks the definition of a schema. @throws TypeError if it is not valid. */
export function buildStructure<F extends Fields>(definition: StructureDefinition<F>): Structure<F> {
  const { key = 'id' } = definition
  const set = fieldSetOf(definition.fields, key, ownOf(definition.operators))
  const { fields } = set
  return {
    ...set,
    key: keyOf(fields, key),
    defaultSort: defaultSortOf(fields, definition.defaultSort ?? []),
    limits: limitsOf(definition.limits ?? {}),
    scope: scopeOf(definition.scope),
    relativeTime: relativeTimeOf(definition.relativeTime),
    sortable: [...fields.values()].filter((field) => field.sortable && !field.hidden),
    facets: [...fields.values(), ...set.wildcards.values()].filter((field) => field.facet),
  }
}

/** Checks the definitions of fields. @throws TypeError if one is not valid. */
export function fieldSetOf(
  definitions: Fields,
  key: string,
  own: readonly OwnOperator[],
): FieldSet {
  if (!isPlainObject(definitions)) refuse('fields', 'expected an object of fields by name')
  const names = Object.keys(definitions)
  checkPaths(names)
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2))
  const fields = new Map<string, Field>()
  const wildcards = new Map<string, Field>()
  const siblings = new Map<string, Field>()
  const shared = { prefixes, key, siblings, own }
  for (const name of names) {
    const field = fieldOf(name, definitions[name] as FieldDefinition, shared)
    const isWildcard = name.endsWith('.*')
    const bare = isWildcard ? name.slice(0, -2) : name
    siblings.set(bare, field)
    if (isWildcard) wildcards.set(bare, field)
    else fields.set(bare, field)
  }
  return { fields, wildcards, wildcardFields: new WildcardFields() }
}

/**
 * Looks a field up by name. A literal field takes precedence over a wildcard. For a key of a wildcard
 * the result is a field with the key's name and path.
 */
export function findField(
  structure: FieldSet,
  name: string,
  segments: number,
): Field | 'unknown' | 'too_deep' {
  const literal = structure.fields.get(name) ?? structure.relations?.named.get(name)
  if (literal !== undefined) return literal
  const known = structure.wildcardFields.get(name, segments)
  if (known !== undefined) return known
  for (const [prefix, field] of structure.wildcards) {
    if (!name.startsWith(`${prefix}.`)) continue
    const rest = name.slice(prefix.length + 1).split('.')
    if (rest.length > segments) return 'too_deep'
    if (rest.includes('') || !isText(name)) return 'unknown'
    const keyField = { ...field, name, path: [...field.path, ...rest] }
    structure.wildcardFields.add(keyField, rest.length)
    return keyField
  }
  return 'unknown'
}

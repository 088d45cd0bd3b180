// Longer than most files here: a relation is checked, typed and joined to its schemas in one go.

import { WildcardFields } from '../cache/wildcard-fields.ts'
import {
  type Condition,
  conjunction,
  not,
  operatorOf,
  refuseCondition,
  some,
  TRUE,
} from '../condition/condition.ts'
import { totalOrdering } from '../condition/ordering.ts'
import { type Relation, relationOf, type Scopes } from '../condition/relation.ts'
import { describe, quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { AnyOperatorName } from '../operators/names.ts'
import { manyOperators, oneOperators } from '../operators/related.ts'
import type { FieldsOf, Schema } from '../parse/schema.ts'
import type { LinkedFields, Links, ScopedRelations } from '../parse/scopes.ts'
import { conditionOf } from '../parse/trusted.ts'
import type { FieldDefinition, FieldsFilter, LiteralName, WithPaths } from '../schema/definition.ts'
import { type Field, isOrdered } from '../schema/field.ts'
import { NO_VALUES } from '../schema/object.ts'
import { onlyKeys, refuse, refuseName } from '../schema/refuse.ts'
import { relatedBy } from './related.ts'
import { checkSort, endOf, sortFieldOf, sortPathsOf } from './sort-paths.ts'
import { sortValuesOf } from './sorted.ts'

/** The columns that a relation leads from and to; composite keys are lists. */
export interface RelationKeyNames<From extends string = string, To extends string = string> {
  /** The fields of the schema that has the relation. */
  readonly from: From | readonly From[]
  /** The fields of the related schema that equal them. */
  readonly to: To | readonly To[]
}

/** A relation, as `one` and `many` make it. */
export interface RelationDefinition<
  Target extends string = string,
  Type extends 'one' | 'many' = 'one' | 'many',
  From extends string = string,
  To extends string = string,
> extends RelationKeyNames<From, To> {
  readonly type: Type
  readonly target: Target
}

/** A relation to the one row whose fields `to`, which are a key or unique, equal those of `from`. */
export const one = <
  const Target extends string,
  const From extends string,
  const To extends string,
>(
  target: Target,
  keys: RelationKeyNames<From, To>,
): RelationDefinition<Target, 'one', From, To> => ({ ...keys, type: 'one', target })

/** A relation to every row whose fields `to` equal those of `from`. */
export const many = <
  const Target extends string,
  const From extends string,
  const To extends string,
>(
  target: Target,
  keys: RelationKeyNames<From, To>,
): RelationDefinition<Target, 'many', From, To> => ({ ...keys, type: 'many', target })

type Schemas = Readonly<Record<string, Schema>>
type KeyName<S extends Schemas, N extends keyof S> = LiteralName<FieldsOf<S[N]>>
/** Relations from one schema to each, by keys that are fields of both. */
type RelationFrom<S extends Schemas, N extends keyof S> = {
  [T in keyof S & string]: RelationDefinition<T, 'one' | 'many', KeyName<S, N>, KeyName<S, T>>
}[keyof S & string]
type RelationsOf<S extends Schemas> = {
  readonly [N in keyof S]?: Readonly<Record<string, RelationFrom<S, N>>>
}

/** The definitions of the relations of a schema. */
type Own<R, N> = N extends keyof R ? R[N] : Record<never, never>

/** The names of to-one relations, by which paths begin. */
type OneName<O> = {
  [K in keyof O]: O[K] extends RelationDefinition<string, 'one'> ? K : never
}[keyof O]

/** The fields of a schema, its relations, and what paths through these lead to. */
export type RelatedFields<S extends Schemas, R, N extends keyof S> = FieldsOf<S[N]> &
  RelationFields<S, R, N> &
  WithPaths<PathFields<S, R, N, [2, 3]>>

/** The relations of a schema, as fields of it. */
export type RelationFields<S extends Schemas, R, N> = {
  readonly [K in keyof Own<R, N>]: RelatedField<S, R, Own<R, N>[K]>
}

/** `customer.country`: the fields behind to-one relations, so many relations deep and one more. */
export type PathFields<S extends Schemas, R, N, Deeper extends readonly unknown[]> = {
  readonly [P in PathName<S, R, N, Deeper>]: FieldAt<S, R, N, P>
}

type TargetOf<S extends Schemas, D> =
  D extends RelationDefinition<infer Target> ? Target & keyof S : never

/** The names of the fields and relations of a schema, and of those behind its to-one relations. */
type PathName<S extends Schemas, R, N, Deeper extends readonly unknown[]> = {
  [K in OneName<Own<R, N>> & string]: `${K}.${EndName<S, R, TargetOf<S, Own<R, N>[K]>, Deeper>}`
}[OneName<Own<R, N>> & string]

type EndName<S extends Schemas, R, N extends keyof S, Deeper extends readonly unknown[]> =
  | (keyof FieldsOf<S[N]> & string)
  | (keyof Own<R, N> & string)
  | (Deeper extends readonly [unknown, ...infer Rest]
      ? PathName<S, R, N, Rest>
      : // Paths that are longer than types follow, where the limit of a schema allows them.
        `${OneName<Own<R, N>> & string}.*`)

type FieldAt<S extends Schemas, R, N, Path> = Path extends `${infer K}.${infer Rest}`
  ? K extends keyof Own<R, N>
    ? EndOf<S, R, TargetOf<S, Own<R, N>[K]>, Rest>
    : never
  : never

type EndOf<S extends Schemas, R, N extends keyof S, Rest> = Rest extends keyof FieldsOf<S[N]>
  ? FieldsOf<S[N]>[Rest]
  : Rest extends keyof Own<R, N>
    ? RelatedField<S, R, Own<R, N>[Rest]>
    : Rest extends `${OneName<Own<R, N>> & string}.*`
      ? FieldDefinition<'one', AnyOperatorName, unknown, unknown, false>
      : FieldAt<S, R, N, Rest>

type RelatedField<S extends Schemas, R, D> =
  D extends RelationDefinition<infer Target, infer Type>
    ? Target extends keyof S
      ? FieldDefinition<
          Type,
          Type extends 'one' ? '$is' : '$some' | '$every' | '$none',
          FieldsFilter<RelatedFields<S, R, Target>>,
          unknown,
          false
        >
      : never
    : never

export type RelatedSchemas<S extends Schemas, R> = {
  readonly [N in keyof S]: Schema<RelatedFields<S, R, N>>
}

const listOf = (names: string | readonly string[]): readonly string[] =>
  typeof names === 'string' ? [names] : names

/** The fields of a relation's keys: columns of their own, of one kind each. */
function keysOf(subject: string, schema: Schema, names: unknown): readonly Field[] {
  const all = typeof names === 'string' || Array.isArray(names) ? listOf(names) : []
  if (all.length === 0) refuse(subject, `expected names of fields, received ${describe(names)}`)
  return all.map((name) => {
    const field = schema.fields.get(name)
    if (field === undefined) return refuseName(subject, 'field', name, [...schema.fields.keys()])
    if (!isOrdered(field.type)) refuse(subject, `${quote(name)} is not a scalar`)
    if (field.wildcard !== undefined) refuse(subject, `${quote(name)} is in a wildcard's JSON`)
    if (field.type.kind.isFolded) refuse(subject, `${quote(name)} ignores case, and keys do not`)
    return field
  })
}

/** A schema with its relations, which are added when all schemas are there. */
interface Related {
  readonly name: string
  readonly schema: Schema
  readonly relations: Map<string, Field>
}

function relationField(
  { name: owner, schema }: Related,
  name: string,
  definition: RelationDefinition,
  all: ReadonlyMap<string, Related>,
): Field {
  const subject = `relation ${quote(`${owner}.${name}`)}`
  onlyKeys(subject, definition, ['type', 'target', 'from', 'to'])
  const { type, target: targetName } = definition
  if (type !== 'one' && type !== 'many') refuse(subject, 'expected one(…) or many(…)')
  if (name === '' || name.includes('.') || name.startsWith('$')) {
    refuse(subject, 'the name of a relation has no dot, and does not begin with $')
  }
  const clash = [...schema.fields.keys(), ...schema.wildcards.keys()].find(
    (field) => field === name || field.startsWith(`${name}.`),
  )
  if (clash !== undefined) refuse(subject, `conflicts with the field ${quote(clash)}`)
  const target = all.get(targetName)
  if (target === undefined) return refuseName(subject, 'schema', targetName, [...all.keys()])
  const from = keysOf(`${subject}: from`, schema, definition.from)
  const to = keysOf(`${subject}: to`, target.schema, definition.to)
  if (from.length !== to.length) refuse(subject, 'from and to have as many fields')
  for (const [i, field] of from.entries()) {
    const other = to[i] as Field
    if (field.type.kind.name === other.type.kind.name) continue
    refuse(subject, `${quote(field.name)} and ${quote(other.name)} are of different kinds`)
  }
  const isMany = type === 'many'
  const operators = isMany ? manyOperators : oneOperators
  const field: Field = {
    ...schema.key,
    name,
    path: [name],
    type: {
      name: type,
      kind: NO_VALUES,
      list: false,
      inside: isMany
        ? { what: 'a list of related rows', operator: '$some' }
        : {
            what: 'a related row, which pages do not contain and filters ask of',
            operator: '$is',
          },
      operators,
      defaultOperators: operators,
    },
    operators: new Set(Object.keys(operators) as (keyof typeof operators)[]),
    sortable: false,
    required: false,
    hidden: false,
    wildcard: undefined,
    elements: target.schema,
  }
  const relation: Relation = {
    ...relatedBy({ name, target: targetName, isMany, from, to }),
    scope: (scopes) => visible(target, scopes),
    apply(operator, condition, scope) {
      const found = (inner: Condition) => some(own, isMany ? '$some' : '$is', inner, scope)
      switch (operator) {
        case '$none':
          return not(found(condition))
        case '$every':
          return not(found(not(condition)))
        case undefined:
          return isTrueOfAbsent(condition) ? not(found(not(condition))) : found(condition)
        default:
          return found(condition)
      }
    },
  }
  for (const each of [...from, ...to]) Object.assign(each, { isLinked: true })
  const own: Field = { ...field, relation }
  return own
}

/** Whether a condition on the value of one field is true where the value is absent. */
function isTrueOfAbsent(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every(isTrueOfAbsent)
    case 'or':
      return condition.conditions.some(isTrueOfAbsent)
    case 'leaf': {
      const { field, operator, operand, negated } = condition
      const record = operatorOf(field.type, operator)
      const isComplement = negated !== (record.complement ?? false)
      return record.test(field.type, operand)(undefined) !== isComplement
    }
    case 'some':
      return condition.negated
    default:
      return refuseCondition(condition)
  }
}

/** What selects the rows of a schema first: its scope, and the conditions of its switches. */
function visible({ name, schema }: Related, scopes: Scopes | undefined): Condition {
  if (schema.scope && scopes?.[name] === undefined) {
    throw new TypeError(`tamis: scopes: ${quote(name)} needs a condition with each query`)
  }
  const switches = [...schema.options].filter(([, option]) => !option.default)
  const conditions = switches.map(([option, own]) => conditionOf(schema, option, own))
  return conjunction([scopes?.[name] ?? TRUE, ...conditions])
}

/** The schemas that a filter can reach from one, itself among them. */
function reachable(from: Related, all: ReadonlyMap<string, Related>): readonly Related[] {
  const reached = new Set([from])
  for (const { relations } of reached) {
    for (const { elements } of relations.values()) {
      for (const each of all.values()) if (each.schema === elements) reached.add(each)
    }
  }
  return [...reached]
}

/** What the relations of all schemas ask of the table of one; of equal fields, once. */
function linksOf(self: Related, all: ReadonlyMap<string, Related>): Links {
  const references: Links['references'][number][] = []
  const uniques = new Map<string, LinkedFields>()
  const lookups = new Map<string, LinkedFields>()
  const { key } = self.schema
  for (const { name: owner, relations } of all.values()) {
    for (const field of relations.values()) {
      const relation = relationOf(field)
      if (relation === undefined) continue
      const { isMany, target, from, to } = relation
      if (owner === self.name && !isMany) references.push({ name: field.name, target, from, to })
      // What the key is part of is unique, and found, by it.
      if (target !== self.name || to.some((each) => each.name === key.name)) continue
      const names = JSON.stringify(to.map(({ name }) => name).sort())
      const found = isMany ? lookups : uniques
      if (!found.has(names)) found.set(names, { relation: `${owner}.${field.name}`, fields: to })
    }
  }
  const isUnique = ([names]: readonly [string, LinkedFields]) => uniques.has(names)
  const sought = [...lookups].filter((each) => !isUnique(each)).map(([, each]) => each)
  return { references, uniques: [...uniques.values()], lookups: sought }
}

function relationsOf(self: Related, all: ReadonlyMap<string, Related>): ScopedRelations {
  let scoped: readonly Related[] | undefined
  let links: Links | undefined
  let paths: { readonly all: readonly string[] | undefined } | undefined
  return {
    named: self.relations,
    through(path) {
      const dot = path.indexOf('.')
      const relation = dot < 0 ? undefined : self.relations.get(path.slice(0, dot))
      if (relation === undefined || relation.type.name !== 'one') return undefined
      return { relation, rest: path.slice(dot + 1) }
    },
    links() {
      links ??= linksOf(self, all)
      return links
    },
    sortField: sortFieldOf(self.schema),
    checkSort: (ordering, filter, report) => checkSort(self.schema, ordering, filter, report),
    sortPaths() {
      paths ??= { all: sortPathsOf(self.schema) }
      return paths.all
    },
    sortValues: ({ dialect, mapping }) =>
      sortValuesOf((path) => endOf(self.schema, path), dialect, mapping),
    scopeOf(scopes = {}) {
      scoped ??= reachable(self, all).filter(({ schema }) => schema.scope)
      const unknown = Object.keys(scopes).find((name) => all.get(name)?.schema.scope !== true)
      if (unknown !== undefined) {
        const names = [...all.values()].filter(({ schema }) => schema.scope).map(({ name }) => name)
        const hint = didYouMean(unknown, names) ?? 'only a schema with `scope: true` takes one'
        throw new TypeError(`tamis: scopes: unknown schema ${quote(unknown)}; ${hint}`)
      }
      const missing = scoped.find(({ name }) => !isPlainObject(scopes[name]))
      if (missing !== undefined) {
        throw new TypeError(
          `tamis: scopes: ${quote(missing.name)} needs a condition with each query: { scopes: { ${missing.name}: condition(…) } }`,
        )
      }
      return self.schema.scope ? (scopes[self.name] ?? TRUE) : TRUE
    },
  }
}

/** A schema of its own, whose fields know its relations. */
function copyOf(schema: Schema): Schema {
  const siblings = new Map<string, Field>()
  for (const [name, field] of schema.key.siblings) siblings.set(name, { ...field, siblings })
  const own = (field: Field): Field => siblings.get(field.name.replace(/\.\*$/, '')) ?? field
  const all = (fields: ReadonlyMap<string, Field>) =>
    new Map([...fields.keys()].map((name) => [name, siblings.get(name) as Field]))
  const structure = {
    ...schema,
    fields: all(schema.fields),
    wildcards: all(schema.wildcards),
    key: own(schema.key),
    defaultSort: schema.defaultSort.map((term) => ({ ...term, field: own(term.field) })),
    sortable: schema.sortable.map(own),
    wildcardFields: new WildcardFields<Field>(),
  }
  return { ...structure, defaultOrdering: totalOrdering(structure, structure.defaultSort) }
}

/**
 * Schemas with relations to each other. They are new schemas: use them in place of those that were
 * handed over.
 *
 * @throws TypeError that names the relation, where it is not valid.
 * @example
 * const { customers, orders } = relate(
 *   { customers: customersOnly, orders: ordersOnly },
 *   {
 *     orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
 *     customers: { orders: many('orders', { from: 'id', to: 'customer_id' }) },
 *   },
 * )
 */
export function relate<const S extends Schemas, const R extends RelationsOf<S>>(
  schemas: S,
  relations: R,
): RelatedSchemas<S, R> {
  const all = new Map<string, Related>()
  for (const [name, schema] of Object.entries(schemas)) {
    const own = new Map<string, Field>()
    const copy = copyOf(schema)
    const related: Related = { name, schema: copy, relations: own }
    Object.assign(copy, { relations: relationsOf(related, all) })
    all.set(name, related)
  }
  onlyKeys('relations', relations, [...all.keys()])
  for (const [owner, definitions] of Object.entries(relations)) {
    const related = all.get(owner)
    if (related === undefined) continue
    if (!isPlainObject(definitions)) refuse('relations', `expected relations of ${quote(owner)}`)
    for (const [name, definition] of Object.entries(definitions)) {
      const field = relationField(related, name, definition as RelationDefinition, all)
      related.relations.set(name, field)
      // Mappings name relations as they do fields.
      ;(related.schema.key.siblings as Map<string, Field>).set(name, field)
    }
  }
  const made = Object.fromEntries([...all].map(([name, { schema }]) => [name, schema]))
  return made as unknown as RelatedSchemas<S, R>
}

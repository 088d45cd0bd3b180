/** The paths through to-one relations that a sort may name. */

import { type Condition, leaf } from '../condition/condition.ts'
import { costOf } from '../condition/cost.ts'
import type { Ordering } from '../condition/ordering.ts'
import { relationOf, throughOf } from '../condition/relation.ts'
import { label, oneOf, quote } from '../error/describe.ts'
import type { Report } from '../parse/report.ts'
import { MOST_PATHS, type ScopedRelations } from '../parse/scopes.ts'
import { unknownField } from '../parse/unknown-field.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { UNLIMITED } from '../schema/limits.ts'
import type { OrderingTerm } from '../schema/ordering-term.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Step, sortedBy } from './sorted.ts'

/** The relations that a path begins with, the fields behind the last, and the rest of the path. */
function wayOf(from: FieldSet, path: string, most: number) {
  const relations: Field[] = []
  let set = from
  let rest = path
  while (relations.length <= most) {
    const step = set.relations?.through(rest)
    if (step?.relation.elements === undefined) break
    relations.push(step.relation)
    set = step.relation.elements
    rest = step.rest
  }
  return { relations, set, rest }
}

const isSortable = ({ sortable, hidden }: Field): boolean => sortable && !hidden

/** The field that a path of a database's record leads to. */
export function endOf(structure: Structure, path: string) {
  const { relations, set, rest } = wayOf(structure, path, structure.limits.relations)
  const end = findField(set, rest, UNLIMITED)
  return relations.length === 0 || typeof end === 'string' ? undefined : { relations, end }
}

/** The field of a sort that goes through relations. */
export function sortFieldOf(structure: Structure): ScopedRelations['sortField'] {
  return (path, { report, scopes, position }) => {
    const { relations: most, segments } = structure.limits
    const { relations, set, rest } = wayOf(structure, path, most)
    if (relations.length > most) {
      return report.add('too_deep', {
        subject: label(path),
        expected: `relations nested at most ${most} deep`,
      })
    }
    const end = findField(set, rest, segments)
    if (end === 'unknown' || end === 'too_deep' || end.hidden) {
      return unknownField(report, set, rest, false)
    }
    if (!end.sortable) {
      const names = [...set.fields.values()].filter(isSortable).map(({ name }) => name)
      const before = path.slice(0, path.length - rest.length)
      const expected = oneOf(names.map((name) => `${before}${name}`))
      return report.add('not_sortable', { subject: quote(path), expected })
    }
    const steps = relations.flatMap((field): Step[] => {
      const relation = relationOf(field)
      return relation === undefined ? [] : [{ field, relation, scope: relation.scope(scopes) }]
    })
    return sortedBy(path, steps as [Step, ...Step[]], end, position)
  }
}

/** What it costs a database to find the value for each row: as much as a condition on it. */
function costOfTerm({ field }: OrderingTerm): number {
  const through = throughOf(field)
  return through === undefined ? 0 : costOf(through.condition((end) => leaf(end, '$exists', true)))
}

/** Reports a sort that costs more, together with the filter, than the schema allows. */
export function checkSort(
  { limits: { cost: most } }: Structure,
  ordering: Ordering,
  filter: Condition,
  report: Report,
): void {
  const own = ordering.reduce((sum, term) => sum + costOfTerm(term), 0)
  const cost = own === 0 ? 0 : own + costOf(filter)
  if (cost <= most) return
  report.enter('sort')
  report.add('too_costly', {
    subject: 'the sort',
    expected: `a cost of at most ${most} together with the filter`,
    received: `${cost}`,
    hint: 'sort by fewer fields of related rows',
  })
  report.leave()
}

/** All paths that a sort may name, nearest first; undefined where they are too many to list. */
export function sortPathsOf(structure: Structure): readonly string[] | undefined {
  const paths: string[] = []
  let level: readonly (readonly [string, FieldSet])[] = [['', structure]]
  for (let depth = 0; depth < structure.limits.relations; depth++) {
    level = level.flatMap(([before, set]) =>
      [...(set.relations?.named.values() ?? [])].flatMap(({ name, type, elements }) =>
        type.name === 'one' && elements !== undefined
          ? [[`${before}${name}.`, elements] as const]
          : [],
      ),
    )
    for (const [before, { fields }] of level) {
      for (const field of fields.values()) if (isSortable(field)) paths.push(before + field.name)
    }
    if (Math.max(level.length, paths.length) > MOST_PATHS) return undefined
  }
  return paths
}

/** Enumerations in SQL. Their values are literals: constraints and indexes take no parameters. */

import { isWithin, type Kind } from '../kinds/kind.ts'
import type { Column, Values } from './dialect.ts'
import { type Fragment, join, sql } from './fragment.ts'
import type { Stored } from './place.ts'

/** A range of a kind with listed values is a membership: the database may order them otherwise. */
export function listedValues(kind: Kind, stored: Values, { truth }: Pick<Column, 'truth'>): Values {
  const { values } = kind
  if (values === undefined) return stored
  return {
    isIn: stored.isIn,
    compare(comparison, constant, negated) {
      if (comparison === '=') return stored.compare(comparison, constant, negated)
      const within = values.filter((each) => isWithin(comparison, kind.compare(each, constant)))
      return within.length === 0 ? truth(negated) : stored.isIn(within, negated)
    },
  }
}

type Literal = (text: string) => Fragment

/** The listed values, separated by commas. */
export const literals = ({ values }: Pick<Stored, 'values'>, literal: Literal): Fragment =>
  join(values.map(literal), sql`, `)

/** Whether a text is one of the listed values. */
export const isListed = (text: Fragment, at: Pick<Stored, 'values'>, literal: Literal): Fragment =>
  sql`${text} IN (${literals(at, literal)})`

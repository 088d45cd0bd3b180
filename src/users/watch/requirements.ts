import type { Condition } from '../../index.ts'

/** A value that a field must have, or hold, for a condition to be true. */
export interface Requirement {
  readonly path: readonly string[]
  readonly value: string | number | boolean
}

type Leaf = Extract<Condition, { kind: 'leaf' }>

/** More are no better than none: a change is quickly judged, and each of them costs memory. */
const MOST = 100

const isPlain = (value: unknown): value is Requirement['value'] =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)

function ofLeaf({ field, operator, operand, negated }: Leaf): readonly Requirement[] | undefined {
  // An instant is written in many ways.
  if (negated || field.type.kind.name === 'timestamp') return undefined
  const isList = Array.isArray(operand)
  switch (operator) {
    case '$eq':
    case '$in':
    case '$contains':
    case '$all': {
      // Every element must be held, so the first is required alone; of a choice, one of them is.
      const values = !isList ? [operand] : operator === '$in' ? operand : operand.slice(0, 1)
      if (values.length === 0 || values.length > MOST || !values.every(isPlain)) return undefined
      return values.map((value) => ({ path: field.path, value }))
    }
    default:
      return undefined
  }
}

/**
 * Values one of which a row must have for a condition to be true of it: as few as there are.
 * Undefined where any row may be one.
 */
export function requirementsOf(condition: Condition): readonly Requirement[] | undefined {
  switch (condition.kind) {
    case 'leaf':
      return ofLeaf(condition)
    case 'and': {
      const all = condition.conditions.map(requirementsOf).filter((each) => each !== undefined)
      return all.sort((one, other) => rank(one) - rank(other))[0]
    }
    case 'or': {
      const all = condition.conditions.map(requirementsOf)
      if (all.some((each) => each === undefined)) return undefined
      const values = all.flatMap((each) => each ?? [])
      return values.length > MOST ? undefined : values
    }
    default:
      return condition satisfies never
  }
}

/** How many rows may have one of the values: a boolean is had by many, an id by one. */
function rank(requirements: readonly Requirement[]): number {
  return requirements.reduce((sum, { path, value }) => {
    if (path[0] === 'id' || path[0] === 'username') return sum + 1
    if (typeof value === 'boolean') return sum + 10_000
    return sum + (path[0] === 'role' ? 1000 : 100)
  }, 0)
}

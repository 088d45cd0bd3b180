import type { Condition } from '../../index.ts'

/** A value that a field must equal or contain for a condition to be true. */
export interface Requirement {
  readonly path: readonly string[]
  readonly value: string | number | boolean
}

type Leaf = Extract<Condition, { kind: 'leaf' }>

/** With more values an index gains nothing, and each of them takes memory. */
const MOST = 100

const isPlain = (value: unknown): value is Requirement['value'] =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)

const membersOf = ({ type: { kind } }: Leaf['field']) =>
  kind.name === 'dynamic' ? kind.members : [kind]

function ofLeaf({ field, operator, operand, negated }: Leaf): readonly Requirement[] | undefined {
  // The same instant, say, can be written in many ways.
  if (negated || membersOf(field).some(({ isRewritten }) => isRewritten)) return undefined
  const isList = Array.isArray(operand)
  switch (operator) {
    case '$eq':
    case '$in':
    case '$contains':
    case '$all': {
      // Of `$in` any one value is required. Of the others all are, so the first one is enough.
      const values = !isList ? [operand] : operator === '$in' ? operand : operand.slice(0, 1)
      if (values.length === 0 || values.length > MOST || !values.every(isPlain)) return undefined
      return values.map((value) => ({ path: field.path, value }))
    }
    default:
      return undefined
  }
}

/**
 * Values of which a row must have one for a condition to be true, as few as possible. Undefined if
 * the condition requires no value.
 */
export function requirementsOf(condition: Condition): readonly Requirement[] | undefined {
  switch (condition.kind) {
    case 'leaf':
      return ofLeaf(condition)
    // No value of the row's own.
    case 'some':
      return undefined
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

/** A rough estimate of how many rows have one of the values. */
function rank(requirements: readonly Requirement[]): number {
  return requirements.reduce((sum, { path, value }) => {
    if (path[0] === 'id' || path[0] === 'username') return sum + 1
    if (typeof value === 'boolean') return sum + 10_000
    return sum + (path[0] === 'role' ? 1000 : 100)
  }, 0)
}

import { describe, oneOf } from '../error/describe.ts'
import type { Family, Kind, Scalar, Test } from './kind.ts'

/** A union of kinds. Values of different members are neither equal nor ordered. */
export interface DynamicKind
  extends Omit<Kind, 'name' | 'family' | 'format' | 'jsonSchema' | 'isRewritten'> {
  readonly name: 'dynamic'
  readonly members: readonly Kind[]
  /** The member that a canonical value belongs to. */
  memberOf(value: Scalar): Kind
}

export type AnyKind = Kind | DynamicKind

function familyOf(value: unknown): Family {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'numeric'
    case 'boolean':
      return 'boolean'
    default:
      // A string, or the Date that a timestamp may be.
      return 'text'
  }
}

/** The members of a dynamic kind, or the kind itself. */
export const membersOf = (kind: AnyKind): readonly Kind[] =>
  kind.name === 'dynamic' ? kind.members : [kind]

/** The kind of a canonical value. */
export const memberOf = (kind: AnyKind, value: Scalar): Kind =>
  kind.name === 'dynamic' ? kind.memberOf(value) : kind

/** Groups canonical values by the member that each belongs to. */
export function byMember(
  kind: AnyKind,
  values: readonly Scalar[],
): readonly (readonly [Kind, readonly Scalar[]])[] {
  if (kind.name !== 'dynamic') return values.length === 0 ? [] : [[kind, values]]
  const groups = new Map<Kind, Scalar[]>()
  for (const value of values) {
    const member = memberOf(kind, value)
    const group = groups.get(member)
    if (group === undefined) groups.set(member, [value])
    else group.push(value)
  }
  return [...groups]
}

/** The union of the members: of texts several, if no text belongs to two of them. */
export function dynamic(members: readonly Kind[]): DynamicKind {
  const byFamily: Record<Family, Kind[]> = { text: [], numeric: [], boolean: [] }
  for (const member of members) {
    byFamily[member.family].push(member)
    if (member.takesNumbers) byFamily.numeric.push(member)
  }

  /** The member that a value belongs to, by what it is as an operand or in a row. */
  function holderOf(value: unknown, as: 'operand' | 'read'): Kind | undefined {
    const candidates = byFamily[familyOf(value)]
    return candidates.length <= 1
      ? candidates[0]
      : candidates.find((member) => member[as](value) !== undefined)
  }

  const hint = members.find((each) => each.hint !== undefined)?.hint
  const values = members.find((each) => each.values !== undefined)?.values
  const kind: DynamicKind = {
    name: 'dynamic',
    members,
    memberOf(value) {
      const member = holderOf(value, 'operand')
      if (member === undefined)
        throw new TypeError(`tamis: expected ${kind.expects}, received ${describe(value)}`)
      return member
    },
    expects: oneOf(members.map((each) => each.expects)),
    ...(hint === undefined ? {} : { hint }),
    ...(values === undefined ? {} : { values }),
    operand: (input) => holderOf(input, 'operand')?.operand(input),
    tooLong(input) {
      const issues = members.map((member) => member.tooLong?.(input))
      return issues.find((each) => each !== undefined)
    },
    read: (value) => holderOf(value, 'read')?.read(value),
    compare: (a, b) => kind.memberOf(a).compare(a, b),
    position: (operand) => kind.memberOf(operand).position(operand),
    range: (comparison, constant) => kind.memberOf(constant).range(comparison, constant),
    equals: (constant) => kind.memberOf(constant).equals(constant),
    among(constants) {
      const tests = byMember(kind, constants).map(([member, values]) => member.among(values))
      const [first] = tests
      if (tests.length === 1) return first as Test
      return (value) => tests.some((holds) => holds(value))
    },
  }
  return kind
}

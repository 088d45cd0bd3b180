import { oneOf } from '../error/describe.ts'
import type { Kind, Scalar, Test } from './kind.ts'

/** A kind made of several: values of different members are never equal and never ordered. */
export interface DynamicKind extends Omit<Kind, 'name'> {
  readonly name: 'dynamic'
  readonly members: readonly Kind[]
}

export type AnyKind = Kind | DynamicKind

/** How JavaScript tells the members apart: at most one of them holds strings, one numbers. */
type Family = 'text' | 'numeric' | 'boolean'

const FAMILY = {
  string: 'text',
  timestamp: 'text',
  integer: 'numeric',
  number: 'numeric',
  numeric: 'numeric',
  boolean: 'boolean',
} as const satisfies Record<Kind['name'], Family>

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

/** The members of a kind: itself, for a kind that is not dynamic. */
export const membersOf = (kind: AnyKind): readonly Kind[] =>
  kind.name === 'dynamic' ? kind.members : [kind]

/** The member that a canonical value belongs to. */
export function memberOf(kind: AnyKind, value: Scalar): Kind {
  if (kind.name !== 'dynamic') return kind
  const family = familyOf(value)
  const member = kind.members.find((each) => FAMILY[each.name] === family)
  if (member === undefined) throw new TypeError(`tamis: no member of ${kind.expects} holds this`)
  return member
}

/** Canonical values, put to the member that each belongs to. */
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

/** Builds a kind of the members, at most one of each family. */
export function dynamic(members: readonly Kind[]): DynamicKind {
  const byFamily: Record<Family, Kind | undefined> = {
    text: undefined,
    numeric: undefined,
    boolean: undefined,
  }
  for (const member of members) byFamily[FAMILY[member.name]] = member

  const kind: DynamicKind = {
    name: 'dynamic',
    members,
    expects: oneOf(members.map((each) => each.expects)),
    operand: (input) => byFamily[familyOf(input)]?.operand(input),
    read: (value) => byFamily[familyOf(value)]?.read(value),
    compare: (a, b) => memberOf(kind, a).compare(a, b),
    position: (operand) => memberOf(kind, operand).position(operand),
    range: (comparison, constant) => memberOf(kind, constant).range(comparison, constant),
    equals: (constant) => memberOf(kind, constant).equals(constant),
    among(constants) {
      const tests = byMember(kind, constants).map(([member, own]) => member.among(own))
      const [first] = tests
      if (tests.length === 1) return first as Test
      return (value) => tests.some((holds) => holds(value))
    },
  }
  return kind
}

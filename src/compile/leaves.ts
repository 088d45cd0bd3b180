import type { AnyOperatorName } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'
import type { LeafCode } from './leaf.ts'

/** How leaves reach a field, and which copy of the code those of each operator run. */
export interface LeafField {
  /** The key of the object in the row that holds the value; undefined where that is the row. */
  readonly outer: string | undefined
  readonly key: string
  /** Whether the copies cannot reach it: it is further inside, or has a name that every object has. */
  readonly isGeneric: boolean
  readonly isWildcard: boolean
  readonly copies: Map<AnyOperatorName, number>
}

/** How many paths are remembered; bounded, for clients can make up paths. */
const MOST_PATHS = 1000

/** By path, so that fields of one name in several schemas share their copies. */
const byPath = new Map<string, LeafField>()
const byField = new WeakMap<Field, LeafField>()

export function leafFieldOf(field: Field): LeafField {
  const known = byField.get(field)
  if (known !== undefined) return known
  const path = JSON.stringify([field.wildcard, ...field.path])
  const made = byPath.get(path) ?? leafField(field)
  if (byPath.size < MOST_PATHS) byPath.set(path, made)
  byField.set(field, made)
  return made
}

function leafField({ path, wildcard }: Field): LeafField {
  const [first = '', second] = path
  const [outer, key] = second === undefined ? [undefined, first] : [first, second]
  const isGeneric = path.length > 2 || path.some((each) => each in Object.prototype)
  const isWildcard = wildcard !== undefined
  return { outer, key, isGeneric, isWildcard, copies: new Map() }
}

/**
 * Assigns copies round robin: when all are taken, the first is used again, which is slower and not
 * wrong. Fields of wildcards, whose names clients make up, have a quarter of the copies to
 * themselves, so that they cannot use up the others'.
 */
class RoundRobin {
  #literals = 0
  #wildcards = 0

  next(isWildcard: boolean, copies: number): number {
    const quarter = Math.floor(copies / 4)
    if (isWildcard && quarter > 0) return this.#wildcards++ % quarter
    return quarter + (this.#literals++ % (copies - quarter))
  }
}

const assigned = /* @__PURE__ */ new RoundRobin()

/** The copies of one kind of leaf, each made when it is first assigned. */
export class Copies<T> {
  readonly #factories: readonly (() => LeafCode<T>)[]
  readonly #made: LeafCode<T>[] = []

  constructor(factories: readonly (() => LeafCode<T>)[]) {
    this.#factories = factories
  }

  /** The copy that the leaves of a field and an operator run. */
  of({ copies, isWildcard }: LeafField, operator: AnyOperatorName): LeafCode<T> {
    let index = copies.get(operator)
    if (index === undefined) {
      index = assigned.next(isWildcard, this.#factories.length)
      copies.set(operator, index)
    }
    this.#made[index] ??= this.#factories[index]!()
    return this.#made[index]!
  }
}

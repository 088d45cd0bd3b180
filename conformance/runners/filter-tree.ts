import { Unsupported } from './protocol.ts'

/** A filter as a tree, for libraries that spell filters in another way. */
export type Tree<T> = {
  and(all: readonly T[]): T
  or(all: readonly T[]): T
  not(one: T): T
  /** One operator on one field. @throws Unsupported for what the library has no words for */
  leaf(field: string, operator: string, operand: unknown): T
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new Unsupported('expected a list')
}

/** Builds a filter of another spelling. */
export function translated<T>(filter: unknown, tree: Tree<T>): T {
  if (!isObject(filter)) throw new Unsupported('expected an object')
  return joined(
    Object.entries(filter).map(([key, value]) => {
      const inner = () => listOf(value).map((each) => translated(each, tree))
      if (key === '$and') return tree.and(inner())
      if (key === '$or') return tree.or(inner())
      if (key === '$nor') return tree.not(tree.or(inner()))
      if (key.startsWith('$')) throw new Unsupported(`no ${key}`)
      return ofField(key, value, tree)
    }),
    tree,
  )
}

function ofField<T>(field: string, value: unknown, tree: Tree<T>): T {
  if (!isObject(value)) return tree.leaf(field, '$eq', value)
  return joined(
    Object.entries(value).map(([operator, operand]) =>
      operator === '$not'
        ? tree.not(ofField(field, operand, tree))
        : tree.leaf(field, operator, operand),
    ),
    tree,
  )
}

const joined = <T>(all: readonly T[], tree: Tree<T>): T => {
  const [only] = all
  return only !== undefined && all.length === 1 ? only : tree.and(all)
}

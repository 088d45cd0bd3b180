import { type Condition, refuseCondition } from '../condition/condition.ts'
import { printTimed } from '../condition/print.ts'
import type { Query } from '../parse/query.ts'
import { toJson } from './output.ts'

interface Tree {
  readonly label: string
  readonly branches: readonly Tree[]
}

function treeOf(condition: Condition): Tree {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const { kind, conditions } = condition
      if (conditions.length === 0) {
        return { label: kind === 'and' ? 'every row' : 'no row', branches: [] }
      }
      const label = kind === 'and' ? 'all of' : 'any of'
      return { label, branches: conditions.map(treeOf) }
    }
    case 'leaf': {
      const { field, operator, negated, timed } = condition
      const operand = timed === undefined ? condition.operand : printTimed(timed)
      const { type: fieldType, elements } = field
      const name = elements === undefined ? fieldType.kind.name : 'objects'
      const type = fieldType.list ? `list of ${name}` : name
      const label = `${negated ? 'not ' : ''}${field.name} ${operator} ${toJson(operand)}  (${type})`
      return { label, branches: [] }
    }
    case 'some': {
      const { field, operator, condition: inner, negated } = condition
      const label = `${negated ? 'not ' : ''}${field.name} ${operator}  (${field.relation === undefined ? 'list of objects' : 'related rows'})`
      return { label, branches: [treeOf(inner)] }
    }
    default:
      return refuseCondition(condition)
  }
}

function* lines({ label, branches }: Tree, first: string, rest: string): Generator<string> {
  yield `${first}${label}`
  for (const [i, branch] of branches.entries()) {
    const isLast = i === branches.length - 1
    yield* lines(branch, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`)
  }
}

/** A query as text: its condition as a tree, its order, its page. */
export function explain({ condition, ordering, limit, offset }: Query): string {
  const order = ordering.map(({ field, direction, nulls }) => {
    const own = `${field.name} ${direction === 1 ? 'ascending' : 'descending'}`
    return nulls === undefined ? own : `${own} nulls ${nulls}`
  })
  return [
    ...lines(treeOf(condition), '', ''),
    `order: ${order.join(', ')}`,
    `page: ${limit} row${limit === 1 ? '' : 's'} from ${offset}`,
  ].join('\n')
}

import { chain } from './balance.ts'
import type { Column } from './dialect.ts'
import type { Syntax } from './syntax.ts'
import { AND, OR } from './values.ts'

/** The methods of `Column` that are the same for every column. */
export const logicOf = ({ truth }: Syntax): Pick<Column, 'truth' | 'either'> => ({
  truth,
  either: (conditions, negated) => chain(conditions, negated ? AND : OR),
})

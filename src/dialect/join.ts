import type { Dialect } from './dialect.ts'
import { type Fragment, join, sql, word } from './fragment.ts'
import { AND } from './values.ts'

/** Joins the related row by its keys, which are unique: each row stays one. */
export const leftJoin: NonNullable<Dialect<unknown>['joinRelated']> = (
  { from, keys, condition },
  values,
  alias,
) => {
  const names = keys.map((_, i) => word(`key_${i}`))
  const columns = [
    ...keys.map(({ other }, i) => sql`${other} AS ${names[i] as Fragment}`),
    ...values.map(({ value, name }) => sql`${value} AS ${name}`),
  ]
  const isRelated = keys.map(({ own }, i) => sql`${alias}.${names[i] as Fragment} = ${own}`)
  return sql` LEFT JOIN (SELECT ${join(columns, sql`, `)} FROM ${from} WHERE ${condition}) AS ${alias} ON ${join(isRelated, AND)}`
}

import { collated, NOT_NULL } from './column-text.ts'
import type { ColumnFacts } from './facts.ts'
import type { Fact } from './records.ts'

/** A default as a statement takes it: an expression in parentheses. */
const isConstant = (text: string): boolean =>
  /^(b?'([^'\\]|''|\\.)*'|-?[\d.]+(e[-+]?\d+)?|null|(current_timestamp|now)(\(\d*\))?)$/is.test(
    text,
  )

/** The column as MODIFY COLUMN takes it: what is left out there is lost. */
export function definitionOf(row: Fact, facts: ColumnFacts, checks: readonly string[]): string {
  const { type, charset, collation, nullable, generated } = facts
  const extra = row.text('extra')
  const comment = row.maybe('comment') ?? ''
  const written = facts.default
  return [
    type.text,
    ...(charset === undefined || type.name === 'json' ? [] : [`CHARACTER SET ${charset}`]),
    ...(collation === undefined || type.name === 'json' ? [] : [collated(collation.name)]),
    ...(generated === undefined
      ? []
      : [`GENERATED ALWAYS AS (${generated}) ${/stored/i.test(extra) ? 'STORED' : 'VIRTUAL'}`]),
    ...(nullable ? [] : [NOT_NULL]),
    ...(written === undefined ? [] : [`DEFAULT ${isConstant(written) ? written : `(${written})`}`]),
    ...(/on update \S+/i.exec(extra) ?? []),
    ...(facts.identity ? ['AUTO_INCREMENT'] : []),
    ...(comment === ''
      ? []
      : [`COMMENT '${comment.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`]),
    ...checks.map((check) => `CHECK (${check})`),
  ].join(' ')
}

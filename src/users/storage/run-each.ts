import { CompiledQuery, type Transaction } from 'kysely'
import type { Statement } from '../../index.ts'
import type { Connected } from './connect.ts'
import { repeated } from './pool.ts'
import type { Tables } from './tables.ts'

/** The statements of one input; several inputs mostly have the same texts. */
export interface Work<T> {
  readonly of: T
  readonly statements: readonly Statement[]
}

/**
 * Runs the statements of several inputs in a transaction. Statements with the same text run one after
 * another, each text when it is first needed; the statements of different inputs must not depend on
 * each other. Where the connection can, each text is sent once: sending takes longer than writing a row.
 *
 * @throws the first error, as `failed` makes it of an error and the input.
 */
export async function runEach<T>(
  { runsEach }: Pick<Connected, 'runsEach'>,
  transaction: Transaction<Tables>,
  all: readonly Work<T>[],
  failed: (error: unknown, of: T) => unknown,
): Promise<void> {
  if (!runsEach) {
    for (const { of, statements } of all) {
      try {
        for (const { text, params } of statements) {
          await transaction.executeQuery(CompiledQuery.raw(text, [...params]))
        }
      } catch (error) {
        throw failed(error, of)
      }
    }
    return
  }
  const groups = new Map<string, { of: T; params: readonly unknown[] }[]>()
  for (const { of, statements } of all) {
    for (const { text, params } of statements) {
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [{ of, params }])
      else group.push({ of, params })
    }
  }
  for (const [text, group] of groups) {
    try {
      await transaction.executeQuery(
        repeated(
          text,
          group.map(({ params }) => params),
        ),
      )
    } catch (error) {
      const { at }: { at?: unknown } = Object(error)
      const found = typeof at === 'number' ? group[at] : undefined
      throw found === undefined ? error : failed(error, found.of)
    }
  }
}

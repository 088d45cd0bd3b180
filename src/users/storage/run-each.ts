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
 * Runs the statements of several inputs in a transaction. The statements of different inputs must not
 * depend on each other. Where the connection can, each text is sent once for the inputs that have the
 * same texts: sending takes longer than writing a row.
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
  // An input's statements depend on those before them, so that only inputs with the same list of texts
  // are run together.
  const groups = new Map<string, Work<T>[]>()
  for (const work of all) {
    const texts = JSON.stringify(work.statements.map(({ text }) => text))
    const group = groups.get(texts)
    if (group === undefined) groups.set(texts, [work])
    else group.push(work)
  }
  for (const group of groups.values()) {
    for (const [i, { text }] of (group[0]?.statements ?? []).entries()) {
      const lists = group.map(({ statements }) => statements[i]?.params ?? [])
      try {
        await transaction.executeQuery(repeated(text, lists))
      } catch (error) {
        const { at }: { at?: unknown } = Object(error)
        const found = typeof at === 'number' ? group[at] : undefined
        throw found === undefined ? error : failed(error, found.of)
      }
    }
  }
}

import { CompiledQuery, type Insertable, type Transaction } from 'kysely'
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
 * Inserts rows that have the same columns in the same order. Where the connection can, one statement
 * of one row is run for each of them: a text with many rows takes longer to make and to prepare.
 */
export async function insertAll<K extends keyof Tables>(
  { runsEach }: Pick<Connected, 'runsEach'>,
  transaction: Transaction<Tables>,
  table: K,
  rows: readonly Insertable<Tables[K]>[],
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  if (!runsEach) {
    await transaction.insertInto(table).values(rows).execute()
    return
  }
  const { sql } = transaction.insertInto(table).values(first).compile()
  await transaction.executeQuery(
    repeated(
      sql,
      rows.map((row) => Object.values(row)),
    ),
  )
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
  const groups: Work<T>[][] = []
  for (const work of all) {
    const group = groups.find(([first]) => first !== undefined && hasSameTexts(work, first))
    if (group === undefined) groups.push([work])
    else group.push(work)
  }
  for (const group of groups) {
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

/** Whether the texts are the same. They are rendered once for each shape, so that most are identical. */
const hasSameTexts = ({ statements }: Work<unknown>, other: Work<unknown>): boolean =>
  statements.length === other.statements.length &&
  statements.every(({ text }, i) => text === other.statements[i]?.text)

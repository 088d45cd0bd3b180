import type { Params, SomeStatement } from './engines/engine.ts'

/** SQLite takes 32,766 parameters in a statement, ClickHouse 256 kB of text. */
const MOST_PARAMETERS = 32_000
const MOST_TEXT = 200_000
const MOST_ROWS = 500

/** The parameters of several conditions or rows, whose numbers or names follow each other. */
export const joined = (all: readonly Params[]): Params =>
  all.every(Array.isArray) ? all.flat() : Object.assign({}, ...all)

/**
 * INSERTs of one row each into the same columns, as few with many rows: each costs a round trip. Only
 * what is behind VALUES may differ: ClickHouse's placeholders say the types of the values.
 */
export function* together(inserts: readonly SomeStatement[]): Generator<SomeStatement> {
  const [, head = '', first = ''] = partsOf(inserts[0])
  const size = Object.keys(inserts[0]?.params ?? []).length
  const byParameters = Math.floor(MOST_PARAMETERS / size)
  const byText = Math.floor(MOST_TEXT / first.length)
  const most = Math.max(1, Math.min(MOST_ROWS, byParameters, byText))
  for (let start = 0; start < inserts.length; start += most) {
    const batch = inserts.slice(start, start + most)
    const values = batch.map((insert, i) => shifted(partsOf(insert)[2] ?? '', i * size))
    const params = batch.map((insert, i) => renamed(insert.params, i * size))
    yield { text: head + values.join(', '), params: joined(params) }
  }
}

const partsOf = (insert: SomeStatement | undefined): readonly string[] =>
  /^(.*? VALUES )(.*)$/s.exec(insert?.text ?? '') ?? []

/** PostgreSQL's placeholders have numbers, ClickHouse's names with numbers. */
const shifted = (row: string, by: number): string =>
  row.replace(/(\$|\{p)(\d+)/g, (_, mark, number) => `${mark}${by + Number(number)}`)

const renamed = (params: Params, by: number): Params =>
  Array.isArray(params)
    ? params
    : Object.fromEntries(
        Object.entries(params).map(([name, value]) => [`p${by + Number(name.slice(1))}`, value]),
      )

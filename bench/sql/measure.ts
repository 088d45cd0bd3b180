import { compileFilter, compileQuery, pageOf, parseFilter, parseQuery, readRow } from 'tamis'
import type { Connection, SomeStatement } from '../../test/support/engines/engine.ts'
import type { SqlDatabase } from './databases.ts'
import {
  type Expert,
  QUESTIONS,
  type Row,
  SELECTED,
  type SqlQuestion,
  schema,
} from './questions.ts'

const LIMIT = 30
/** What takes longer than this runs in fewer rounds, in milliseconds. */
const SLOW = 1000
const SLOW_ROUNDS = 5

export interface SqlResult {
  readonly question: string
  /** How many rows were found, or what was counted. */
  readonly found: number
  /** Medians, in milliseconds. */
  readonly tamis: number
  readonly expert: number
  /** The median of the rounds' ratios. */
  readonly ratio: number
  /** Whether the table is read from end to end. */
  readonly scans: boolean
  readonly onlyOursScans: boolean
}

interface Settings {
  readonly rows: number
  readonly rounds: number
  show(result: SqlResult): void
}

/** Makes the table, checks that both statements of each question find the same, and times them. */
export async function askDatabase(
  database: SqlDatabase,
  settings: Settings,
): Promise<{ version: string; results: readonly SqlResult[] }> {
  const connection = await database.connect()
  try {
    for (const statement of database.fill(settings.rows)) await connection.exec(statement)
    const [version = {}] = await connection.all({ text: database.version, params: [] })
    const results: SqlResult[] = []
    for (const question of QUESTIONS) {
      const result = await time(await pairOf(database, connection, question, settings.rows), {
        database,
        connection,
        question,
        rounds: settings.rounds,
      })
      settings.show(result)
      results.push(result)
    }
    return { version: String(Object.values(version)[0]), results }
  } finally {
    await connection.close()
  }
}

interface Pair {
  readonly tamis: SomeStatement
  readonly expert: SomeStatement
}

async function pairOf(
  { dialect, mapping, spelling }: SqlDatabase,
  connection: Connection,
  question: SqlQuestion,
  rows: number,
): Promise<Pair> {
  const target = { dialect, mapping, table: 'people', select: SELECTED }
  if (question.isCount) {
    const { text, params } = compileFilter(parseFilter(schema, question.payload), target)
    const expert = numbered(
      `SELECT count(*) AS found FROM people`,
      question.expert(spelling, undefined),
    )
    return { tamis: { text: `SELECT count(*) AS found FROM people WHERE ${text}`, params }, expert }
  }
  const { behind } = question
  let payload: Readonly<Record<string, unknown>> = { ...question.payload, limit: LIMIT }
  let row: Row | undefined
  if (behind !== undefined) {
    const offset = Math.floor((behind * rows) / 1_000_000)
    const query = parseQuery(schema, { ...question.payload, limit: 1, offset })
    const read = readRow(schema, { dialect, mapping })
    const found = (await connection.all(compileQuery(query, { ...target, lookAhead: true }))).map(
      read,
    )
    const page = pageOf(query, found)
    row = page.items[0] as Row
    payload = { ...payload, next: page.next }
  }
  const { offset = 0 } = payload
  const cut = `LIMIT ${LIMIT} OFFSET ${offset}`
  const own = question.expert(spelling, row)
  const columns = SELECTED.join(', ')
  return {
    tamis: compileQuery(parseQuery(schema, payload), target),
    expert: numbered(`SELECT ${columns} FROM people`, { ...own, text: `${own.text} ${cut}` }),
  }

  function numbered(head: string, { text, params = [] }: Expert): SomeStatement {
    let index = 0
    const marked = text.replaceAll('?', () => spelling.placeholder(++index))
    return { text: `${head} ${marked}`, params: params as never }
  }
}

interface Asked {
  readonly database: SqlDatabase
  readonly connection: Connection
  readonly question: SqlQuestion
  readonly rounds: number
}

async function time(pair: Pair, asked: Asked): Promise<SqlResult> {
  const { connection, question } = asked
  const answer = (rows: readonly Record<string, unknown>[]): string =>
    rows.map(({ id, found }) => String(question.isCount ? found : id)).join(' ')
  const run = async (statement: SomeStatement) => {
    const start = performance.now()
    const rows = await connection.all(statement)
    return { rows, took: performance.now() - start }
  }
  const first = await run(pair.tamis)
  const theirs = await run(pair.expert)
  if (answer(first.rows) !== answer(theirs.rows)) {
    throw new Error(
      `${asked.database.name}: ${question.name}: different rows\n${pair.tamis.text}\n  ${answer(first.rows)}\n${pair.expert.text}\n  ${answer(theirs.rows)}`,
    )
  }
  const isSlow = Math.max(first.took, theirs.took) > SLOW
  const took = { tamis: [] as number[], expert: [] as number[], ratio: [] as number[] }
  for (let round = 0; round < (isSlow ? SLOW_ROUNDS : asked.rounds); round++) {
    const [own, other] =
      round % 2 === 0
        ? [(await run(pair.tamis)).took, (await run(pair.expert)).took]
        : [(await run(pair.expert)).took, (await run(pair.tamis)).took].reverse()
    took.tamis.push(own as number)
    took.expert.push(other as number)
    took.ratio.push((own as number) / (other as number))
  }
  const scans = await scansTable(asked, pair.tamis)
  return {
    question: question.name,
    found: question.isCount ? Number(first.rows[0]?.found) : first.rows.length,
    tamis: median(took.tamis),
    expert: median(took.expert),
    ratio: median(took.ratio),
    scans,
    onlyOursScans: scans && !(await scansTable(asked, pair.expert)),
  }
}

async function scansTable({ database, connection }: Asked, statement: SomeStatement) {
  const [plan] = await database.explain(connection, statement)
  return plan?.scanned.includes('people') === true
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

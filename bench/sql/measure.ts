import { compileCount, compileQuery, pageOf, parseQuery, readRow } from 'tamis'
import type { Connection, SomeStatement } from '../../test/support/engines/engine.ts'
import type { Plan } from '../../test/support/plans.ts'
import type { Expert, Row, SqlSet } from './asked.ts'
import type { SqlDatabase } from './databases.ts'

const LIMIT = 30
/** What takes longer than this runs in fewer rounds, in milliseconds. */
const SLOW = 1000
const SLOW_ROUNDS = 5
/** And what takes longer than this, once more. */
const SLOWEST = 3000

export interface SqlResult {
  readonly question: string
  /** How many rows were found, or what was counted. */
  readonly found: number
  /** Medians, in milliseconds. */
  readonly tamis: number
  readonly expert: number
  /** The median of the rounds' ratios. */
  readonly ratio: number
  /** Whether a large table is read from end to end. */
  readonly scans: boolean
  readonly onlyOursScans: boolean
  readonly plans: { readonly tamis: Plan; readonly expert: Plan }
}

interface Settings {
  readonly rows: number
  readonly rounds: number
  show(result: SqlResult): void
}

/** The results of a set of tables and questions. */
export interface SetResult {
  readonly set: SqlSet
  readonly results: readonly SqlResult[]
}

/** Makes the tables, checks that both statements of each question find the same, and times them. */
export async function askDatabase(
  database: SqlDatabase,
  sets: readonly SqlSet[],
  { rows, rounds, show }: Settings,
): Promise<{ version: string; answered: readonly SetResult[] }> {
  const answered: SetResult[] = []
  let version = ''
  // Tables of one set are gone when those of the next are made: they do not share the memory.
  for (const set of sets) {
    const connection = await database.connect()
    try {
      for (const statement of set.fill(database, rows)) await connection.exec(statement)
      const [own = {}] = await connection.all({ text: database.version, params: [] })
      version = String(Object.values(own)[0])
      const results: SqlResult[] = []
      for (const question of set.questions) {
        const asked = { database, connection, question, rounds, large: set.large }
        const result = await time(await pairOf(asked, rows), asked)
        show(result)
        results.push(result)
      }
      answered.push({ set, results })
    } finally {
      await connection.close()
    }
  }
  return { version, answered }
}

interface Pair {
  readonly tamis: SomeStatement
  readonly expert: SomeStatement
}

interface Asked {
  readonly database: SqlDatabase
  readonly connection: Connection
  readonly question: SqlSet['questions'][number]
  readonly rounds: number
  readonly large: readonly string[]
}

async function pairOf({ database, connection, question }: Asked, rows: number): Promise<Pair> {
  const { dialect, spelling } = database
  const { schema, table, selected, scopes } = question.about
  const mapping = question.about.mapping(database)
  const target = { dialect, mapping, table, select: selected }
  const options = { scopes }
  const numbered = (what: (alias: string) => string, own: Expert): SomeStatement => {
    const { text, params = [], from = table, alias = table } = own
    let index = 0
    const marked = text.replaceAll('?', () => spelling.placeholder(++index))
    return { text: `SELECT ${what(alias)} FROM ${from} ${marked}`, params: params as never }
  }
  if (question.isCount) {
    const query = parseQuery(schema, { filter_conditions: question.payload }, options)
    const own = question.expert(spelling, undefined)
    return {
      tamis: compileCount(query, { dialect, mapping, table }),
      expert: numbered(() => 'count(*) AS total', own),
    }
  }
  const { behind } = question
  let payload: Readonly<Record<string, unknown>> = { ...question.payload, limit: LIMIT }
  let row: Row | undefined
  if (behind !== undefined) {
    const offset = Math.floor((behind * rows) / 1_000_000)
    const query = parseQuery(schema, { ...question.payload, limit: 1, offset }, options)
    const read = readRow(schema, { dialect, mapping })
    const found = (await connection.all(compileQuery(query, { ...target, lookAhead: true }))).map(
      read,
    )
    const page = pageOf(query, found)
    row = page.items[0] as unknown as Row
    payload = { ...payload, next: page.next }
  }
  const { offset = 0 } = payload
  const cut = `LIMIT ${LIMIT} OFFSET ${offset}`
  const own = question.expert(spelling, row)
  const columns = (alias: string) => selected.map((name) => `${alias}.${name}`).join(', ')
  return {
    tamis: compileQuery(parseQuery(schema, payload, options), target),
    expert: numbered(columns, { ...own, text: `${own.text} ${cut}` }),
  }
}

async function time(pair: Pair, asked: Asked): Promise<SqlResult> {
  const { connection, question } = asked
  const answer = (rows: readonly Record<string, unknown>[]): string =>
    rows.map(({ id, total }) => String(question.isCount ? total : id)).join(' ')
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
  const slower = Math.max(first.took, theirs.took)
  const most = slower > SLOWEST ? 1 : slower > SLOW ? SLOW_ROUNDS : asked.rounds
  const took = { tamis: [] as number[], expert: [] as number[], ratio: [] as number[] }
  for (let round = 0; round < Math.min(most, asked.rounds); round++) {
    const [own, other] =
      round % 2 === 0
        ? [(await run(pair.tamis)).took, (await run(pair.expert)).took]
        : [(await run(pair.expert)).took, (await run(pair.tamis)).took].reverse()
    took.tamis.push(own as number)
    took.expert.push(other as number)
    took.ratio.push((own as number) / (other as number))
  }
  const plans = { tamis: await planOf(asked, pair.tamis), expert: await planOf(asked, pair.expert) }
  const scans = scansLarge(plans.tamis, asked.large)
  return {
    question: question.name,
    found: question.isCount ? Number(first.rows[0]?.total) : first.rows.length,
    tamis: median(took.tamis),
    expert: median(took.expert),
    ratio: median(took.ratio),
    scans,
    onlyOursScans: scans && !scansLarge(plans.expert, asked.large),
    plans,
  }
}

async function planOf({ database, connection }: Asked, statement: SomeStatement): Promise<Plan> {
  const [plan] = await database.explain(connection, statement)
  if (plan === undefined) throw new Error(`${database.name}: no plan of ${statement.text}`)
  return plan
}

/** Whether one of the tables is read from end to end. SQLite and MySQL name them by their aliases. */
function scansLarge({ scanned, text }: Plan, large: readonly string[]): boolean {
  const aliases = [...text.matchAll(/(\w+)["`]? AS ["`]?(\w+)/g)]
  const tables = new Map(aliases.map(([, table = '', alias = '']) => [alias, table]))
  return scanned.some((name) => large.includes(tables.get(name) ?? name))
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

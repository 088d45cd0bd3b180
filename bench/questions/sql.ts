import { createRequire } from 'node:module'
import { compileQuery, parseQuery } from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { measure } from '../measure.ts'
import { isInstalled } from '../peers.ts'
import { type Question, within } from '../question.ts'

const require = createRequire(import.meta.url)

const PAYLOAD = {
  filter_conditions: {
    role: { $in: ['admin', 'moderator'] },
    'custom.age': { $gte: 18 },
    created_at: { $gt: '2025-01-01T00:00:00Z' },
  },
  sort: [{ created_at: -1 }],
  limit: 30,
  include_deactivated_users: true,
} as const

type Payload = typeof PAYLOAD
const COPIES = 256

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What can be done with no check at all: whatever the client sends is in the text. */
function concatenated({ filter_conditions, sort, limit }: Payload): string {
  const params: unknown[] = []
  const conditions: string[] = []
  for (const [name, operators] of Object.entries(filter_conditions)) {
    const column = name.startsWith('custom.')
      ? `json_extract(custom, '$.${name.slice(7)}')`
      : quoted(name)
    for (const [operator, operand] of Object.entries(operators)) {
      if (Array.isArray(operand)) {
        params.push(...operand)
        conditions.push(`${column} IN (${operand.map(() => '?').join(', ')})`)
      } else {
        params.push(operand)
        conditions.push(`${column} ${operator === '$gte' ? '>=' : '>'} ?`)
      }
    }
  }
  const order = sort.flatMap((term) =>
    Object.entries(term).map(
      ([name, direction]) => `${quoted(name)} ${direction === -1 ? 'DESC' : 'ASC'}`,
    ),
  )
  params.push(limit)
  const text = `SELECT * FROM users WHERE ${conditions.join(' AND ')} ORDER BY ${order.join(', ')} LIMIT ?`
  return params.length > 0 ? text : ''
}

/** Whether there is a text; it is searched, so that it is written out as for a driver. */
const said = (text: string): string => (text.includes('created_at') ? 'SQL' : 'none')

async function peers(): Promise<Record<string, (payload: Payload) => string>> {
  if (!isInstalled) return {}
  const load = async (name: string) =>
    (await import(require.resolve(name))) as Record<string, never>
  // biome-ignore lint/suspicious/noExplicitAny: packages whose types this repository does not have
  const any = async (name: string): Promise<any> => load(name)
  const kysely = await any('kysely')
  const knexPackage = await any('knex')
  const ucastMongo = await any('@ucast/mongo')
  const ucastSql = await any('@ucast/sql')
  const pgCore = await any('drizzle-orm/pg-core')
  const drizzle = await any('drizzle-orm')

  const db = new kysely.Kysely({
    dialect: {
      createAdapter: () => new kysely.SqliteAdapter(),
      createDriver: () => new kysely.DummyDriver(),
      createIntrospector: (own: unknown) => new kysely.SqliteIntrospector(own),
      createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
    },
  })
  const knex = knexPackage.default({ client: 'pg' })
  const parser = new ucastMongo.MongoQueryParser(ucastMongo.allParsingInstructions)
  const interpret = ucastSql.createSqlInterpreter({
    in: ucastSql.within,
    gte: ucastSql.gte,
    gt: ucastSql.gt,
    and: ucastSql.and,
  })
  const dialects = ucastSql.createDialects({ joinRelation: () => false })
  const users = pgCore.pgTable('users', {
    id: pgCore.text('id'),
    role: pgCore.text('role'),
    custom: pgCore.jsonb('custom'),
    created_at: pgCore.text('created_at'),
  })
  const builder = new pgCore.QueryBuilder()

  return {
    'kysely, by hand': ({ filter_conditions: filter, limit }) =>
      db
        .selectFrom('users')
        .selectAll()
        .where('role', 'in', filter.role.$in)
        .where(kysely.sql`json_extract(custom, '$.age')`, '>=', filter['custom.age'].$gte)
        .where('created_at', '>', filter.created_at.$gt)
        .orderBy('created_at', 'desc')
        .limit(limit)
        .compile().sql,
    'drizzle, by hand': ({ filter_conditions: filter, limit }) =>
      builder
        .select()
        .from(users)
        .where(
          drizzle.and(
            drizzle.inArray(users.role, filter.role.$in),
            drizzle.gte(drizzle.sql`(${users.custom}->>'age')::int`, filter['custom.age'].$gte),
            drizzle.gt(users.created_at, filter.created_at.$gt),
          ),
        )
        .orderBy(drizzle.desc(users.created_at))
        .limit(limit)
        .toSQL().sql,
    'knex, by hand': ({ filter_conditions: filter, limit }) =>
      knex('users')
        .whereIn('role', filter.role.$in)
        .whereRaw(`(custom->>'age')::int >= ?`, [filter['custom.age'].$gte])
        .where('created_at', '>', filter.created_at.$gt)
        .orderBy('created_at', 'desc')
        .limit(limit)
        .toSQL().sql,
    '@ucast/sql, filter alone': ({ filter_conditions }) =>
      interpret(parser.parse(filter_conditions), dialects.pg, {})[0],
  }
}

export const sql: Question = {
  title: 'A fresh query to SQL: parsed, checked, compiled',
  text: 'Filter (`$in`, a custom number, a timestamp), sort and limit. The first contender checks nothing and lets a client write SQL. Nanoseconds are per query.',
  async ask(run) {
    const text = JSON.stringify(PAYLOAD)
    const copies = Array.from({ length: COPIES }, () => JSON.parse(text) as Payload)
    let next = 0
    const fresh = () => copies[next++ % COPIES] as Payload
    const mapping = { custom: { column: 'custom', index: ['age'] } }
    const tamis = (dialect: typeof sqlite) => () =>
      said(
        compileQuery(parseQuery(usersSchema, fresh()), { dialect, table: 'users', mapping }).text,
      )
    const contenders: Record<string, () => unknown> = {
      'concatenated, unchecked': () => said(concatenated(fresh())),
      'tamis to SQLite': tamis(sqlite),
      'tamis to PostgreSQL': tamis(postgres),
      'tamis, parsed and checked alone': () =>
        parseQuery(usersSchema, fresh()).limit === 30 ? 'SQL' : 'none',
    }
    for (const [name, compile] of Object.entries(run.quick ? {} : await peers())) {
      contenders[name] = () => said(compile(fresh()))
    }
    return [
      {
        name: 'a query',
        measured: measure(contenders, 1, run),
        goals: [
          within(1500, 'SQL for SQLite', 'tamis to SQLite'),
          within(1500, 'SQL for PostgreSQL', 'tamis to PostgreSQL'),
        ],
      },
    ]
  },
}

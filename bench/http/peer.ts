/**
 * The servers beside which `tamis serve` is measured, each in a process of its own: one that answers
 * from memory, one that asks a database with the driver alone, and one that writes users by hand.
 */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'

/** What a peer is told when it starts. */
export type Orders =
  /** Answers each path with the object that the file has for it. */
  | { readonly kind: 'memory'; readonly answers: string }
  /** Answers with the users that a statement selects. */
  | {
      readonly kind: 'sqlite' | 'postgres' | 'mysql'
      readonly url: string
      readonly text: string
      readonly params: readonly unknown[]
    }
  /** Writes the users of a body in one transaction. */
  | { readonly kind: 'upsert'; readonly file: string }

type Answer = (request: IncomingMessage) => unknown

/** A record without its NULLs, its JSON parsed: what JSON.stringify then prints. */
function userOf(record: Readonly<Record<string, unknown>>): object {
  const user: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record)) {
    if (value === null) continue
    const isJson = (name === 'custom' || name === 'teams') && typeof value === 'string'
    user[name] = isJson ? JSON.parse(value) : value
  }
  return user
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Reads the users, writes their rows and the log of changes, and commits to disk. */
function upserting(file: string): Answer {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const columns = db
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all('tamis_users')
    .map((row) => (row as { name: string }).name)
  const find = db.prepare('SELECT * FROM tamis_users WHERE id = ?')
  const put = db.prepare(
    `INSERT INTO tamis_users (${columns.join()}) VALUES (${columns.map(() => '?').join()})
     ON CONFLICT (id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join()}`,
  )
  const log = db.prepare('INSERT INTO tamis_changes VALUES (?, ?, ?, ?, ?)')
  const tick = db.prepare('UPDATE tamis_clock SET seq = seq + ? RETURNING seq')
  return async (request) => {
    const { users } = JSON.parse(await bodyOf(request)) as { users: Record<string, unknown>[] }
    const now = new Date()
    const answer: Record<string, unknown> = {}
    db.exec('BEGIN IMMEDIATE')
    let { seq } = tick.get(users.length) as { seq: number }
    seq -= users.length
    for (const user of users) {
      const before = find.get(user.id) as Record<string, unknown>
      const after: Record<string, unknown> = {
        ...before,
        name: user.name,
        role: user.role,
        custom: JSON.stringify(user.custom),
        updated_at: now.toISOString().replace('Z', '000Z'),
      }
      put.run(...columns.map((name) => after[name]))
      const shown = userOf(after)
      log.run(++seq, user.id, JSON.stringify(userOf(before)), JSON.stringify(shown), now.getTime())
      answer[String(user.id)] = shown
    }
    db.exec('COMMIT')
    return { users: answer }
  }
}

function answering(orders: Orders): Answer {
  switch (orders.kind) {
    case 'memory': {
      const answers = new Map(Object.entries(JSON.parse(readFileSync(orders.answers, 'utf8'))))
      return ({ url = '' }) => answers.get(url)
    }
    case 'sqlite': {
      const statement = new Database(orders.url, { readonly: true }).prepare(orders.text)
      return () => ({
        users: statement.all(...orders.params).map((row) => userOf(row as Record<string, unknown>)),
      })
    }
    case 'postgres': {
      const pool = new pg.Pool({ connectionString: orders.url, max: 10 })
      return async () => {
        const { rows } = await pool.query(orders.text, [...orders.params])
        return { users: rows.map(userOf) }
      }
    }
    case 'mysql': {
      const pool = createPool({ uri: orders.url, connectionLimit: 10 }).promise()
      return async () => {
        const [rows] = await pool.query(orders.text, [...orders.params])
        return { users: (rows as Record<string, unknown>[]).map(userOf) }
      }
    }
    case 'upsert':
      return upserting(orders.file)
    default:
      return orders satisfies never
  }
}

const answer = answering(JSON.parse(process.argv[2] ?? '') as Orders)
const server = createServer(async (request, response) => {
  const text = JSON.stringify(await answer(request))
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stderr.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`)
})

import { createUsers, type User } from 'tamis/users'
import { databases } from '../../test/users/databases.ts'
import { makeUsers } from '../fixtures/users.ts'
import { SETTINGS } from '../users/dataset.ts'
import type { Orders } from './peer.ts'

/** A database with users in it, and how its driver is asked for a page without tamis. */
export interface Filled {
  readonly name: string
  readonly url: string
  readonly rows: readonly User[]
  readonly byHand: Orders
  drop(): Promise<void>
}

export const made = (count: number) => makeUsers(count).map(({ deleted_at, ...user }) => user)

/** The statement of tamis for a page of a role, with the columns that the answer has. */
const page = (instant: (column: string) => string, text: (column: string) => string) =>
  `SELECT id, role, name, username, ${text('teams')}, banned, shadow_banned, ${[
    'created_at',
    'updated_at',
    'last_active',
  ].map(instant)}, language, invisible, online, ${text('custom')} FROM tamis_users
  WHERE role = 'admin' AND deleted_at IS NULL AND deactivated_at IS NULL
  ORDER BY tamis_users.created_at DESC, tamis_users.id DESC LIMIT 31`

const asIs = (column: string) => column
const BY_HAND: Readonly<Record<string, Pick<Orders & { text: string }, 'kind' | 'text'>>> = {
  'SQLite in a file': { kind: 'sqlite', text: page(asIs, asIs) },
  PostgreSQL: {
    kind: 'postgres',
    text: page(
      (column) =>
        `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`,
      (column) => (column === 'custom' ? 'custom::text AS custom' : column),
    ),
  },
  MariaDB: { kind: 'mysql', text: page(mysqlInstant, asIs) },
  MySQL: { kind: 'mysql', text: page(mysqlInstant, (column) => `CONCAT(${column}) AS ${column}`) },
}

function mysqlInstant(column: string): string {
  return `DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%s.%fZ') AS ${column}`
}

/** The users in a database of their own. */
export async function fill(name: string, count: number): Promise<Filled> {
  const database = databases.find((each) => each.name === name)
  const peer = BY_HAND[name]
  if (database === undefined || peer === undefined) throw new Error(`no database ${name}`)
  const { url, drop } = await database.fresh()
  const users = await createUsers({ db: url, settings: SETTINGS })
  const rows: User[] = []
  const all = made(count)
  for (let i = 0; i < all.length; i += 100) {
    const batch = await users.importUsers({ users: all.slice(i, i + 100) as never })
    rows.push(...Object.values(batch.users))
  }
  await users.close()
  return { name, url, rows, drop, byHand: { ...peer, url, params: [] } as Orders }
}

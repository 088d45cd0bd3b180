import type { Pool, PoolConnection } from 'mysql2'
import { need } from '../need.ts'
import {
  ACQUIRE_TIMEOUT,
  type ClientPool,
  CONNECT_TIMEOUT,
  type Control,
  closing,
  noConnection,
  within,
} from './pool.ts'
import { ServerClient, type Wire } from './server-client.ts'

/** How many connections a pool holds. */
const POOL = 10

/** How long a server may take to say that it is there, in milliseconds. */
const PING = 2000

/**
 * Whatever the server's own modes are: mysql2 writes values into the text of a statement with
 * backslashes as escapes, which in a session with NO_BACKSLASH_ESCAPES let a value end its string.
 */
const MODES = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'

/** Runs a statement on a connection or a pool. */
const ask = (
  on: Pick<PoolConnection, 'query'>,
  text: string,
  params: readonly unknown[] = [],
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    on.query(text, [...params], (error, result) => (error ? reject(error) : resolve(result)))
  })

/** Connections to MariaDB or MySQL, with their own limit for statements as session variables. */
export async function mysqlPool(url: string, control: Control): Promise<ClientPool> {
  const { createPool } = await need(() => import('mysql2'), 'mysql2')
  const options = { uri: url, connectTimeout: CONNECT_TIMEOUT, enableKeepAlive: true }
  const pool = createPool({ ...options, connectionLimit: POOL })
  // Past the pool, whose connections may all be busy.
  const side = createPool({ ...options, connectionLimit: 1, maxIdle: 1 })
  const all = new Set<PoolConnection>()
  for (const each of [pool, side]) {
    each.on('connection', (connection) => {
      // mysql2 takes a lost connection out of its pool at the first error, and listens no longer.
      connection.on('error', () => {})
      all.add(connection as PoolConnection)
      connection.on('end', () => all.delete(connection as PoolConnection))
    })
  }
  const timeouts = new WeakMap<PoolConnection, number>()
  let isMariadb: boolean | undefined

  async function prepare(connection: PoolConnection): Promise<void> {
    const { timeout } = control
    if (!timeouts.has(connection)) await ask(connection, `SET SESSION sql_mode = '${MODES}'`)
    if (isMariadb === undefined) {
      const [row] = (await ask(connection, 'SELECT version() AS version')) as { version: string }[]
      isMariadb = row?.version.includes('MariaDB') ?? false
    }
    if ((timeouts.get(connection) ?? 0) === timeout) return
    // MySQL's limit applies to SELECT only. The lock wait timeout stops the other statements.
    const variables = isMariadb
      ? `max_statement_time = ${timeout / 1000}`
      : `max_execution_time = ${timeout}, innodb_lock_wait_timeout = ${Math.max(1, Math.ceil(timeout / 1000))}`
    await ask(connection, `SET SESSION ${variables}`)
    timeouts.set(connection, timeout)
  }

  const wireOf = (connection: PoolConnection): Wire => ({
    async send(text, params) {
      const result = await ask(connection, text, params)
      if (Array.isArray(result)) return { rows: result as never[] }
      const { insertId, affectedRows, changedRows } = result as Readonly<
        Record<string, number | undefined>
      >
      return {
        rows: [],
        ...(insertId ? { insertId: BigInt(insertId) } : {}),
        ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }),
        ...(changedRows === undefined ? {} : { numChangedRows: BigInt(changedRows) }),
      }
    },
    async cancel() {
      await ask(side as never, `KILL QUERY ${Number(connection.threadId)}`)
    },
    destroy: () => connection.destroy(),
    release: (isBroken) => (isBroken ? connection.destroy() : connection.release()),
  })

  const connect = (): Promise<PoolConnection> =>
    new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
    })

  const end = (each: Pool): Promise<void> => new Promise((resolve) => each.end(() => resolve()))

  return {
    async acquire() {
      const connection = await within(ACQUIRE_TIMEOUT, connect(), noConnection, (late) =>
        late.release(),
      )
      try {
        await within(CONNECT_TIMEOUT, prepare(connection), noConnection)
      } catch (error) {
        connection.destroy()
        throw error
      }
      return new ServerClient(wireOf(connection), control)
    },
    ping: () => within(PING, ask(side as never, 'SELECT 1'), noConnection).then(() => {}),
    end: () =>
      closing(
        control,
        end(pool),
        () => end(side),
        () => {
          for (const connection of all) connection.destroy()
        },
      ),
  }
}

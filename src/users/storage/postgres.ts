import type { PoolClient } from 'pg'
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

/** How long an unused connection for cancellations and pings stays open, in milliseconds. */
const IDLE = 30_000

/** How long PostgreSQL may take to answer a ping, in milliseconds. */
const PING = 2000

/**
 * Connections to PostgreSQL. Each gets its `statement_timeout` by a SET, because PgBouncer refuses
 * options at the start of a connection.
 */
export async function postgresPool(
  url: string,
  control: Control,
  onError: (error: unknown) => void,
): Promise<ClientPool> {
  const { default: pg } = await need(() => import('pg'), 'pg')
  const options = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    keepAlive: true,
  }
  const pool = new pg.Pool({ ...options, max: POOL })
  // For cancellations and pings, because all connections of the pool may be busy.
  const side = new pg.Pool({ ...options, max: 1, idleTimeoutMillis: IDLE, allowExitOnIdle: true })
  const all = new Set<PoolClient>()
  for (const each of [pool, side]) {
    // A lost idle connection is replaced when the next one is needed.
    each.on('error', onError)
    each.on('connect', (client) => {
      // A connection that is lost between two statements emits an error, which without a listener
      // would end the process. The next statement fails.
      client.on('error', () => {})
      all.add(client)
    })
    each.on('remove', (client) => all.delete(client))
  }
  const timeouts = new WeakMap<PoolClient, number>()

  async function limit(client: PoolClient): Promise<void> {
    const { timeout } = control
    if ((timeouts.get(client) ?? 0) === timeout) return
    await within(CONNECT_TIMEOUT, client.query(`SET statement_timeout = ${timeout}`), noConnection)
    timeouts.set(client, timeout)
  }

  const wireOf = (client: PoolClient): Wire => ({
    async send(text, params) {
      const { command, rowCount, rows } = await client.query(text, [...params])
      if (command === 'ROLLBACK' || command === 'COMMIT') return { rows: [{ command } as never] }
      const isWrite = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command)
      return {
        rows: rows ?? [],
        ...(isWrite ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}),
      }
    },
    async cancel() {
      const { processID } = client as PoolClient & { readonly processID: number }
      await side.query('SELECT pg_cancel_backend($1)', [processID])
    },
    destroy: () => cut(client),
    release: (isBroken) => client.release(isBroken),
  })

  return {
    async acquire() {
      // The pool's own limit starts again after waiting, when it connects.
      const client = await within(ACQUIRE_TIMEOUT, pool.connect(), noConnection, (late) =>
        late.release(),
      )
      try {
        await limit(client)
      } catch (error) {
        client.release(true)
        throw error
      }
      return new ServerClient(wireOf(client), control)
    },
    ping: () => within(PING, side.query('SELECT 1'), noConnection).then(() => {}),
    end: () =>
      closing(
        control,
        pool.end(),
        () => side.end(),
        () => {
          for (const client of all) cut(client)
        },
      ),
  }
}

/** Cuts a connection without waiting for the server. */
function cut(client: PoolClient): void {
  const { connection } = client as PoolClient & {
    readonly connection?: { readonly stream: { destroy(): void } }
  }
  connection?.stream.destroy()
}

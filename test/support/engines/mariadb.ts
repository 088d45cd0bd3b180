import { existsSync } from 'node:fs'
import mariadbDriver from 'mariadb'
import { mariadb as dialect } from 'tamis/mariadb'
import { type Engine, scratchName } from './engine.ts'

const SOCKETS = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/tmp/mysql.sock']

function withTimeout(address: string, milliseconds: number): string {
  const url = new URL(address)
  url.searchParams.set('connectTimeout', String(milliseconds))
  return url.href
}

export const mariadb: Engine = {
  name: 'MariaDB',
  dialect,
  needs: 'a server at TAMIS_MARIADB_URL or on the local socket',
  features: {
    sideTables: true,
    storages: ['datetime', 'text', 's', 'ms', 'us'],
    anyName: false,
    jsonIndexes: true,
    longestSorted: 255,
    refuses: (name) => name.split('.').some((key) => key.startsWith('-')),
    sortsJsonText: false,
  },
  async connect() {
    const url = process.env.TAMIS_MARIADB_URL
    const socketPath = SOCKETS.find(existsSync)
    if (url === undefined && socketPath === undefined) throw new Error('no socket')
    // The driver's second is too short for a machine whose processors are all busy.
    const connectTimeout = 30_000
    const options = { socketPath: socketPath as string, user: 'root', connectTimeout }
    const connection = await mariadbDriver.createConnection(
      url === undefined ? options : withTimeout(url, connectTimeout),
    )
    const name = `${scratchName}_${Math.random().toString(36).slice(2, 10)}`
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
    await connection.query(`USE ${name}`)
    return {
      exec: async (text) => void (await connection.query(text)),
      run: async ({ text, params }) => void (await connection.execute(text, params)),
      all: async ({ text, params }) => [...(await connection.execute(text, params))],
      allInlined: async ({ text, params }) => [...(await connection.query(text, params))],
      async close() {
        await connection.query(`DROP DATABASE ${name}`)
        await connection.end()
      },
    }
  },
  async version(connection) {
    const [row] = await connection.all({ text: 'SELECT version() AS v', params: [] })
    return String(row?.v)
  },
}

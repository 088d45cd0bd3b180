import { CompiledQuery, Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'

/** Kysely on MariaDB, with parameters that are sent apart from the text. */
export function connect<Tables>(uri: string): Kysely<Tables> {
  const pool = createPool({ uri })
  // Kysely calls `query`, which writes parameters into the text.
  pool.on('connection', (connection) => {
    Object.assign(connection, { query: connection.execute })
  })
  const dialect = new MysqlDialect({
    pool,
    // A TIMESTAMP is printed in the zone of the session.
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw("SET time_zone = '+00:00'"))
    },
  })
  return new Kysely<Tables>({ dialect })
}

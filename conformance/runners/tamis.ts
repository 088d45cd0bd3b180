/**
 * Answers with tamis: in memory, or with its SQL in a database that the tests know:
 * `tsx conformance/runners/tamis.ts SQLite`.
 */

import { runQuery } from 'tamis'
import { answer, loadedRows, type Pages, schemasOf, stored } from './answer.ts'
import { type Asked, type Given, serve } from './protocol.ts'

/** Pages of rows in memory, or in a database. */
async function openerOf(name: string | undefined) {
  if (name === undefined) {
    return async (suite: Given): Promise<Pages> => {
      const rows = loadedRows(suite)
      return (query) => runQuery(query, rows)
    }
  }
  // The drivers take longer to load than all cases do in memory.
  const { engines } = await import('../../test/support/engines/index.ts')
  const engine = engines.find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (engine === undefined) throw new Error(`unknown engine ${name}`)
  return stored(engine, await engine.connect())
}

const open = await openerOf(process.argv[2])
await serve(async (suite): Promise<Asked> => {
  const schemas = schemasOf(suite)
  const pageOf = await open(suite, schemas)
  return (question) => answer(schemas.rows, pageOf, question)
})
process.exit()

/**
 * Answers with another library: `tsx conformance/runners/peer.ts sift`. The libraries are installed by
 * `npm run conformance:peers`.
 */

import { IN_MEMORY } from './peers-in-memory.ts'
import { IN_SQL } from './peers-in-sql.ts'
import { serve } from './protocol.ts'

const LIBRARIES = { ...IN_MEMORY, ...IN_SQL }

const name = process.argv[2] ?? ''
const library = LIBRARIES[name]
if (library === undefined) {
  process.stderr.write(`expected one of ${Object.keys(LIBRARIES).join(', ')}\n`)
  process.exit(2)
}
const open = await library()
await serve(async (suite) => {
  const find = await open(suite)
  return async ({ filter }) => ({ ids: (await find(filter)).map(({ id }) => id).sort() })
})
process.exit()

/** Opens the databases of its input, one per line, and reports the results. */

import { createInterface } from 'node:readline'
import { createUsers } from 'tamis/users'

// What is loaded by then is not loaded by one later than by another.
await createUsers({ db: ':memory:' }).then((users) => users.close())
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const { db, settings, id } = JSON.parse(line)
  try {
    const users = await createUsers({ db, settings })
    await users.upsertUsers({ users: [{ id, custom: { color: 'red' } }] })
    await users.close()
    console.log('done')
  } catch (error) {
    console.log(error instanceof Error ? error.stack?.replaceAll('\n', ' ') : String(error))
  }
}

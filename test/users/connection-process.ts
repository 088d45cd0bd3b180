/** A process that keeps users online, and can be killed. Its orders are its only argument. */

import { createUsers, type Settings } from 'tamis/users'

interface Orders {
  readonly db: string
  readonly settings: Settings
  readonly ids: readonly string[]
}

const { db, settings, ids }: Orders = JSON.parse(process.argv[2] as string)
const users = await createUsers({ db, settings, hooks: { onError: console.error } })
await Promise.all(ids.map((id) => users.openConnection({ user: { id } })))
console.log('open')
// Until it is killed.
setInterval(() => {}, 1000)

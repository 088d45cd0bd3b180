/** A process that sends webhooks until it is killed. */

import { createUsers, type Settings } from 'tamis/users'

export interface Orders {
  readonly db: string
  readonly settings: Settings
}

const { db, settings }: Orders = JSON.parse(process.argv[2] as string)
await createUsers({ db, settings, hooks: { onError: (error) => console.error(error) } })
setInterval(() => {}, 1000)

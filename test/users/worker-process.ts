/** A worker in a process of its own, which can be killed. Its orders are its only argument. */

import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createUsers, type HookCall, type Settings } from 'tamis/users'

export interface Orders {
  readonly db: string
  readonly settings?: Settings
  /** The file that each call of a hook leaves its key in. */
  readonly keys: string
  /** How long a hook takes, in milliseconds. */
  readonly slow: number
  /** The user with whom it takes longer. */
  readonly slowest?: { readonly id: string; readonly slow: number }
  /** At the how manieth look at the clock it kills itself: in a transaction, or between two. */
  readonly looks?: number
}

const { db, settings, keys, slow, slowest, looks }: Orders = JSON.parse(process.argv[2] as string)

let looked = 0
const clock = (): Date => {
  looked++
  if (looked === looks) process.kill(process.pid, 'SIGKILL')
  return new Date()
}

async function hook({ key, user }: HookCall<object>): Promise<void> {
  appendFileSync(keys, `${key}\n`)
  const isSlowest = user.id === slowest?.id
  await sleep(isSlowest ? slowest.slow : slow)
  if (isSlowest) console.log(`told ${key}`)
}

const users = await createUsers({
  db,
  settings: { ...settings, clock },
  hooks: {
    onDelete: hook,
    onDeactivate: hook,
    onReactivate: hook,
    onError: (error) => console.error(error),
  },
})
process.stdin.on('data', async () => {
  await users.close()
  process.exit(0)
})
console.log('ready')

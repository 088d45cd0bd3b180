/** A server of users with a worker, in a process that faults happen to. Its orders are its only argument. */

import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createUsersHandler, type HookCall, type Settings } from 'tamis/users'
import { listen } from '../../../src/cli/listen.ts'
import { loggedError } from '../../../src/cli/logged-error.ts'
import { openUsers } from '../../../src/users/open.ts'
import { shiftClock } from './clock.ts'

export interface Orders {
  readonly db: string
  readonly settings: Settings
  /** The file that each call of a hook leaves its key in. */
  readonly keys: string
  /** The file that says how far the clock is shifted: see clock.ts. */
  readonly clock: string
  /** How long a hook takes, in milliseconds. */
  readonly slow: number
}

const { db, settings, keys, clock, slow }: Orders = JSON.parse(process.argv[2] as string)
shiftClock(clock)

async function hook({ key, signal }: HookCall<object>): Promise<void> {
  appendFileSync(keys, `${key}\n`)
  await sleep(slow, undefined, { signal }).catch(() => {})
}

// The campaign has ended, and perhaps without having the time to end this process.
process.stdin.resume().on('end', () => process.kill(process.pid, 'SIGKILL'))
try {
  const users = await openUsers(
    {
      db,
      settings,
      hooks: {
        onDelete: hook,
        onDeactivate: hook,
        onReactivate: hook,
        onError: (error) => console.error(JSON.stringify(loggedError(error))),
      },
    },
    { ownsProcess: true },
  )
  const handler = await createUsersHandler(users, {})
  const { port } = await listen('--port', 0, '127.0.0.1', (request) => handler(request))
  console.log(port)
} catch (error) {
  console.error(JSON.stringify(loggedError(error)))
  process.exit(1)
}

/** A process that performs one write over the handler, and kills itself once the write is committed. */

import { createUsers, createUsersHandler, type Settings } from 'tamis/users'
import { requestOf } from './service.ts'

const { db, settings, endpoint, call }: Orders = JSON.parse(process.argv[2] as string)

export interface Orders {
  readonly db: string
  readonly settings: Settings
  readonly endpoint: string
  readonly call: Parameters<typeof requestOf>[1]
}

const users = await createUsers({ db, settings })
const answerOnce = users.answerOnce.bind(users)
users.answerOnce = (request, work) =>
  answerOnce(request, {
    ...work,
    async perform(reservation) {
      await work.perform(reservation)
      // The write is committed; nothing after it has run.
      process.kill(process.pid, 'SIGKILL')
      return new Promise<never>(() => {})
    },
  })
const handler = await createUsersHandler(users)
await handler(requestOf(endpoint, call))

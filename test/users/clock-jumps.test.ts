/** What a process left behind that died while its clock was ahead, by hours, of the others' now. */

import { createUsers, createUsersHandler, type Settings, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { receiver, stopReceivers } from './receiver.ts'
import { answerOf, requestOf, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

const AHEAD = 6 * 60 * 60 * 1000

describe.each(databases)('a clock that was ahead and is set back: $name', ({ name, fresh }) => {
  let database: Fresh
  const opened: Users[] = []
  beforeEach(async () => {
    database = await fresh()
  })
  afterEach(async () => {
    for (const users of opened.splice(0)) await users.close()
    await stopReceivers()
    await database.drop()
  })

  const open = async (settings: Settings = {}) => {
    const users = await createUsers({
      db: database.db,
      settings: { secret: SECRET, pollInterval: 20, lease: 100, onlineGrace: 100, ...settings },
    })
    opened.push(users)
    return users
  }
  const ahead = () => Date.now() + AHEAD

  it('does not keep a task from another worker', async () => {
    const first = await open({ worker: false })
    await first.upsertUsers({ users: [{ id: 'ana' }] })
    const { task_id } = await first.exportUsers({ user_ids: ['ana'] })
    await database.run(
      `UPDATE tamis_tasks SET status = 'running', worker = 'dead', lease_until = ${ahead()}`,
    )
    const users = await open()
    await until('the task is completed', async () => {
      return (await users.getTask({ id: task_id })).status === 'completed'
    })
  })

  it('does not take a task from a worker that lives', async () => {
    const first = await open({ worker: false })
    await first.upsertUsers({ users: [{ id: 'ana' }] })
    let calls = 0
    let isOver = false
    const settings = { pollInterval: 20, lease: 100 }
    const onDeactivate = async () => {
      calls++
      await until('the other worker has looked often', () => isOver)
    }
    const holder = await createUsers({
      db: database.db,
      settings: { ...settings, clock: () => new Date(ahead()) },
      hooks: { onDeactivate },
    })
    opened.push(holder)
    const { task_id } = await first.deactivateUsers({ user_ids: ['ana'] })
    await until('the worker has the task', () => calls === 1)
    opened.push(await createUsers({ db: database.db, settings, hooks: { onDeactivate } }))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(calls).toBe(1)
    isOver = true
    await until('the task is completed', async () => {
      return (await first.getTask({ id: task_id })).status === 'completed'
    })
    expect(calls).toBe(1)
  })

  it('does not keep a webhook from another process', async () => {
    const first = await open({ worker: false })
    const own = await receiver()
    await first.createWebhook({ url: own.url })
    await database.run(`UPDATE tamis_webhooks SET worker = 'dead', lease_until = ${ahead()}`)
    const users = await open()
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await until('the event is sent', () => own.of('ana').length === 1)
  })

  it('does not keep a user online whose process died', async () => {
    const users = await open()
    await users.connectUser({ user: { id: 'ana' } })
    await database.run(`INSERT INTO tamis_processes (id, lease_until) VALUES ('dead', ${ahead()})`)
    await database.run(`INSERT INTO tamis_connections (user_id, process, online_until)
      VALUES ('ana', 'dead', 0)`)
    await until('ana is offline', async () => !(await users.getMe({ user_id: 'ana' })).user.online)
  })

  it('does not keep a user online for hours who has left', async () => {
    const other = await open({ clock: () => new Date(ahead()), worker: false })
    await other.connectUser({ user: { id: 'ana' } })
    const users = await open()
    await until('ana is offline', async () => !(await users.getMe({ user_id: 'ana' })).user.online)
  })

  it('does not keep an idempotency key in use', async () => {
    const handler = await createUsersHandler(await open())
    const ask = async () => {
      const headers = { 'Idempotency-Key': 'one' }
      const call = { token: SERVER, headers, body: { users: [{ id: 'ana' }] } }
      return answerOf(await handler(requestOf('POST /users', call)))
    }
    expect((await ask()).status).toBe(200)
    await database.run(`UPDATE tamis_answers SET status = NULL, body = NULL, owner = 'dead',
      lease_until = ${ahead()}, at = ${ahead()}`)
    expect((await ask()).status).toBe(200)
  })

  // The trigger stands in for a process whose clock is ahead: it ends each lease at once.
  it.skipIf(name !== 'SQLite')('makes streams unavailable while another is ahead', async () => {
    const users = await open({ worker: false })
    await database.run(`CREATE TRIGGER ends AFTER INSERT ON tamis_processes
      BEGIN UPDATE tamis_processes SET lease_until = 0 WHERE id = NEW.id; END`)
    const opening = users.openConnection({ user: { id: 'ana' } })
    await expect(opening).rejects.toMatchObject({ code: 'unavailable' })
  })
})

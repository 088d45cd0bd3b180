import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, faultOfAnswer } from './campaigns/faults/ask.ts'
import { bundledProcess } from './campaigns/faults/program.ts'
import { hasEnough, SABOTAGES } from './campaigns/faults/sabotage.ts'
import { World } from './campaigns/faults/world.ts'
import { randomOf } from './support/growth.ts'

let program: Awaited<ReturnType<typeof bundledProcess>>
beforeAll(async () => {
  program = await bundledProcess()
})
afterAll(() => program.remove())

describe('the users system under faults', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open('SQLite', program.file, randomOf(20_261_128))
  })
  afterAll(() => world.close())

  it.each([
    ['a process that is killed while its clock is ahead', ['clock', 'kill']],
    ['a read-only file', ['readOnly']],
    ['a full disk, and a process that is stopped', ['diskFull', 'stop']],
  ])('loses, repeats and halves nothing: %s', async (_, names) => {
    // Where mounting is not permitted, there is no disk to fill.
    const here = names.filter((name) => world.faults.includes(name))
    expect(await world.round(here)).toEqual([])
  })

  it('is noticed, whatever promise is broken', async () => {
    // A busy machine does little in a round.
    while (!hasEnough(world)) expect(await world.round([])).toEqual([])
    world.recovery = 300
    const unnoticed: string[] = []
    for (const [name, { work, finds }] of Object.entries(SABOTAGES)) {
      await work(world)
      const found = await world.check()
      if (!found.some((each) => finds.test(each))) unnoticed.push(`${name}: ${found.slice(0, 3)}`)
    }
    expect(unnoticed).toEqual([])
  })

  it('notices a process that never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const server = {
      name: 'silent',
      url: `http://127.0.0.1:${port}`,
      state: 'running',
      disturbances: 0,
      impatience: new AbortController().signal,
    } as const
    await ask(world.model, server, { endpoint: 'GET /users', token: '' }, 200)
    silent.close()
    expect(world.model.faults.splice(0)).toEqual([expect.stringMatching(/^GET \/users: no answer/)])
  })
})

describe('what is wrong with an answer', () => {
  const fault = (status: number, body: object, retryAfter: string | null = null) =>
    faultOfAnswer(
      { status, text: JSON.stringify(body), body: { ...body }, isReplayed: false },
      retryAfter,
    )

  it.each([
    ['a stack', fault(200, { message: 'x at file:///app/index.js:12:3' }), /inside/],
    ['SQL', fault(400, { code: 'invalid_input', message: 'near SELECT id FROM' }), /inside/],
    ['an internal error', fault(500, { code: 'internal', message: 'broken' }), /^500/],
    ['no code', fault(409, {}), /without a code/],
    ['another code of 503', fault(503, { code: 'internal' }, '1'), /with the code/],
    ['no Retry-After', fault(503, { code: 'timeout' }), /without Retry-After/],
  ])('%s', (_, found, expected) => {
    expect(found).toMatch(expected)
  })

  it('nothing, of answers that a client can work with', () => {
    expect(fault(200, { users: {} })).toBeUndefined()
    expect(fault(404, { code: 'user_not_found' })).toBeUndefined()
    expect(fault(503, { code: 'unavailable' }, '1')).toBeUndefined()
  })
})

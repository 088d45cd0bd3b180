import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { type FaultyServer, listen, stopAll } from './faulty-server.ts'
import { clientOf, closeAll, SERVER } from './service.ts'

/** What an application writes with a client that is generated from the OpenAPI document. */
const PROGRAM = `
import createClient from 'openapi-fetch'
import type { paths } from './api.ts'

const clientOf = (baseUrl: string, token: string) =>
  createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } })

export async function run(url: string, server: string, own: string) {
  const client = clientOf(url, server)
  const said: unknown[] = []
  const say = ({ data, error }: { data?: unknown; error?: unknown }) => said.push(data ?? error)

  const made = await client.POST('/users', {
    body: { users: [{ id: 'ana', role: 'admin', custom: { age: 31 } }, { id: 'bo' }] },
  })
  const role: string | undefined = made.data?.users.ana?.role
  said.push(role)
  say(await client.PATCH('/users', { body: { users: [{ id: 'bo', set: { name: 'Bo' } }] } }))
  const payload = { filter_conditions: { 'custom.age': { $gte: 18 } }, limit: 1 }
  const page = await client.GET('/users', {
    // JSON in a parameter is a text for the generated types.
    params: { query: { payload: JSON.stringify(payload) } },
  })
  said.push(page.data?.users.map(({ id }) => id))
  const same = await client.POST('/users/query', { body: payload })
  said.push(same.data?.users.map(({ id }) => id))
  say(await client.POST('/users/{id}/deactivate', { params: { path: { id: 'bo' } }, body: {} }))
  say(await client.POST('/users/{id}/reactivate', { params: { path: { id: 'bo' } }, body: {} }))
  const started = await client.POST('/users/delete', { body: { user_ids: ['bo'], user: 'soft' } })
  const id: string = started.data?.task_id ?? ''
  const task = await client.GET('/tasks/{id}', { params: { path: { id } } })
  const status: 'pending' | 'running' | 'completed' | 'failed' | undefined = task.data?.status
  said.push(status)
  say(await client.PATCH('/app', { body: { client_may_update: ['name'] } }))

  const mine = clientOf(url, own)
  say(await mine.PATCH('/users/me', { body: { set: { name: 'Ana' } } }))
  const refused = await mine.GET('/app')
  const code: string | undefined = refused.error?.code
  said.push(code)
  return said
}

export async function mistakes(url: string) {
  const client = clientOf(url, '')
  // @ts-expect-error: users is required
  await client.POST('/users', { body: {} })
  // @ts-expect-error: a user has an id
  await client.POST('/users', { body: { users: [{ name: 'Ana' }] } })
  // @ts-expect-error: there is no such deletion
  await client.POST('/users/delete', { body: { user_ids: ['bo'], user: 'medium' } })
  // @ts-expect-error: there is no such endpoint
  await client.GET('/user')
}
`

/** What has a default is optional in inputs, and inputs are what has defaults. */
const OPTIONS = { defaultNonNullable: false }

let server: FaultyServer
const folder = scratch('generated')
const program = join(folder, 'program.ts')

beforeAll(async () => {
  server = await listen()
  const document = await (await fetch(`${server.url}/openapi.json`)).text()
  writeFileSync(join(folder, 'api.ts'), astToString(await openapiTS(document, OPTIONS)))
  writeFileSync(program, PROGRAM)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await closeAll()
  await stopAll()
})

describe('a client that is generated from the OpenAPI document', () => {
  it('has the types of every endpoint', () => {
    const options: ts.CompilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      module: ts.ModuleKind.Preserve,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    }
    const problems = ts.getPreEmitDiagnostics(ts.createProgram([program], options))
    expect(
      problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    ).toEqual([])
  })

  it('works with the server', async () => {
    const outfile = join(folder, 'program.mjs')
    await bundleForNode(program, outfile)
    const { run } = await import(/* @vite-ignore */ outfile)
    const said = await run(server.url, SERVER, clientOf('ana'))
    expect(said).toMatchObject([
      'admin',
      { users: { bo: { name: 'Bo' } } },
      ['ana'],
      ['ana'],
      { user: { id: 'bo', deactivated_at: expect.any(String) } },
      { user: { id: 'bo' } },
      expect.stringMatching(/^(pending|running|completed)$/),
      { app: { client_may_update: ['name'] } },
      { user: { id: 'ana', name: 'Ana' } },
      'forbidden',
    ])
  })
})

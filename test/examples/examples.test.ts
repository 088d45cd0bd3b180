/** The applications of docs/examples, over tables in real databases. */

import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseQuery, runQuery } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleForNode, scratch } from '../support/bundled.ts'
import { available } from '../support/engines/available.ts'
import { type ExampleRow, type Running, toJson } from './example.ts'
import { expressPg } from './express-pg.ts'
import { fastifyDrizzle } from './fastify-drizzle.ts'
import { honoKysely } from './hono-kysely.ts'

const EXAMPLES = [expressPg, fastifyDrizzle, honoKysely].filter(({ engine }) =>
  available.some(({ name }) => name === engine),
)

const folder = scratch('examples')
const command = join(folder, 'tamis.mjs')
const library = join(folder, 'library.mjs')

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', library)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function tamis(...args: readonly string[]) {
  const child = spawn(process.execPath, [command, ...args], { cwd: folder })
  const status = new Promise((resolve) => child.once('close', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { out, err, status: await status }
}

/** Rows as an application answers them. */
const answered = (rows: readonly ExampleRow[]): unknown =>
  JSON.parse(
    JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  )

/** In a README, a request and the answer that is shown below it. */
const REQUEST = /curl -g 'localhost:3000\/people\?([^']*)'\n```\n\n```json\n([^`]*)```/g

interface Answer {
  readonly status: number
  readonly body: {
    readonly items: readonly ExampleRow[]
    readonly total: number
    readonly next?: string
    readonly issues?: readonly { code: string; path: string; hint?: string }[]
  }
}

describe.each(EXAMPLES)('docs/examples/$folder', (example) => {
  const { schema, rows, table, omitted } = example
  const read = (name: string): string =>
    readFileSync(
      fileURLToPath(new URL(`../../docs/examples/${example.folder}/${name}`, import.meta.url)),
      'utf8',
    )
  let running: Running

  beforeAll(async () => {
    running = await example.start(read('schema.sql'))
  })
  afterAll(() => running?.close())

  async function get(params: Record<string, string> | string): Promise<Answer> {
    const search = typeof params === 'string' ? params : new URLSearchParams(params)
    const answer = await fetch(`${running.url}/people?${search}`)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  }

  it('has an application that is short, and a README with its commands', () => {
    expect(read('app.ts').split('\n').length).toBeLessThan(60)
    const readme = read('README.md')
    const on = `--table ${table}`
    expect(readme).toContain(
      `npx tamis introspect "$DATABASE_URL" ${on} --omit ${omitted} > people.ts`,
    )
    expect(readme).toContain(`npx tamis check --schema people.ts --db "$DATABASE_URL" ${on}`)
  })

  it('has the module that `tamis introspect` prints, and `tamis check` finds no error', async () => {
    const on = ['--table', table]
    const made = await tamis('introspect', running.database, ...on, '--omit', omitted)
    expect(made.status).toBe(0)
    // What it warns of stands in the module, too.
    for (const line of made.err.split('\n').filter((each) => each !== '')) {
      expect(made.out).toContain(`// ${line.replace(/^tamis: /, '')}\n`)
    }
    expect(made.out).toBe(read('people.ts'))

    const file = `${example.folder}.ts`
    writeFileSync(join(folder, file), made.out.replace("from 'tamis'", `from '${library}'`))
    const checked = await tamis(
      'check',
      '--schema',
      file,
      '--db',
      running.database,
      ...on,
      '--rows',
    )
    expect([checked.err, checked.status]).toEqual(['', 0])
  })

  it('filters as in memory, and counts', async () => {
    for (const filter_conditions of example.filters) {
      const filter = toJson(filter_conditions)
      const { status, body } = await get({ filter, limit: '1000' })
      const { items } = runQuery(parseQuery(schema, { filter_conditions, limit: 1000 }), rows)
      expect(status, filter).toBe(200)
      expect(body, filter).toEqual({ items: answered(items), total: items.length })
    }
  })

  it('has filters that tell rows apart', () => {
    const found = example.filters.map(
      (filter_conditions) =>
        runQuery(parseQuery(schema, { filter_conditions, limit: 1000 }), rows).items.length,
    )
    expect(found.filter((count) => count > 0 && count < rows.length).length).toBeGreaterThan(
      found.length * 0.75,
    )
  })

  it('pages in every order, both ways, with absent values at either end', async () => {
    for (const { name } of schema.sortable) {
      for (const direction of [1, -1] as const) {
        for (const nulls of ['first', 'last'] as const) {
          const sort = [{ field: name, direction, nulls }]
          const found: ExampleRow[] = []
          let next: string | undefined
          do {
            const params = { sort: JSON.stringify(sort), limit: '70' }
            const { body } = await get(next === undefined ? params : { ...params, next })
            expect(body.total).toBe(rows.length)
            found.push(...body.items)
            next = body.next
          } while (next !== undefined && found.length <= rows.length)
          const query = parseQuery(schema, { sort, limit: 1000 })
          expect(found, JSON.stringify(sort)).toEqual(answered(runQuery(query, rows).items))
        }
      }
    }
  })

  it('pages backwards, and through the rows of a filter', async () => {
    const own = { filter: JSON.stringify(example.filters.at(-1)), limit: '20' }
    const { body: first } = await get(own)
    const { body: second } = await get({ ...own, next: String(first.next) })
    expect(second.total).toBe(first.total)
    const { prev } = second as { prev?: string }
    expect((await get({ ...own, prev: String(prev) })).body.items).toEqual(first.items)
    const other = await get({ limit: '20', next: String(first.next) })
    expect([other.status, other.body.issues?.[0]?.code]).toEqual([400, 'invalid_cursor'])
  })

  it.each(example.refused)('refuses %s', async (search, code, path, hint) => {
    const { status, body } = await get(search)
    expect(status).toBe(400)
    const found = body.issues?.find((each) => each.code === code)
    expect(found?.path).toBe(path)
    if (hint !== undefined) expect(found?.hint).toMatch(hint)
  })

  it('never answers the omitted column', async () => {
    const { body } = await get({ limit: '1000' })
    expect(body.items.length).toBe(rows.length)
    expect(JSON.stringify(body)).not.toContain(omitted)
  })

  // The last test here: it takes the rows away.
  it('answers the requests of its README as it says, over the rows of rows.sql', async () => {
    await running.replaceRows(read('rows.sql'))
    const requests = [...read('README.md').matchAll(REQUEST)]
    expect(requests).toHaveLength(2)
    const answers = await Promise.all(requests.map(([, search = '']) => get(search)))
    expect(answers.map(({ body }) => body)).toEqual(
      requests.map(([, , shown = '']) => JSON.parse(shown)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 400])
    expect(answers[0]?.body.items.length).toBeGreaterThan(1)
  })
})

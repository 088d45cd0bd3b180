import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFull } from './support/budget.ts'
import { bundleAllForNode, bundleForNode, scratch, UNBUNDLED } from './support/bundled.ts'
import { emptyCluster } from './support/engines/postgres.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as object
const folder = scratch('docs')
afterAll(() => rmSync(folder, { recursive: true }))

interface Document {
  /** Its path from the root. */
  readonly path: string
  readonly text: string
}

const read = (path: string): Document => ({ path, text: readFileSync(join(root, path), 'utf8') })

const documents: readonly Document[] = [
  ...['README.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(root, path))),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((path) => `docs/${String(path)}`)
    .filter((path) => /^docs\/(?!node_modules|generated|\.vitepress).*\.md$/.test(path))
    .sort(),
].map(read)

const blocksOf = ({ text }: Document, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1] as string,
  )

/** What a program says that it prints: its `// →` comments, in order. */
const promised = (program: string): string[] =>
  [...program.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] as string)

/** Frameworks load some of their own files, and packages that need not be there, by computed names. */
const FRAMEWORKS = ['express', 'fastify', '@nestjs/*', 'reflect-metadata', 'rxjs', '@trpc/*']

/** The programs of NestJS use decorators of parameters. */
const DECORATORS = { compilerOptions: { target: 'es2022', experimentalDecorators: true } }

/** Builds programs against the sources, by their names; what they share is built once. */
async function build(programs: Readonly<Record<string, string>>): Promise<void> {
  // An empty database that is already made: to make it takes PGlite seconds.
  const cluster = JSON.stringify(await emptyCluster())
  const loadDataDir = `new Blob([(await import('node:fs')).readFileSync(${cluster})])`
  const entries = Object.entries(programs).map(([name, program]) => {
    const source = join(folder, `${name}.ts`)
    const create = `PGlite.create({ loadDataDir: ${loadDataDir} })`
    writeFileSync(
      source,
      program.replaceAll('PGlite.create()', () => create),
    )
    return [join(folder, `${name}.mjs`), source] as const
  })
  const tsconfigRaw = { tsconfigRaw: DECORATORS }
  const outside = [...UNBUNDLED, ...FRAMEWORKS]
  await bundleAllForNode(Object.fromEntries(entries), outside, tsconfigRaw)
}

function run(name: string): string {
  const outfile = join(folder, `${name}.mjs`)
  const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trimEnd()
}

describe('the programs of the documentation', () => {
  // A process each: `npm test` runs those of the README, `npm run test:all` every one.
  const programs = documents
    .filter(({ path }) => isFull || path === 'README.md')
    .flatMap((document) =>
      blocksOf(document, 'ts').map((program, i) => [document.path, i + 1, program] as const),
    )
  const nameOf = (path: string, i: number): string => `${path.replaceAll(/\W/g, '-')}-${i}`

  beforeAll(() =>
    build(
      Object.fromEntries(programs.map(([path, i, program]) => [nameOf(path, i), program] as const)),
    ),
  )

  it.each(programs)('%s, block %i, prints what it says', (path, i, program) => {
    expect(promised(program).length).toBeGreaterThan(0)
    expect(run(nameOf(path, i)).split('\n')).toEqual(promised(program))
  })
})

/** The variables that the README's one-line examples use. */
const PRELUDE = `
import fc from 'fast-check'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { compileFilter, condition, defineSchema, dynamic, parseFilter, parseQuery, restrict, safeParseFilter, string } from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { describeFilter } from 'tamis/interop'
import { standardSchema } from 'tamis/json-schema'
import { postgres } from 'tamis/postgres'
import { parseFilterText } from 'tamis/text'
import { createUsers } from 'tamis/users'

const people = defineSchema({
  fields: {
    id: string({ required: true }),
    role: string(),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
})
const input: unknown = { role: 'admin' }
const payload: unknown = { filter_conditions: input }
const { strings, params } = compileFilter(parseFilter(people, input), { dialect: postgres })
const kysely: any = new Kysely({ dialect: new PostgresDialect({ pool: {} as never }) })
`

describe('the README', () => {
  const readme = documents[0] as Document

  it('has at most 12,000 bytes, and a first program of at most 25 lines', () => {
    expect(Buffer.byteLength(readme.text)).toBeLessThanOrEqual(12_000)
    const [first = ''] = blocksOf(readme, 'ts')
    expect(first.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(25)
  })

  it('has one-line examples that run', async () => {
    const lines = blocksOf(readme, 'js')
    expect(lines.length).toBeGreaterThan(5)
    const isOfUsers = (line: string) => line.includes('createUsers')
    const program = lines.map((line) =>
      isOfUsers(line)
        ? `{ ${line.replace("'users.sqlite'", "':memory:'")}; await users.close() }`
        : `{ ${line} }`,
    )
    await build({ examples: `${PRELUDE}${program.join('\n')}\nconsole.log('done')` })
    expect(run('examples')).toBe('done')
  })
})

describe('the links of the documentation', () => {
  /** As GitHub makes anchors of headings. */
  const anchorsOf = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )

  it.each(documents.map((document) => [document.path, document] as const))(
    '%s: lead to existing files and headings',
    (path, { text }) => {
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue
        const [file = '', anchor] = target.split('#')
        const found = file === '' ? path : relative(root, join(root, dirname(path), file))
        expect(existsSync(join(root, found)), target).toBe(true)
        if (anchor !== undefined) expect(anchorsOf(read(found).text), target).toContain(anchor)
      }
    },
  )
})

describe('the commands of the documentation', () => {
  const lines = documents.flatMap((document) =>
    blocksOf(document, 'sh').flatMap((block) => block.trim().split('\n')),
  )

  it('are existing scripts', () => {
    const named = documents.flatMap(({ text }) =>
      [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] as string),
    )
    expect(named.length).toBeGreaterThan(5)
    for (const name of named) expect(Object.keys(scripts)).toContain(name)
  })

  it('of tamis are valid', async () => {
    const command = join(folder, 'tamis.mjs')
    await bundleForNode('src/cli/main.ts', command)
    writeFileSync(
      join(folder, 'users.ndjson'),
      '{"id":"a","role":"admin","created_at":"2024-05-01T12:00:00Z"}\n',
    )
    const runnable = lines.filter(
      (line) => line.startsWith('npx tamis ') && !/--db| introspect /.test(line),
    )
    expect(runnable.length).toBeGreaterThan(2)
    for (const line of runnable) {
      const { stdout, stderr, status } = spawnSync(
        'sh',
        ['-c', line.replace('npx tamis', `"${process.execPath}" "${command}"`)],
        { encoding: 'utf8', cwd: folder },
      )
      expect([stderr, status], line).toEqual(['', 0])
      expect(stdout).not.toBe('')
    }
  })
})

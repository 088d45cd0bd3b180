import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { program, STEPS } from './programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles a program for a browser: a Node built-in or a missing package fails the build. */
async function bundle(program: string, peers: readonly string[] = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    external: peers.flatMap((name) => [name, `${name}/*`]),
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  })
  const code = (outputFiles[0] as { contents: Uint8Array }).contents
  return {
    bytes: gzipSync(code).length,
    inputs: Object.keys(metafile.inputs),
    used: Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => input),
    text: new TextDecoder().decode(code),
  }
}

const dialects = ['sqlite', 'postgres', 'mariadb', 'mysql', 'duckdb', 'clickhouse'] as const

/** What a program may weigh, minified and gzipped, in bytes. */
const BUDGETS: readonly (readonly [name: string, program: string, budget: number])[] = [
  ['a schema', STEPS['a schema'], 10_350],
  ['a predicate', STEPS['a predicate'], 19_100],
  ['a predicate and SQL for SQLite', STEPS['SQL for SQLite'], 34_200],
  ['the core', `export * from './src/index.ts'`, 67_000],
  [
    'the core and collections',
    `export * from './src/index.ts'; export * from './src/collection/index.ts'`,
    88_050,
  ],
  ...dialects.map(
    (name) =>
      [
        `the core and ${name}`,
        `export * from './src/index.ts'; export * from './src/dialect/${name}/index.ts'`,
        name === 'mysql' || name === 'mariadb' ? 80_250 : 79_400,
      ] as const,
  ),
  ['JSON Schema and Standard Schema', `export * from './src/interop/json-schema.ts'`, 20_900],
  ['filters of other libraries', `export * from './src/interop/index.ts'`, 13_750],
  ['a predicate with the signature of sift', `export * from './src/compat/sift.ts'`, 6000],
  ['the client of users', `export * from './src/users/client/index.ts'`, 4096],
  [
    'collections of TanStack DB',
    `export { payloadOf, tamisCollectionOptions } from './src/tanstack/index.ts'`,
    27_000,
  ],
  ['these and collections of users', `export * from './src/tanstack/index.ts'`, 41_000],
  ['the users schema', `export { usersSchema } from './src/users/browser.ts'`, 15_050],
]

/** What is bundled with the core, so that an installation brings nothing else. */
const BUNDLED = /node_modules\/@noble\/(hashes|ciphers)\//

describe('a bundle of', () => {
  it.each(BUDGETS)(
    '%s contains no package and no Node built-in, and is within its size budget',
    async (_, program, budget) => {
      const { bytes, inputs, text } = await bundle(program)
      expect(
        inputs.filter((input) => input.startsWith('node_modules') && !BUNDLED.test(input)),
      ).toEqual([])
      expect(text).not.toMatch(/chevrotain|fast-check|["'`]node:/)
      expect(bytes).toBeLessThan(budget)
      expect(bytes, 'a budget that is far too wide says nothing').toBeGreaterThan(budget * 0.8)
    },
  )

  it('a schema does not include parsing, copies of leaves, or other kinds and operators', async () => {
    const { used } = await bundle(program(''))
    const unused =
      /src\/(compile|query|condition\/(condition|cursor|cost)|parse\/(filter|operand|query))|operators\/(list|contains|own)|kinds\/(boolean|date|decimals?|uuid|enumeration)|schema\/(list|dynamic|mapping)|dialect\//
    expect(used.filter((input) => unused.test(input))).toEqual([])
    expect(used).toContain('src/kinds/timestamp.ts')
  })

  it('a schema without strings does not include the operators of texts', async () => {
    const { used } = await bundle(`
import { defineSchema, uuid, integer } from './src/index.ts'
export const schema = defineSchema({ fields: { id: uuid({ required: true }), n: integer() } })`)
    const unused =
      /kinds\/(words|case-fold|insensitive|timestamp)|operators\/(autocomplete|insensitive|text)\.ts/
    expect(used.filter((input) => unused.test(input))).toEqual([])
    expect(used).toContain('src/operators/equality.ts')
  })

  it('all modules of the core, of which nothing is used, is almost empty', async () => {
    // Modules share the files that are published: what one of them does when it is loaded stays in
    // each program that uses another one of its file.
    const keepAll: Plugin = {
      name: 'keep modules',
      setup({ onResolve }) {
        onResolve({ filter: /^\./ }, ({ resolveDir, path }) => ({
          path: resolve(resolveDir, path),
          sideEffects: true,
        }))
      },
    }
    const { outputFiles, metafile } = await build({
      stdin: { contents: `import './src/index.ts'`, resolveDir: root, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'esm',
      plugins: [keepAll],
    })
    expect(Object.keys(metafile.inputs)).toContain('src/operators/list-operators.ts')
    expect(outputFiles[0]?.contents.length).toBeLessThan(2400)
  })

  it('a predicate does not include dialects, cursors, loops over rows, relations, or other kinds', async () => {
    const { used, text } = await bundle(program('parseFilter, compilePredicate'))
    const unused =
      /src\/dialect|@noble|condition\/(cursor|relative)|compile\/(selection|related)|parse\/relat|schema\/relative|operators\/(list|contains|elem-match|related|own)|schema\/object|kinds\/(boolean|date|decimals?)/
    expect(used.filter((input) => unused.test(input))).toEqual([])
    expect(used).toContain('src/compile/leaf-copies.ts')
    expect(text).not.toContain('json_extract')
  })

  it('the check of tables includes every dialect, and neither a driver nor a Node built-in', async () => {
    const { bytes, inputs, text } = await bundle(`export * from './src/check/index.ts'`)
    expect(inputs.filter((input) => input.startsWith('node_modules'))).toEqual([])
    expect(inputs).toContain('src/dialect/clickhouse/table.ts')
    // A Node built-in fails the build; a message names node:sqlite.
    expect(text).not.toMatch(/from ?"node:|require\("node:/)
    expect(bytes).toBeLessThan(89_800)
    expect(bytes).toBeGreaterThan(45_000)
  })

  it('the tables of Drizzle includes its three dialects, and no reader of catalogs', async () => {
    const program = `export * from './src/drizzle/index.ts'`
    const { bytes, inputs, used } = await bundle(program, ['drizzle-orm'])
    expect(inputs.filter((input) => input.startsWith('node_modules'))).toEqual([])
    expect(used).toContain('src/dialect/mariadb/index.ts')
    expect(used.filter((input) => /check\/(read|postgres|introspect)\.ts/.test(input))).toEqual([])
    expect(bytes).toBeLessThan(78_700)
    expect(bytes).toBeGreaterThan(45_000)
  })

  it('the text front end includes the grammar and no Node built-in', async () => {
    const { bytes, inputs } = await bundle(`export * from './src/text/index.ts'`)
    const packages = inputs.filter((input) => input.startsWith('node_modules'))
    expect(packages.some((input) => input.includes('node_modules/chevrotain/'))).toBe(true)
    expect(bytes).toBeLessThan(95_000)
    expect(bytes).toBeGreaterThan(60_000)
  })
})

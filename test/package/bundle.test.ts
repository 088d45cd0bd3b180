import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { copies } from '../../src/build/copies.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the build does to the leaves of conditions, for esbuild. */
const withCopies: Plugin = {
  name: copies.name,
  setup(own) {
    own.onResolve({ filter: /\?copy=/ }, ({ path, resolveDir }) => {
      const [file = '', copy] = path.split('?')
      return { path: join(resolveDir, file), suffix: `?${copy}` }
    })
    own.onLoad({ filter: /compile\/leaves\.ts$/ }, ({ path }) => ({
      contents: copies.transform(readFileSync(path, 'utf8'), path) ?? '',
      loader: 'ts',
    }))
  },
}

/** Bundles a program for a browser: a Node built-in or a missing package fails the build. */
async function bundle(program: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    plugins: [withCopies],
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

const dialects = ['sqlite', 'postgres', 'mysql', 'duckdb', 'clickhouse'] as const

/** What a program may weigh, minified and gzipped, in bytes. */
const BUDGETS: readonly (readonly [name: string, program: string, budget: number])[] = [
  ['the core', `export * from './src/index.ts'`, 38_500],
  ...dialects.map(
    (name) =>
      [
        `the core and ${name}`,
        `export * from './src/index.ts'; export * from './src/dialect/${name}.ts'`,
        name === 'mysql' ? 44_000 : 43_500,
      ] as const,
  ),
  [
    'a predicate',
    `export { defineSchema, string, parseFilter, compilePredicate } from './src/index.ts'`,
    23_000,
  ],
  ['the users schema', `export { usersSchema } from './src/users/browser.ts'`, 14_700],
]

/** What is bundled with the core, so that an installation brings nothing else. */
const BUNDLED = /node_modules\/(fastest-levenshtein|@noble\/(hashes|ciphers))\//

describe('a bundle of', () => {
  it.each(BUDGETS)(
    '%s brings no package and no Node built-in, and keeps to its budget',
    async (_, program, budget) => {
      const { bytes, inputs, text } = await bundle(program)
      expect(
        inputs.filter((input) => input.startsWith('node_modules') && !BUNDLED.test(input)),
      ).toEqual([])
      expect(text).not.toMatch(/chevrotain|fast-check|\bnode:/)
      expect(bytes).toBeLessThan(budget)
      expect(bytes, 'a budget that is far too wide says nothing').toBeGreaterThan(budget * 0.8)
    },
  )

  it('a predicate leaves out the dialects and what makes cursors', async () => {
    const [, program] = BUDGETS.find(([name]) => name === 'a predicate') as [string, string, number]
    const { used, text } = await bundle(program)
    expect(
      used.filter((input) => /dialect\/(sqlite|postgres|mysql|duckdb|clickhouse)/.test(input)),
    ).toEqual([])
    expect(used.filter((input) => input.includes('@noble'))).toEqual([])
    expect(text).not.toContain('json_extract')
  })

  it('the text front end brings the grammar, and no Node built-in', async () => {
    const { bytes, inputs } = await bundle(`export * from './src/text/index.ts'`)
    const packages = inputs.filter((input) => input.startsWith('node_modules'))
    expect(packages.some((input) => input.includes('node_modules/chevrotain/'))).toBe(true)
    expect(bytes).toBeLessThan(95_000)
    expect(bytes).toBeGreaterThan(60_000)
  })
})

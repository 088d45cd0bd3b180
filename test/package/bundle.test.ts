import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

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
  })
  const code = (outputFiles[0] as { contents: Uint8Array }).contents
  return {
    bytes: gzipSync(code).length,
    inputs: Object.keys(metafile.inputs),
    text: new TextDecoder().decode(code),
  }
}

/** What a program may weigh, minified and gzipped, in bytes. */
const BUDGETS: readonly (readonly [name: string, program: string, budget: number])[] = [
  ['everything', `export * from './src/index.ts'; export * from './src/dialect/sqlite.ts'`, 22_500],
  ['the core', `export * from './src/index.ts'`, 19_000],
  [
    'a predicate',
    `export { defineSchema, string, parseFilter, compilePredicate } from './src/index.ts'`,
    12_500,
  ],
  ['the users schema', `export { usersSchema } from './src/users/index.ts'`, 12_500],
]

describe('a bundle of', () => {
  it.each(BUDGETS)(
    '%s brings no package and no Node built-in, and keeps to its budget',
    async (_, program, budget) => {
      const { bytes, inputs, text } = await bundle(program)
      expect(
        inputs.filter(
          (input) => input.startsWith('node_modules') && !input.includes('fastest-levenshtein'),
        ),
      ).toEqual([])
      expect(text).not.toMatch(/chevrotain|fast-check|node:/)
      expect(bytes).toBeLessThan(budget)
      expect(bytes, 'a budget that is far too wide says nothing').toBeGreaterThan(budget * 0.8)
    },
  )

  it('a predicate leaves the dialects out', async () => {
    const { inputs, text } = await bundle(BUDGETS[2]?.[1] as string)
    expect(inputs.some((input) => input.endsWith('dialect/sqlite.ts'))).toBe(false)
    expect(text).not.toContain('json_extract')
  })
})

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { FilterError } from 'tamis'
import { UsersError } from 'tamis/users'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Errors {
  readonly FilterError: typeof FilterError
  readonly UsersError: typeof UsersError
}

/** The error classes as a CommonJS build of the same source has them: other classes of the same name. */
async function commonJs(): Promise<Errors> {
  const program = `export { FilterError } from './src/error/filter-error.ts'
export { UsersError } from './src/users/error.ts'`
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
  })
  const Module = createRequire(import.meta.url)('node:module')
  const module = new Module('errors.cjs')
  module._compile(outputFiles[0]?.text, 'errors.cjs')
  return module.exports
}

describe('errors of the ESM and the CommonJS build', async () => {
  const other = await commonJs()
  const issue = { code: 'empty', path: '', message: 'm' } as const

  it('are instances of each other’s classes', () => {
    expect(other.FilterError).not.toBe(FilterError)
    expect(new other.FilterError([issue]) instanceof FilterError).toBe(true)
    expect(new FilterError([issue]) instanceof other.FilterError).toBe(true)
    expect(new other.UsersError('timeout', 'm') instanceof UsersError).toBe(true)
    expect(new UsersError('timeout', 'm') instanceof other.UsersError).toBe(true)
  })

  it('are distinguished from every other value and from subclasses', () => {
    class Own extends FilterError {}
    const error = new FilterError([issue])
    expect(new Own([issue]) instanceof FilterError).toBe(true)
    expect(new Own([issue]) instanceof Own).toBe(true)
    expect(error instanceof Own).toBe(false)
    expect(new UsersError('timeout', 'm') instanceof FilterError).toBe(false)
    for (const value of [undefined, null, 'FilterError', {}, new TypeError('x')]) {
      expect((value as unknown) instanceof FilterError).toBe(false)
      expect((value as unknown) instanceof UsersError).toBe(false)
    }
  })
})

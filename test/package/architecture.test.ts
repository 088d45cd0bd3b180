import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** The folders of src; a file imports from its own place and from places before it. */
const ORDER = [
  ['error'],
  ['kinds'],
  ['dialect'],
  ['operators'],
  ['schema'],
  ['condition'],
  ['parse', 'compile'],
  ['query'],
  ['text'],
  ['arbitrary'],
  ['users'],
  ['cli'],
] as const

const rankOf = (file: string): number => {
  const folder = file.includes('/') ? (file.split('/')[0] as string) : 'users'
  return ORDER.findIndex((names) => (names as readonly string[]).includes(folder))
}

/** What makes the package of these is no part of it. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('build/'),
)
const imports = files.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => ({ file, target: (match[1] ?? match[2]) as string }),
  ),
)
const relative = imports.filter(({ target }) => target.startsWith('.'))
const packages = imports.filter(({ target }) => !target.startsWith('.'))

describe('imports', () => {
  it('point one way', () => {
    const backwards = relative.filter(({ file, target }) => {
      const to = normalize(join(dirname(file), target))
      // The public face gathers everything before the users; only they and the command may see it.
      if (file === 'index.ts' || to.startsWith('..')) return false
      return rankOf(to) > rankOf(file) || rankOf(to) === -1
    })
    expect(backwards).toEqual([])
    expect(relative.length).toBeGreaterThan(100)
  })

  it('of the users are of the public face alone', () => {
    const own = relative.filter(({ file }) => file.startsWith('users/'))
    const outside = own
      .map(({ file, target }) => normalize(join(dirname(file), target)))
      .filter((target) => !target.startsWith('users/'))
    const doors = [
      '../package.json',
      'index.ts',
      ...['sqlite', 'postgres', 'mysql'].map((name) => `dialect/${name}.ts`),
    ]
    expect(outside.filter((target) => !doors.includes(target))).toEqual([])
    expect(outside.length).toBeGreaterThan(5)
  })

  it('of packages and of Node are the users’ and the command’s, but for those that are bundled', () => {
    const own = packages.filter(({ file }) => !/^(cli|arbitrary|users)\//.test(file))
    const places = own.map(
      ({ file, target }) => `${file}: ${target.replace(/(^@?[^/]+\/[^/]+).*/, '$1')}`,
    )
    expect([...new Set(places)].sort()).toEqual([
      'condition/cursor.ts: @noble/ciphers',
      'condition/cursor.ts: @noble/hashes',
      'error/describe.ts: fastest-levenshtein',
      'text/grammar.ts: chevrotain',
      'text/query-string.ts: qs',
    ])
  })

  it('of fast-check are of the arbitraries alone', () => {
    const targets = packages.filter(({ file }) => file.startsWith('arbitrary/'))
    expect(new Set(targets.map(({ target }) => target))).toEqual(new Set(['fast-check']))
  })

  it('make SQL text in the dialects alone', () => {
    const raw = relative.filter(({ file, target }) => {
      if (!target.endsWith('/fragment.ts')) return false
      return /\braw\(/.test(readFileSync(join(source, file), 'utf8'))
    })
    expect(raw.length).toBeGreaterThan(3)
    expect(raw.filter(({ file }) => !file.startsWith('dialect/'))).toEqual([])
  })
})

describe('the code', () => {
  it('evaluates no text and exports nothing by default', () => {
    for (const file of files) {
      const text = readFileSync(join(source, file), 'utf8')
      expect(text, file).not.toMatch(/\beval\(|new Function|export default/)
    }
  })
})

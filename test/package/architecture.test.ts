import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { generate, target } from '../../src/build/leaf-copies.ts'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** The folders of src; a file imports from its own place and from places before it. */
const ORDER = [
  ['error'],
  ['kinds'],
  ['dialect', 'cache'],
  ['operators'],
  ['schema'],
  ['condition'],
  ['parse', 'compile'],
  ['query'],
  ['text'],
  ['collection'],
  ['check'],
  ['drizzle', 'interop'],
  ['compat'],
  ['arbitrary'],
  ['users'],
  ['tanstack'],
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
  it('follow the order of the folders', () => {
    const backwards = relative.filter(({ file, target }) => {
      const to = normalize(join(dirname(file), target))
      // The one import of the build, which replaces this module in the package.
      if (file === 'users/console/assets.ts' && to === 'build/console/build.ts') return false
      // The public face gathers everything before the users; only they and the command may see it.
      if (file === 'index.ts' || to.startsWith('..')) return false
      return rankOf(to) > rankOf(file) || rankOf(to) === -1
    })
    expect(backwards).toEqual([])
    expect(relative.length).toBeGreaterThan(100)
  })

  it('of users take only the public API of the core', () => {
    const own = relative.filter(({ file }) => file.startsWith('users/'))
    const outside = own
      .map(({ file, target }) => normalize(join(dirname(file), target)))
      .filter((target) => !target.startsWith('users/'))
    const doors = [
      '../package.json',
      // In the place of the console's files, where there is no package.
      'build/console/build.ts',
      'collection/index.ts',
      'index.ts',
      'interop/index.ts',
      'interop/json-schema.ts',
      'text/index.ts',
      ...['sqlite', 'postgres', 'mariadb', 'mysql'].map((name) => `dialect/${name}/index.ts`),
    ]
    expect(outside.filter((target) => !doors.includes(target))).toEqual([])
    expect(outside.length).toBeGreaterThan(5)
  })

  it('of packages and Node are limited to users and cli, except bundled packages', () => {
    const own = packages.filter(
      ({ file }) => !/^(cli|arbitrary|drizzle|tanstack|users)\//.test(file),
    )
    const places = own.map(
      ({ file, target }) => `${file}: ${target.replace(/(^@?[^/]+\/[^/]+).*/, '$1')}`,
    )
    expect([...new Set(places)].sort()).toEqual([
      'condition/cursor.ts: @noble/ciphers',
      'condition/cursor.ts: @noble/hashes',
      'text/machinery.ts: chevrotain',
      'text/parser.ts: chevrotain',
      'text/pieces.ts: chevrotain',
      'text/problems.ts: chevrotain',
      'text/query-string.ts: qs',
      'text/read-tree.ts: chevrotain',
      'text/scalars.ts: chevrotain',
      'text/tokens.ts: chevrotain',
    ])
  })

  it('of fast-check are limited to arbitrary, of drizzle-orm to drizzle, of TanStack DB to tanstack', () => {
    const from = (folder: string) =>
      packages
        .filter(({ file }) => file.startsWith(`${folder}/`))
        .map(({ target }) => target.replace(/\/.*/, ''))
    expect(new Set(from('arbitrary'))).toEqual(new Set(['fast-check']))
    expect(new Set(from('drizzle'))).toEqual(new Set(['drizzle-orm']))
    expect(new Set(from('tanstack'))).toEqual(new Set(['@tanstack']))
  })
})

/** What statements begin with, and what only they hold. */
const SQL =
  /^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH)\b|\b(WHERE|FROM|ORDER BY|GROUP BY|LIMIT|OFFSET|VALUES|JOIN|IS NULL|NOT NULL|PRIMARY KEY|IF NOT EXISTS|FOR UPDATE|COLLATE|INDEXED BY)\b/

/** The users' connections speak of their sessions: time limits, transactions, whether they answer. */
const CONNECTIONS = /^users\/storage\/(connect|mysql|pool|postgres|sqlite\/[a-z]+)\.ts$/

/** The texts of a file that the sql`` tag does not make. */
function untagged(file: string): readonly string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) {
      if (ts.isTemplateExpression(node.template)) visitValues(node.template)
    } else if (ts.isTemplateExpression(node)) {
      const pieces = [node.head, ...node.templateSpans.map((span) => span.literal)]
      found.push(pieces.map(({ text }) => text).join('…'))
      visitValues(node)
    } else if (ts.isStringLiteralLike(node)) found.push(node.text)
    else ts.forEachChild(node, visit)
  }
  const visitValues = ({ templateSpans }: ts.TemplateExpression): void => {
    for (const { expression } of templateSpans) visit(expression)
  }
  const text = readFileSync(join(source, file), 'utf8')
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return found
}

describe('SQL', () => {
  it('is made by the sql`` tag only', () => {
    const texts = files
      .filter((file) => !CONNECTIONS.test(file))
      .flatMap((file) => untagged(file).map((text) => ({ file, text })))
    expect(texts.length).toBeGreaterThan(1000)
    expect(texts.filter(({ text }) => SQL.test(text))).toEqual([])
  })

  it('is made of strings only by quoted names, checked words and literals', () => {
    const making = (pattern: RegExp) =>
      files.filter((file) => pattern.test(readFileSync(join(source, file), 'utf8'))).sort()
    expect(making(/(?<![.\w])raw\(/)).toEqual([
      'dialect/fragment.ts',
      'dialect/literal.ts',
      'dialect/names.ts',
    ])
    expect(making(/new Fragment\(/)).toEqual(['dialect/fragment.ts'])
  })
})

describe('generated code', () => {
  it('is up to date: npm run leaf-copies', () => {
    expect(readFileSync(target, 'utf8') === generate()).toBe(true)
  })
})

describe('the code', () => {
  it('has no eval and no default export', () => {
    for (const file of files) {
      const text = readFileSync(join(source, file), 'utf8')
      expect(text, file).not.toMatch(/\beval\(|new Function|export default/)
    }
  })
})

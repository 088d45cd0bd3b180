/** The test of a list. */

import type { ListKey } from './init-drizzle.ts'
import { endOf, importOf } from './init-drizzle-list.ts'
import { type Project, routeOf } from './init-project.ts'
import type { Source } from './init-source.ts'
import { ASKING } from './init-templates.ts'

const PAGE = 'type Page = { items: Record<string, unknown>[]; next?: string }\n'

/** How the test ends what the list opened, so that its process can exit. */
function closingOf(
  source: Source,
  importExtension: string,
): { readonly imported: string; readonly call: string } | undefined {
  if (source.of === 'memory') return undefined
  if (source.of === 'table' || source.driver !== undefined) {
    return { imported: `import { close } from './list${importExtension}'\n`, call: 'close()' }
  }
  const call = endOf(source.db)
  return call === undefined ? undefined : { imported: importOf(source.db), call }
}

/** The text of the test. */
export function testFile(project: Project, source: Source, key: ListKey): string {
  const { framework = 'none', importExtension, usesVitest, isTypeScript } = project
  const name = /^[\w.]+$/.test(key.name) ? `'${key.name}'` : JSON.stringify(key.name)
  // Within quotes of the other kind.
  const asked = encodeURIComponent(key.name).replaceAll("'", '%27')
  const setup = ASKING[framework](`./endpoint${importExtension}`, isTypeScript, routeOf(project))
  const hooks = setup.includes('before(') ? ['after', 'before'] : ['after']
  const runner = usesVitest
    ? `import { ${hooks.map((hook) => `${hook}All as ${hook}`).join(', ')}, test } from 'vitest'`
    : `import { ${hooks.join(', ')}, test } from 'node:test'`
  const closing = closingOf(source, importExtension)
  const filter = key.isBigint
    ? `const filter = \`{${JSON.stringify(key.name)}:{"$eq":\${row[${name}]}}}\``
    : `const filter = JSON.stringify({ ${name}: { $eq: row[${name}] } })`
  const answered = isTypeScript ? 'search: string): Promise<Page>' : 'search)'
  return `import assert from 'node:assert/strict'
${runner}
${setup.replace('\n\n', `\n${closing?.imported ?? ''}\n`)}
${isTypeScript ? PAGE : ''}const page = async (${answered} => {
  const response = await get(search)
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text)
}

after(async () => {
  await end()${closing === undefined ? '' : `\n  await ${closing.call}`}
})

test('a page leads to the next one', async (t) => {
  const first = await page('?sort=${asked}&limit=1')
  assert.ok(first.items.length <= 1)
  if (first.next === undefined) return t.skip('no rows: this needs two')
  const search = new URLSearchParams({ sort: ${name}, limit: '1', next: first.next })
  const second = await page(\`?\${search}\`)
  assert.equal(second.items.length, 1)
  assert.notDeepEqual(second.items, first.items)
})

test('a filter selects rows', async (t) => {
  const [row] = (await page('?limit=1')).items
  if (row === undefined) return t.skip('no rows: this needs one')
  ${filter}
  assert.deepEqual((await page(\`?\${new URLSearchParams({ filter })}\`)).items, [row])
})

test('what is no field is refused', async () => {
  const response = await get('?filter={"nope":1}')
  assert.equal(response.status, 400)
  assert.match(await response.text(), /"unknown_field"/)
})
`
}

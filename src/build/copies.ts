import { readFileSync } from 'node:fs'

/** As many pairs of a field and an operator have code of their own. */
const COPIES = 96

const LEAVES = /[\\/]compile[\\/]leaves\.ts$/
const NAMES = ['leafOpposite', 'leafPredicate', 'leafSelection']
const ONE = `[{ ${NAMES.join(', ')} }]`

/** The file that a copy's name stands for. */
function original(id: string): string | undefined {
  const [path, copy] = id.split('?copy=')
  return copy === undefined ? undefined : path
}

interface Resolver {
  resolve(id: string, importer?: string): Promise<{ readonly id: string } | null>
}

/**
 * Puts copies of `compile/leaf.ts` in the place of the one that `compile/leaves.ts` imports, as
 * modules with a query each. A plugin of Rolldown's and of Vite's.
 */
export const copies = {
  name: 'tamis:copies',
  enforce: 'pre' as const,
  async resolveId(this: Resolver, source: string, importer?: string) {
    const path = original(source)
    if (path === undefined) return undefined
    const resolved = await this.resolve(path, importer)
    return resolved === null ? undefined : source.replace(path, resolved.id)
  },
  load(id: string) {
    const path = original(id)
    return path === undefined
      ? undefined
      : { code: readFileSync(path, 'utf8'), moduleType: 'ts' as const }
  },
  transform(code: string, id: string) {
    if (!LEAVES.test(id)) return undefined
    if (!code.includes(ONE)) throw new Error(`${id}: expected ${ONE}`)
    const all = Array.from({ length: COPIES }, (_, i) => i)
    const named = (i: number, as: string) => NAMES.map((name) => `${name}${as} ${name}${i}`).join()
    const imports = all.map((i) => `import { ${named(i, ' as')} } from './leaf.ts?copy=${i}'`)
    const list = all.map((i) => `{ ${named(i, ':')} }`)
    return `${imports.join('\n')}\n${code.replace(ONE, `[${list.join(',\n')}]`)}`
  },
}

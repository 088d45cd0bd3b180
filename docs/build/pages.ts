import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What `generate.ts` writes, from the root: pages that are made, and copies of those in `OUTSIDE`. */
export const GENERATED = 'docs/generated'

/** Where the copies are: VitePress reads the pages of one folder only, which is `docs`. */
export const COPIES = `${GENERATED}/copies`

/** The folder of a server that the site is in, such as `/tamis/`. */
export const BASE = process.env.TAMIS_DOCS_BASE ?? '/'

/** Where the reference of the API is: VitePress copies `public` as it is. */
export const API = 'docs/public/api'

const REPOSITORY = 'https://github.com/tamis-js/tamis'

/** The Markdown files outside of `docs` that are pages of the site. */
export const OUTSIDE: readonly string[] = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'conformance/README.md',
  ...readdirSync(join(root, 'bench'))
    .filter((name) => /^[A-Z-]+\.md$/.test(name))
    .map((name) => `bench/${name}`),
]

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

/** An entry point of the package, such as `tamis/sqlite`. */
export interface Entry {
  readonly name: string
  /** Its source, from the root. */
  readonly source: string
  /** What TypeDoc calls it. */
  readonly made: string
}

function entryOf(name: string, source: string | undefined): Entry {
  if (source === undefined) throw new Error(`tsconfig.json has no path of the export ${name}.`)
  const made = source.replace(/^\.\/src\/|(\/index)?\.ts$/g, '')
  return { name, source, made }
}

/** What `package.json` exports, which `tsconfig.json` knows the sources of. */
export const ENTRIES: readonly Entry[] = Object.keys(read('package.json').exports)
  .filter((path) => path !== './package.json')
  .map((path) => join('tamis', path))
  .map((name) => entryOf(name, read('tsconfig.json').compilerOptions.paths[name]?.[0]))

const isPage = (path: string): boolean =>
  path.endsWith('.md') &&
  existsSync(join(root, path)) &&
  (path.startsWith('docs/') || OUTSIDE.includes(path))

/** The address of a page's file on the site: `databases/README.md` is at `databases/index.md`. */
export function siteFile(path: string): string {
  const moved = path
    .replace(/^(docs\/)?(generated\/)?(copies\/)?/, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
  return moved.replace(/^(bench\/)?[A-Z-]+\.md$/, (name) => name.toLowerCase())
}

const EXAMPLE = /^docs\/examples\/[^/]+\/README\.md$/

/** The anchor of a file of an example in the example's page. */
const fileAnchor = (name: string): string => name.replaceAll('.', '-')

/**
 * The text of a page with the code that it is about. On GitHub, the page of an example links to the
 * files beside it, which are not pages of the site: there, they follow the text that names them.
 *
 * @param file - The page's file, from the root.
 */
export function withFiles(file: string, text: string): string {
  if (!EXAMPLE.test(file)) return text
  const folder = join(root, dirname(file))
  const linked = new Set([...text.matchAll(/\]\(([\w-]+\.[a-z]+)\)/g)].map(([, name = '']) => name))
  const code = [...linked].map((name) => {
    const language = name.slice(name.lastIndexOf('.') + 1)
    const content = readFileSync(join(folder, name), 'utf8').trimEnd()
    return `\n## ${name} {#${fileAnchor(name)}}\n\n\`\`\`${language}\n${content}\n\`\`\`\n`
  })
  return text + code.join('')
}

/**
 * A link of a page as the site needs it. Pages link to files of the repository, so that the links
 * work on GitHub: to another page, it becomes that page's address on the site; to a file beside an
 * example's page, the anchor of its code; to any other file or folder, its address in the repository.
 *
 * @param file - The page's file, from the root.
 */
export function siteLink(file: string, href: string): string {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(href)) return href
  const from = file.replace(`${COPIES}/`, '')
  const [target = '', anchor] = href.split('#')
  const path = relative(root, join(root, dirname(from), decodeURI(target)))
  const suffix = anchor === undefined ? '' : `#${anchor}`
  if (path === 'README.md') return `/${suffix}`
  const page = [path, join(path, 'README.md'), join(path, 'index.md')].find(isPage)
  if (page !== undefined) {
    return `/${siteFile(page).replace(/(^|\/)index\.md$/, '$1')}${suffix}`
  }
  if (!existsSync(join(root, path)))
    throw new Error(`${from} links to ${href}, which is not there.`)
  if (EXAMPLE.test(from) && dirname(from) === dirname(path)) return `#${fileAnchor(target)}`
  const view = statSync(join(root, path)).isDirectory() ? 'tree' : 'blob'
  return `${REPOSITORY}/${view}/main/${path}${suffix}`
}

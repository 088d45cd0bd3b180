import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEYWORDS, miniSearch } from '../docs/.vitepress/search.ts'
import { CHROMIUM, faultsOf, launch, needs } from './support/chromium.ts'

/** The site of the documentation: that it builds, that its links lead somewhere, and how it behaves. */

const root = fileURLToPath(new URL('..', import.meta.url))
const site = join(root, 'docs/.vitepress/dist')
const isInstalled = existsSync(join(root, 'docs/node_modules/vitepress'))
if (!isInstalled) console.warn('the site was not built: npm run docs:install')
if (CHROMIUM === undefined) console.warn(needs('the site'))

/** To build it takes 45 seconds of a core, which it may have to share. */
const LONG = 420_000

/** What a page may transfer, compressed, before anything is clicked. */
const MOST_BYTES = 100_000

/** The built pages by their paths, such as `/operators/in.html`. */
const pages = new Map<string, string>()
const sizes = new Map<string, number>()

const sizeOf = (file: string): number => {
  const known = sizes.get(file)
  if (known !== undefined) return known
  const size = gzipSync(readFileSync(join(site, file))).length
  sizes.set(file, size)
  return size
}

/** The text of an attribute in HTML. */
const plain = (attribute: string): string =>
  attribute.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'")

const attributes = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map(([, value = '']) => plain(value))

/** Where a link of a page leads on the site: a path and an anchor; undefined outside of it. */
function targetOf(from: string, href: string): { path: string; anchor: string } | undefined {
  const { origin, pathname, hash } = new URL(href, `http://site${from}`)
  if (origin !== 'http://site') return undefined
  const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname
  return { path, anchor: decodeURIComponent(hash.slice(1)) }
}

/** What is used of MiniSearch, which is installed with the site only. */
interface Index {
  search(query: string): readonly { readonly id: string }[]
  has(id: string): boolean
}

/** The index of the site, as its search loads it. */
async function loadIndex(): Promise<Index> {
  const chunks = join(site, 'assets/chunks')
  const name = readdirSync(chunks).find((each) => each.startsWith('@localSearchIndexroot'))
  const { default: json } = await import(pathToFileURL(join(chunks, name ?? '')).href)
  const { resolve } = createRequire(join(root, 'docs/package.json'))
  const { default: MiniSearch } = await import(pathToFileURL(resolve('minisearch')).href)
  const { options, searchOptions } = miniSearch
  return MiniSearch.loadJSON(json, { ...options, searchOptions })
}

/** What people type, and the page that answers it: the first result. */
const SEARCHES: Readonly<Record<string, string>> = {
  pagination: '/paging',
  paginaton: '/paging',
  'infinite scroll': '/paging',
  sort: '/paging',
  sorting: '/paging',
  'order by': '/paging',
  'next page': '/paging',
  offset: '/paging',
  'how nulls sort': '/paging#where-nulls-sort',
  'null sort': '/paging#where-nulls-sort',
  'nulls last': '/paging#where-nulls-sort',
  'total count': '/paging#how-many-rows-there-are',
  facets: '/paging#how-many-rows-each-value-has',
  mongoose: '/other-libraries',
  allowlist: '/permissions',
  whitelist: '/permissions',
  'hide a field': '/permissions',
  tenant: '/permissions',
  TypeORM: '/query-builders',
  knex: '/query-builders',
  graphql: '/frameworks',
  nestjs: '/frameworks',
  'getting started': '/first-query',
  'quick start': '/first-query',
  tutorial: '/first-query',
  install: '/first-query#install',
  'in with null': '/operators/in',
  in: '/operators/in',
  $nin: '/operators/nin',
  like: '/operators/includes',
  errors: '/errors',
  400: '/errors',
  'bad request': '/errors',
  unknown_field: '/errors',
  init: '/command#a-list-in-your-project',
  csv: '/command',
  postgres: '/databases/postgres',
  PostgreSQL: '/databases/postgres',
  mysql: '/databases/mysql',
  mssql: '/examples/sql-server/',
  'hand-written': '/from/query-strings',
  'query string': '/text#query-strings',
  prisma: '/from/prisma',
  'migration guide': '/from/',
  'sql injection': '/security',
  'case insensitive': '/filters#case',
  'last 7 days': '/filters#relative-time',
  money: '/types/decimal',
  enum: '/types/enumeration',
  array: '/types/list',
  join: '/relations',
  websocket: '/live-lists',
  'existing table': '/your-tables#a-table-that-exists-already',
  changelog: '/changelog',
}

describe.skipIf(!isInstalled)('the site', () => {
  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', 'docs:build'], { cwd: root, maxBuffer: 2 ** 24 })
    for (const name of readdirSync(site, { recursive: true }).map(String)) {
      if (name.endsWith('.html')) pages.set(`/${name}`, readFileSync(join(site, name), 'utf8'))
    }
  }, LONG)

  it('has a page for each page of the repository', () => {
    expect(pages.size).toBeGreaterThan(100)
    for (const path of [
      '/changelog',
      '/security',
      '/bench/results',
      '/operators/in',
      '/api/functions/tamis.parseFilter',
    ]) {
      expect([...pages.keys()]).toContain(`${path}.html`)
    }
  })

  it('leads from its home page to every other, by links that are there', () => {
    const reached = new Set(['/index.html', '/404.html'])
    const dead: string[] = []
    for (const from of reached) {
      for (const href of attributes(pages.get(from) ?? '', /<a\s[^>]*?href="([^"]*)"/g)) {
        const target = targetOf(from, href)
        if (target === undefined) continue
        const { path, anchor } = target
        const html = pages.get(path)
        if (html === undefined && !existsSync(join(site, path))) dead.push(`${from}: ${href}`)
        if (html === undefined) continue
        reached.add(path)
        const ids = anchor === '' ? [] : attributes(html, /\s(?:id|name)="([^"]*)"/g)
        if (anchor !== '' && !ids.includes(anchor)) dead.push(`${from}: ${href}`)
      }
    }
    expect(dead).toEqual([])
    expect([...pages.keys()].filter((path) => !reached.has(path))).toEqual([])
  })

  it('has the code of an example in its page', () => {
    const html = pages.get('/examples/express-pg/index.html') ?? ''
    const code = html.replaceAll(/<[^>]*>/g, '').replaceAll('&gt;', '>')
    for (const text of [
      'createApp(pool: Pool)',
      'enumeration([',
      'CREATE TABLE',
      'INSERT INTO',
      'app.listen(',
    ]) {
      expect(code).toContain(text)
    }
    expect(attributes(html, /<a\s[^>]*?href="([^"]*)"/g)).toContain('#app-ts')
  })

  it('transfers little before a page is there', () => {
    const large: string[] = []
    for (const [path, html] of pages) {
      const loaded = attributes(
        html,
        /<(?:script|link)\s[^>]*?(?:src|href)="([^"]*\.(?:js|css))"/g,
      ).map((file) => targetOf(path, file)?.path ?? '')
      expect(loaded.length, path).toBeGreaterThan(1)
      const size = [path, ...new Set(loaded)].reduce((sum, file) => sum + sizeOf(file), 0)
      if (size > MOST_BYTES) large.push(`${path}: ${size}`)
    }
    expect(large).toEqual([])
  })

  it('finds the page that answers what people type', async () => {
    const index = await loadIndex()
    const found = Object.keys(SEARCHES).map((query) => {
      const [path = '', anchor] = (index.search(query)[0]?.id ?? 'nothing').split('#')
      const page = path.replace(/\.html$/, '')
      return [query, SEARCHES[query]?.includes('#') ? `${page}#${anchor}` : page]
    })
    expect(Object.fromEntries(found)).toEqual(SEARCHES)
  })

  it('has the sections that words of the search lead to', async () => {
    const index = await loadIndex()
    const idOf = (address: string) => address.replace(/(?<=[^/])(?=#)/, '.html')
    expect(Object.keys(KEYWORDS).filter((address) => !index.has(idOf(address)))).toEqual([])
  })

  it('is all that its pages load', () => {
    for (const [path, html] of pages) {
      const loaded = attributes(html, /<(?:script|img|link|source)\s[^>]*?(?:src|href)="([^"]*)"/g)
      for (const url of loaded) expect(new URL(url, 'http://site/').host, path).toMatch(/^(site|)$/)
    }
  })
})

describe.skipIf(!isInstalled || CHROMIUM === undefined)('the site in a browser', () => {
  let browser: Browser
  let server: Server
  let origin: string
  let page: Page
  const loaded: string[] = []

  beforeAll(async () => {
    const app = new Hono().use(serveStatic({ root: site }))
    server = createServer(getRequestListener(app.fetch))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await launch()
    page = await browser.newPage({ reducedMotion: 'reduce', colorScheme: 'light' })
    page.on('request', (request) => loaded.push(request.url()))
  })
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  it('finds "$in" by the keyboard alone', async () => {
    await page.goto(`${origin}/`)
    await page.locator('.VPNavBarSearch button').waitFor()
    await page.keyboard.press('Control+k')
    await page.locator('.VPLocalSearchBox input').fill('$in')
    const first = page.locator('.VPLocalSearchBox .result').first()
    await first.waitFor()
    expect(await first.getAttribute('href')).toMatch(/\/operators\/in\.html/)
    await page.keyboard.press('Enter')
    await page.locator('h1', { hasText: '$in' }).waitFor()
    expect(page.url()).toMatch(/\/operators\/in\.html/)
  })

  it('has a dark mode', async () => {
    await page.goto(`${origin}/filters.html`)
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click()
    await page.locator('html.dark').waitFor()
    expect(await background()).not.toBe(light)
    await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click()
    await page.locator('html:not(.dark)').waitFor()
  })

  const PATHS = ['/', '/first-query.html', '/operators/in.html', '/types/decimal.html']

  it.each(PATHS.flatMap((path) => [[path, 'light'] as const, [path, 'dark'] as const]))(
    '%s, %s: axe-core finds nothing',
    async (path, colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.goto(`${origin}${path}`)
      await page.locator('.VPNavBarSearch button').waitFor()
      expect(await page.locator('html.dark').count()).toBe(colorScheme === 'dark' ? 1 : 0)
      expect(await faultsOf(page)).toEqual([])
    },
  )

  const WIDE = ['/examples/express-pg/', '/bench/results.html', '/api/modules/tamis_dialect.html']

  it.each([...PATHS, '/operators/', '/databases/', ...WIDE, '/api/index.html'])(
    '%s is not wider than a phone',
    async (path) => {
      await page.setViewportSize({ width: 375, height: 844 })
      await page.goto(`${origin}${path}`)
      await page.locator('.VPNavBarHamburger, #tsd-toolbar-menu-trigger').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
      // Nothing is behind an edge that only scrolling shows.
      const cut = `[...document.querySelectorAll('.vp-code-group .tabs, .vp-doc pre')]
        .filter((each) => each.scrollWidth > each.clientWidth).length`
      expect(await page.evaluate(cut)).toBe(0)
    },
  )

  it('loads nothing from elsewhere', () => {
    expect(loaded.length).toBeGreaterThan(20)
    expect(loaded.filter((url) => !url.startsWith(`${origin}/`))).toEqual([])
  })
})

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  it.each([...PATHS, '/operators/', '/databases/', '/bench/results.html', '/api/index.html'])(
    '%s is not wider than a phone',
    async (path) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.goto(`${origin}${path}`)
      await page.locator('.VPNavBarHamburger, #tsd-toolbar-menu-trigger').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    },
  )

  it('loads nothing from elsewhere', () => {
    expect(loaded.length).toBeGreaterThan(20)
    expect(loaded.filter((url) => !url.startsWith(`${origin}/`))).toEqual([])
  })
})

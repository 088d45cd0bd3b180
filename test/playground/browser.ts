import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { playgroundVite } from '../../docs/playground/vite.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))

/** Whether what builds the site is installed. */
export const isInstalled = existsSync(join(docs, 'node_modules/vite'))

/** The part of Vite's interface that is used here: its types are installed with the site only. */
interface Vite {
  build(options: object): Promise<unknown>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/** What the page may do: nothing is loaded from elsewhere, and no text becomes code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  // CodeMirror adds its styles to the page.
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
].join('; ')

export interface Site {
  readonly url: string
  close(): Promise<void>
}

/** Builds the playground as the site does, and serves it. */
export async function buildAndServe(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'tamis-playground-'))
  const { resolve } = createRequire(join(docs, 'package.json'))
  const entry = join(resolve('vite/package.json'), '../dist/node/index.js')
  const vite: Vite = await import(pathToFileURL(entry).href)
  await vite.build({
    ...playgroundVite,
    configFile: false,
    root: join(docs, 'playground'),
    logLevel: 'silent',
    build: {
      ...playgroundVite.build,
      outDir: folder,
      emptyOutDir: true,
      reportCompressedSize: false,
    },
  })
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname
    const file = join(folder, path === '/' ? 'index.html' : path)
    const body = await readFile(file).catch(() => undefined)
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    })
    response.end(body)
  })
  await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolved) => server.close(resolved))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface Opened {
  readonly page: Page
  /** Errors of scripts, and what the policy refused. */
  readonly problems: string[]
  /** The addresses of everything that was loaded. */
  readonly loaded: string[]
}

export async function openPlayground(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const problems: string[] = []
  const loaded: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) {
      problems.push(message.text())
    }
  })
  page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`))
  context.on('request', (request) => loaded.push(request.url()))
  await page.goto(url)
  await page.locator('.tp-verdict[data-kind]').waitFor()
  return { page, problems, loaded }
}

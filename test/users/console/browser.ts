import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { UserInput } from 'tamis/users'
import { open, SERVER, type Service } from '../service.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser that the tests run in: `TAMIS_CHROMIUM`, or Chromium or Chrome in the PATH. */
export const CHROMIUM: string | undefined =
  process.env.TAMIS_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable)

export const NEEDS =
  'the console was not tested in a browser: install chromium, or name one in TAMIS_CHROMIUM'

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM ?? '',
    // Without connections of its own, which are no part of the test.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** A server with the console, and its users. */
export interface Served extends Service {
  readonly url: string
  /** Closes every connection. */
  cut(): void
  close(): Promise<void>
}

export async function serve(seed: readonly UserInput[], basePath?: string): Promise<Served> {
  const service = await open({ seed, basePath, console: true })
  const server = createServer(getRequestListener(service.handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...service,
    url: `http://127.0.0.1:${port}${basePath ?? ''}`,
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A page of the console, and what went wrong in it. */
export interface Opened {
  readonly page: Page
  /** Errors of scripts and violations of the policy. */
  readonly problems: string[]
  /** The addresses of everything that was loaded. */
  readonly loaded: string[]
}

export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  const loaded: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (/content security policy|trusted/i.test(message.text())) problems.push(message.text())
  })
  page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`))
  page.on('request', (request) => loaded.push(request.url()))
  await page.exposeFunction('reportViolation', (text: string) => problems.push(text))
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation(event.violatedDirective + ' ' + event.blockedURI))`)
  await page.goto(`${url}/console`)
  return { page, problems, loaded }
}

/** Opens the console and signs in, by keyboard. */
export async function signedIn(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<Opened> {
  const opened = await openConsole(browser, url, options)
  const { page } = opened
  await page.keyboard.type(SERVER)
  await page.keyboard.press('Enter')
  await page.getByText('Live: changes made elsewhere').waitFor()
  await page.locator('#rows tr, #count:has-text("No user")').first().waitFor()
  return opened
}

/** The ids in the list, in their order. */
export const idsOf = (page: Page): Promise<readonly string[]> =>
  page.locator('#rows th').allTextContents()

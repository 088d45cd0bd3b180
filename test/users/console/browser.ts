import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { UserInput } from 'tamis/users'
import { open, SERVER, type Service } from '../service.ts'

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

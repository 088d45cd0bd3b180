import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CHROMIUM, launch } from '../test/support/chromium.ts'
import type { Report } from './report.ts'
import type { Workspace } from './workspace.ts'

/** A way to run the probe. */
export interface Runtime {
  /** What the command is told to run it alone. */
  readonly name: string
  readonly title: string
  /** How the package gets into it. */
  readonly modules: string
  /** @throws Error if it is not installed, or the probe failed in it. */
  run(workspace: Workspace): Promise<Result>
}

export interface Result {
  readonly version: string
  readonly report: Report
}

const installed = (path: string): string =>
  fileURLToPath(new URL(`node_modules/${path}`, import.meta.url))

/** Runs a program to its end: its standard output. */
async function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  if (!existsSync(command)) throw new Error(`${command} is not installed`)
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err]: Buffer[][] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out?.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err?.push(chunk))
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${Buffer.concat(err ?? [])}`)
  return Buffer.concat(out ?? []).toString()
}

/** A runtime that is a program: `npm` puts it into the folder of this file. */
function program(
  name: string,
  title: string,
  path: string,
  before: readonly string[],
): readonly Runtime[] {
  const command = installed(path)
  const of = (file: string, modules: string, suffix: string): Runtime => ({
    name: `${name}${suffix}`,
    title,
    modules,
    async run({ folder }) {
      const [version = ''] = (await outputOf(command, ['--version'], folder)).split('\n')
      const args = [...before, file, 'given.json']
      return {
        version: version.replace(/^[a-z]* ?v?| \(.*/gi, ''),
        report: JSON.parse(await outputOf(command, args, folder)),
      }
    },
  })
  return [of('host.mjs', 'import', ''), of('host.cjs', 'require', '-require')]
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
}

/** Serves the folder to a browser, with a policy that forbids to make code of text. */
async function serve({ folder, imports }: Workspace) {
  const map = JSON.stringify({ imports })
  const page = `<!doctype html><title>tamis</title><link rel="icon" href="data:,"><script type="importmap" nonce="map">${map}</script>`
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname
    const body = path === '/' ? page : await readFile(join(folder, path)).catch(() => undefined)
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'text/plain'),
      'content-security-policy':
        "default-src 'none'; script-src 'self' 'nonce-map'; connect-src 'self'; img-src data:",
    })
    response.end(body)
  })
  await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() }
}

/** What the page runs: a text, because it is of no Node. */
const IN_PAGE = `(async () => {
  const { probe } = await import('/browser.js')
  const given = await (await fetch('/given.json')).json()
  return JSON.stringify(await probe(given))
})()`

const chromium: Runtime = {
  name: 'chromium',
  title: 'Chromium',
  modules: 'import map',
  async run(workspace) {
    if (CHROMIUM === undefined) throw new Error('Chromium is not installed')
    const [site, browser] = await Promise.all([serve(workspace), launch()])
    try {
      const page = await browser.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text())
      })
      await page.goto(site.url)
      const report = JSON.parse(await page.evaluate<string>(IN_PAGE))
      if (problems.length > 0) throw new Error(problems.join('\n'))
      return { version: browser.version(), report }
    } finally {
      await browser.close()
      site.close()
    }
  },
}

const workerd: Runtime = {
  name: 'workerd',
  title: 'workerd (Cloudflare Workers)',
  modules: 'one bundle',
  async run({ folder, given }) {
    const command = installed('.bin/workerd')
    const version = await outputOf(command, ['--version'], folder)
    // It writes the port that it listens at to this file descriptor.
    const args = ['serve', '--control-fd=3', join(folder, 'workerd.capnp')]
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
    try {
      const lines = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream })
      const port = await new Promise<number>((resolve, reject) => {
        lines.on('line', (line) => {
          const { event, port } = JSON.parse(line) as { event: string; port?: number }
          if (event === 'listen' && port !== undefined) resolve(port)
        })
        child.on('error', reject)
        child.on('exit', (status) => reject(new Error(`workerd ended with ${status}`)))
      })
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: JSON.stringify(given),
      })
      if (!response.ok)
        throw new Error(`workerd answered ${response.status}: ${await response.text()}`)
      return {
        version: version.replace(/^workerd |\s+$/g, ''),
        report: JSON.parse(await response.text()),
      }
    } finally {
      child.kill()
    }
  },
}

/** The first is the one that the statements of the others must equal. */
export const RUNTIMES: readonly Runtime[] = [
  ...program('node20', 'Node', 'node20/bin/node', []),
  ...program('node22', 'Node', 'node22/bin/node', []),
  ...program('node24', 'Node', 'node24/bin/node', []),
  ...program('node', 'Node', 'node/bin/node', []),
  ...program('bun', 'Bun', '.bin/bun', ['run']),
  ...program('deno', 'Deno', '.bin/deno', ['run', '--no-remote', '--allow-read']),
  chromium,
  workerd,
]

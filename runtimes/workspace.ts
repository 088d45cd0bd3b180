import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { readSuites } from '../conformance/run.ts'
import type { Given } from './report.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const hosts = fileURLToPath(new URL('hosts/', import.meta.url))

/** A folder with the packed package in its `node_modules`, and the programs that runtimes run. */
export interface Workspace {
  readonly folder: string
  readonly given: Given
  /** From the names of entry points to files of the folder, as a browser resolves them. */
  readonly imports: Readonly<Record<string, string>>
  remove(): void
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${stderr}${stdout}`)
  return stdout
}

/** Builds and packs the package, unpacks it, and bundles the programs around it. */
export async function prepare(): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), 'tamis-runtimes-'))
  const modules = join(folder, 'node_modules')
  const tamis = join(modules, 'tamis')
  mkdirSync(tamis, { recursive: true })
  run('npm', ['run', '--silent', 'build'])
  const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder])
  run('tar', ['-xzf', join(folder, packed.trim()), '-C', tamis, '--strip-components=1'])
  // An optional peer of the package; the probe makes its random queries with it.
  const fastCheck = dirname(createRequire(import.meta.url).resolve('fast-check/package.json'))
  symlinkSync(fastCheck, join(modules, 'fast-check'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  cpSync(join(hosts, 'workerd.capnp'), join(folder, 'workerd.capnp'))
  await bundle(folder)
  const given: Given = {
    suites: readSuites('tamis'),
    errors: readFileSync(join(root, 'test/text/errors.md'), 'utf8'),
  }
  writeFileSync(join(folder, 'given.json'), JSON.stringify(given))
  return {
    folder,
    given,
    imports: importsOf(tamis),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

async function bundle(folder: string): Promise<void> {
  const shared = {
    bundle: true,
    // The paths of tsconfig.json lead to the sources.
    tsconfigRaw: {},
    target: 'es2022',
    logLevel: 'warning',
    absWorkingDir: folder,
  } as const
  const external = ['tamis', 'tamis/*', 'fast-check', 'bun:sqlite', 'node:*']
  const out = (name: string) => join(folder, name)
  /** A program without the package: its imports stay, and are resolved from the folder. */
  const host = (name: string, outfile: string, format: 'esm' | 'cjs' = 'esm') =>
    build({
      ...shared,
      external,
      entryPoints: [join(hosts, `${name}.ts`)],
      format,
      outfile: out(outfile),
      ...(format === 'cjs' ? { platform: 'node' } : {}),
    })
  await Promise.all([
    host('process', 'host.mjs'),
    host('process', 'host.cjs', 'cjs'),
    host('browser', 'browser.js'),
    host('workerd', 'worker-alone.js'),
    build({
      ...shared,
      entryPoints: [out('node_modules/fast-check/lib/fast-check.js')],
      format: 'esm',
      outfile: out('fast-check.js'),
    }),
  ])
  // As wrangler bundles a worker: the conditions of the package's exports, and no Node built-in.
  await build({
    ...shared,
    entryPoints: [out('worker-alone.js')],
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    outfile: out('worker.js'),
  })
}

type Target = string | { readonly [condition: string]: Target }

/** The file of an entry point, by the conditions of browsers. */
function fileOf(target: Target | undefined): string {
  if (typeof target === 'string') return target
  return fileOf(target?.browser ?? target?.import ?? target?.default)
}

function importsOf(tamis: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(tamis, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, Target>>
  }
  const entries = Object.entries(exports).map(([name, target]) => [
    join('tamis', name),
    `/${join('node_modules/tamis', fileOf(target))}`,
  ])
  return { ...Object.fromEntries(entries), 'fast-check': '/fast-check.js' }
}

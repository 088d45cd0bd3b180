/** The targets of the fuzzer with instrumented sources of tamis. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { COUNTERS, instrument } from './instrument.ts'
import type { Target } from './targets.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Copies of one text: what they do is counted where they are called. */
const COPIES = 'src/compile/leaf-copies.ts'

export interface Instrumented {
  readonly targets: Readonly<Record<string, Target>>
  /** How often each branch was entered since the counters were cleared, modulo 256. */
  readonly counters: Uint8Array
}

/** A fault that is put into a file of the sources, to see whether it is found. */
export interface Fault {
  /** From the root of the repository. */
  readonly file: string
  readonly from: string
  readonly to: string
}

function withFault(source: string, path: string, fault: Fault | undefined): string {
  if (fault === undefined || relative(root, path) !== fault.file) return source
  if (!source.includes(fault.from)) throw new Error(`${fault.file} has no ${fault.from}`)
  return source.replace(fault.from, fault.to)
}

/** Bundles a module that exports `targets`, whose imports from src count their branches. */
export async function instrumented(entry: string, fault?: Fault): Promise<Instrumented> {
  let next = 0
  const folder = mkdtempSync(join(tmpdir(), 'tamis-guided-'))
  const outfile = join(folder, 'targets.cjs')
  try {
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      tsconfig: join(root, 'tsconfig.json'),
      // Drivers are native, and not what is looked for.
      external: ['@libsql/*', 'libsql', 'pg', 'mariadb', 'mysql2', '@opentelemetry/api'],
      logLevel: 'silent',
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: {
        js: `const importMetaUrl = ${JSON.stringify(new URL('x', import.meta.url).href)};`,
      },
      plugins: [
        {
          name: 'count branches',
          setup({ onLoad }) {
            onLoad({ filter: /\/(src|seeded)\/.*\.ts$/ }, async ({ path }) => {
              const source = withFault(readFileSync(path, 'utf8'), path, fault)
              const { code } = await transform(source, { loader: 'ts', target: 'node20' })
              if (relative(root, path) === COPIES) return { contents: code, loader: 'js' }
              const counted = instrument(code, next)
              next = counted.next
              return { contents: counted.code, loader: 'js' }
            })
          },
        },
      ],
    })
    const counters = new Uint8Array(Math.ceil(next / 4) * 4)
    Object.assign(globalThis, { [COUNTERS]: counters })
    // Packages outside of the bundle are found from here.
    const require = createRequire(import.meta.url)
    const module = { exports: {} as { targets: Instrumented['targets'] } }
    const run = new Function('require', 'module', 'exports', readFileSync(outfile, 'utf8'))
    run(require, module, module.exports)
    return { targets: module.exports.targets, counters }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

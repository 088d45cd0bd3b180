import { mkdirSync, mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own below node_modules, so that what is written there resolves packages. */
export function scratch(name: string): string {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, `tamis-${name}-`))
}

/** Bundles a program of the repository's for Node; `tamis` is the source, packages stay outside. */
export async function bundleForNode(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [resolve(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: {
      tamis: join(root, 'src/index.ts'),
      ...Object.fromEntries(
        ['sqlite', 'postgres', 'mysql', 'duckdb', 'clickhouse'].map((name) => [
          `tamis/${name}`,
          join(root, `src/dialect/${name}.ts`),
        ]),
      ),
      'tamis/text': join(root, 'src/text/index.ts'),
      'tamis/fast-check': join(root, 'src/arbitrary/index.ts'),
      'tamis/users': join(root, 'src/users/index.ts'),
    },
    logLevel: 'silent',
  })
}

import { mkdirSync, mkdtempSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own below node_modules, so that what is written there resolves packages. */
export function scratch(name: string): string {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, `tamis-${name}-`))
}

/** Which packages stay outside: all of them, or those of a list. */
type Packages = Pick<BuildOptions, 'packages' | 'external' | 'banner'>

/** The packages of a list stay outside, and all others go in, those that `require` too. */
export const allBut = (external: readonly string[]): Packages => ({
  external: [...external],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
})

/**
 * Bundles a program of the repository's for Node; `tamis` is the source, packages stay outside. What
 * is imported when it is needed stays apart, as in the package. Answers the packages that it loads
 * whatever it does.
 */
export async function bundleForNode(
  entry: string,
  outfile: string,
  outside: Packages = { packages: 'external' },
): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [{ in: resolve(root, entry), out: basename(outfile, '.mjs') }],
    outdir: dirname(outfile),
    outExtension: { '.js': '.mjs' },
    splitting: true,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    ...outside,
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
  const packages = new Set<string>()
  const visit = (file: string): void => {
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue
      if (external) packages.add(path)
      else visit(path)
    }
  }
  visit(relative(process.cwd(), outfile))
  return [...packages]
}

import { mkdirSync, mkdtempSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { consoleEsbuildPlugin } from '../../src/build/console/plugin.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A new folder in node_modules, so that files in it resolve packages. */
export function scratch(name: string): string {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, `tamis-${name}-`))
}

/**
 * Packages that load native code or files beside their own, and CommonJS of which `import()` takes
 * names: esbuild's gives the default export alone.
 */
export const UNBUNDLED = [
  ...['libsql', 'better-sqlite3', '@duckdb/node-api', '@electric-sql/pglite'],
  ...['mysql2', 'pino', 'prom-client', 'rate-limiter-flexible'],
]

/**
 * A program for Node; `tamis` is the source. Packages go in, but for those of a list: to read their
 * many files takes most of the time that a process needs to start.
 */
export const forNode = (outside: readonly string[] = UNBUNDLED) =>
  ({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: [...outside],
    banner: {
      // For packages that are CommonJS.
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    alias: {
      tamis: join(root, 'src/index.ts'),
      ...Object.fromEntries(
        ['sqlite', 'postgres', 'mariadb', 'mysql', 'duckdb', 'clickhouse'].map((name) => [
          `tamis/${name}`,
          join(root, `src/dialect/${name}/index.ts`),
        ]),
      ),
      'tamis/dialect': join(root, 'src/dialect/public.ts'),
      'tamis/text': join(root, 'src/text/index.ts'),
      'tamis/collection': join(root, 'src/collection/index.ts'),
      'tamis/check': join(root, 'src/check/index.ts'),
      'tamis/json-schema': join(root, 'src/interop/json-schema.ts'),
      'tamis/interop': join(root, 'src/interop/index.ts'),
      'tamis/compat/sift': join(root, 'src/compat/sift.ts'),
      'tamis/drizzle': join(root, 'src/drizzle/index.ts'),
      'tamis/fast-check': join(root, 'src/arbitrary/index.ts'),
      'tamis/users': join(root, 'src/users/index.ts'),
      'tamis/users/client': join(root, 'src/users/client/index.ts'),
      'tamis/tanstack': join(root, 'src/tanstack/index.ts'),
    },
    logLevel: 'silent',
  }) satisfies BuildOptions

/** Programs by the files that they become, which are in one folder. */
type Programs = Readonly<Record<string, string>>

const bundle = (programs: Programs, outside: readonly string[], options: BuildOptions = {}) =>
  build({
    ...forNode(outside),
    plugins: [consoleEsbuildPlugin],
    entryPoints: Object.entries(programs).map(([outfile, entry]) => ({
      in: resolve(root, entry),
      out: basename(outfile, '.mjs'),
    })),
    outdir: dirname(Object.keys(programs)[0] ?? ''),
    outExtension: { '.js': '.mjs' },
    splitting: true,
    ...options,
    metafile: true,
  })

/**
 * Bundles programs of the repository's. What is imported when it is needed stays apart, as in the
 * package. What programs share is built once.
 */
export const bundleAllForNode = async (
  programs: Programs,
  outside: readonly string[] = UNBUNDLED,
  options: BuildOptions = {},
): Promise<void> => void (await bundle(programs, outside, options))

/**
 * Bundles one program. Answers the packages that are outside and that the program loads whatever it
 * does.
 */
export async function bundleForNode(
  entry: string,
  outfile: string,
  outside: readonly string[] = UNBUNDLED,
): Promise<readonly string[]> {
  const { metafile } = await bundle({ [outfile]: entry }, outside)
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

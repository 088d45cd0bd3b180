/** What Vite must know to build the playground; the configuration of the site includes it. */

import { fileURLToPath } from 'node:url'

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url))

export const playgroundVite = {
  // The playground runs the sources of this repository.
  resolve: {
    alias: [
      { find: /^tamis$/, replacement: source('index.ts') },
      { find: /^tamis\/(text|interop)$/, replacement: source('$1/index.ts') },
      {
        find: /^tamis\/(sqlite|postgres|mariadb|mysql|duckdb|clickhouse)$/,
        replacement: source('dialect/$1/index.ts'),
      },
    ],
  },
  worker: { format: 'es' as const },
  // They find their WebAssembly beside themselves, which the bundles of the server do not have.
  optimizeDeps: { exclude: ['@electric-sql/pglite', '@sqlite.org/sqlite-wasm'] },
  build: {
    target: 'es2022',
    rollupOptions: {
      // PGlite has code for Node, which does not run in browsers.
      onwarn(
        warning: { readonly message: string; readonly id?: string },
        warn: (warning: never) => void,
      ) {
        if (!`${warning.message} ${warning.id}`.includes('pglite')) warn(warning as never)
      },
    },
  },
}

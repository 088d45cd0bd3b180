import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { copies } from '../src/build/copies.ts'

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url))

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [copies],
  resolve: {
    alias: [
      { find: /^tamis$/, replacement: source('index.ts') },
      {
        find: /^tamis\/(sqlite|postgres|mysql|duckdb|clickhouse)$/,
        replacement: source('dialect/$1.ts'),
      },
      { find: /^tamis\/text$/, replacement: source('text/index.ts') },
      { find: /^tamis\/fast-check$/, replacement: source('arbitrary/index.ts') },
      { find: /^tamis\/users$/, replacement: source('users/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    typecheck: {
      enabled: true,
      include: ['test/**/*.test-d.ts'],
      tsconfig: 'tsconfig.json',
    },
  },
})

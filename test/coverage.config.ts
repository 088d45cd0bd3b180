/**
 * `npm run coverage`: what the tests that need no server reach of the code that filters go through.
 * The thresholds are what is reached; they only ever rise.
 */

import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config'
import base from './vitest.config.ts'

const test: ViteUserConfig['test'] = {
  include: [
    'test/{check,condition,compile,dialect,kinds,operators,parse,query,schema}/*.test.ts',
    'test/{cases,columns,dates,facets,foreign-keys,insensitive,joins,long-lists}.test.ts',
    'test/{objects,orders,own-operators,own-operators-attacks,raw-json}.test.ts',
    'test/{builders,related-sorts,relations,relative-time,timestamp-text,users}.test.ts',
    'test/collection/{collection,matcher}.test.ts',
    'test/text/{errors,json}.test.ts',
    'test/examples/sql-server.test.ts',
  ],
  // Slow ones as well: with one engine they take seconds.
  exclude: configDefaults.exclude,
  // Counters make times longer, and not all by the same factor.
  testNamePattern: /^(?!.*linear in the length)/,
  typecheck: { enabled: false },
  env: { TAMIS_ENGINES: 'SQLite' },
  coverage: {
    enabled: true,
    provider: 'v8',
    include: [
      'src/parse/**',
      'src/operators/**',
      'src/condition/**',
      'src/compile/**',
      'src/dialect/**',
      'src/kinds/**',
    ],
    // Generated from `leaf.ts`: the same text once for every kind of leaf.
    exclude: ['src/compile/leaf-copies.ts'],
    reporter: ['text', 'json'],
    reportsDirectory: 'coverage',
    reportOnFailure: true,
    // Where tests have random values, a little less than was reached.
    thresholds: {
      'src/kinds/**': { branches: 100, functions: 100 },
      'src/operators/**': { branches: 98.5, functions: 99 },
      'src/condition/**': { branches: 97, functions: 100 },
      'src/parse/**': { branches: 94.5, functions: 100 },
      'src/compile/**': { branches: 93, functions: 97.5 },
      'src/dialect/**': { branches: 77, functions: 81.5 },
      'src/dialect/sqlite/**': { branches: 96, functions: 98.5 },
    },
  },
}

export default defineConfig(async (environment) => {
  const own = await base(environment)
  return { ...own, test: { ...own.test, ...test } }
})

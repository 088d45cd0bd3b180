import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'tsdown'
import { consolePlugin } from './console/plugin.ts'
import { notices } from './notices.ts'

const shared = {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  logLevel: 'warn',
  checks: { pluginTimings: false },
} satisfies UserConfig

/** The dependencies of the users system and of its server. */
const USERS = [
  ...['kysely', 'zod', 'jose', 'hono', 'pg', 'mysql2', 'rate-limiter-flexible'],
  '@opentelemetry/api',
]
const SERVER = ['@hono/node-server', 'pino', 'prom-client']

export default defineConfig([
  {
    ...shared,
    plugins: [consolePlugin(), notices('NOTICES.txt')],
    entry: {
      tamis: 'src/index.ts',
      sqlite: 'src/dialect/sqlite/index.ts',
      postgres: 'src/dialect/postgres/index.ts',
      mariadb: 'src/dialect/mariadb/index.ts',
      mysql: 'src/dialect/mysql/index.ts',
      duckdb: 'src/dialect/duckdb/index.ts',
      clickhouse: 'src/dialect/clickhouse/index.ts',
      // Not `dialect`, which the types of src/dialect/dialect.ts are called.
      'own-dialect': 'src/dialect/public.ts',
      text: 'src/text/index.ts',
      collection: 'src/collection/index.ts',
      check: 'src/check/index.ts',
      'json-schema': 'src/interop/json-schema.ts',
      interop: 'src/interop/index.ts',
      'compat-sift': 'src/compat/sift.ts',
      drizzle: 'src/drizzle/index.ts',
      'fast-check': 'src/arbitrary/index.ts',
      users: 'src/users/index.ts',
      'users-browser': 'src/users/browser.ts',
      'users-client': 'src/users/client/index.ts',
      tanstack: 'src/tanstack/index.ts',
    },
    format: ['esm', 'cjs'],
    dts: true,
    platform: 'neutral',
    target: 'es2022',
    hash: false,
    inputOptions: {
      // What packages leave out in browsers, they leave out here: no Node built-in.
      resolve: { mainFields: ['module', 'main'], aliasFields: [['browser']] },
    },
    outputOptions: {
      codeSplitting: {
        groups: [
          // Its tables are made when it is loaded, so bundlers would keep them with anything that is in
          // the same file: a chunk of its own comes with cursors only.
          { name: 'noble', test: /node_modules\/@noble\// },
          // Imports no other chunk, so that bundlers place it first: see `src/index.ts`.
          { name: 'leaves', test: /src\/(compile\/leaf(-copies)?|kinds\/objects)\.ts$/ },
        ],
      },
    },
    deps: {
      alwaysBundle: ['@noble/hashes', '@noble/ciphers', /^@?chevrotain/, 'lodash-es', 'qs'],
      // Optional peer dependencies, and Node.
      neverBundle: ['fast-check', /^drizzle-orm/, '@tanstack/db', /^node:/, ...USERS],
    },
  },
  {
    ...shared,
    plugins: [consolePlugin(), notices('cli/NOTICES.txt')],
    entry: { 'cli/main': 'src/cli/main.ts' },
    format: ['esm'],
    dts: false,
    platform: 'node',
    target: 'node20',
    hash: false,
    clean: false,
    deps: { neverBundle: ['libsql', 'better-sqlite3', 'node:sqlite', ...USERS, ...SERVER] },
  },
])

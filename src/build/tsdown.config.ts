import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'tsdown'
import { copies } from './copies.ts'
import { notices } from './notices.ts'

const shared = {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  logLevel: 'warn',
  checks: { pluginTimings: false },
} satisfies UserConfig

/** What the users system stands on, and what its server does. */
const USERS = ['kysely', 'zod', 'jose', 'hono', 'pg', 'mysql2', 'rate-limiter-flexible']
const SERVER = ['@hono/node-server', 'pino', 'prom-client']

export default defineConfig([
  {
    ...shared,
    plugins: [copies, notices('NOTICES.txt')],
    entry: {
      tamis: 'src/index.ts',
      sqlite: 'src/dialect/sqlite.ts',
      postgres: 'src/dialect/postgres.ts',
      mysql: 'src/dialect/mysql.ts',
      duckdb: 'src/dialect/duckdb.ts',
      clickhouse: 'src/dialect/clickhouse.ts',
      text: 'src/text/index.ts',
      'fast-check': 'src/arbitrary/index.ts',
      users: 'src/users/index.ts',
      'users-browser': 'src/users/browser.ts',
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
    deps: {
      alwaysBundle: [
        'fastest-levenshtein',
        '@noble/hashes',
        '@noble/ciphers',
        /^@?chevrotain/,
        'lodash-es',
        'qs',
      ],
      // Peers, which whoever needs them installs.
      neverBundle: ['fast-check', 'node:sqlite', ...USERS],
    },
  },
  {
    ...shared,
    plugins: [copies, notices('cli/NOTICES.txt')],
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

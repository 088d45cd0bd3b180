import { fileURLToPath } from 'node:url'
import {
  configDefaults,
  defineConfig,
  type TestProjectConfiguration,
  type TestUserConfig,
} from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url))

/**
 * What `npm test` leaves to `npm run test:all`: files that start many processes or a browser, kill
 * them, wait for timers, fill tables for the plans of statements, or store the largest values that
 * there are.
 */
export const SLOW = [
  'test/check/backfill.test.ts',
  'test/check/promise.test.ts',
  'test/check/source.test.ts',
  'test/cli/backfill.test.ts',
  'test/cli/command.test.ts',
  'test/cli/completion.test.ts',
  'test/cli/csv.test.ts',
  'test/cli/databases.test.ts',
  'test/cli/export.test.ts',
  'test/cli/formats.test.ts',
  'test/cli/import.test.ts',
  'test/cli/infer.test.ts',
  'test/cli/init.test.ts',
  'test/cli/operate.test.ts',
  'test/cli/serve.test.ts',
  'test/cli/tables.test.ts',
  'test/compile/bounds.test.ts',
  'test/compile/replace.test.ts',
  'test/created-columns.test.ts',
  'test/docs-site.test.ts',
  'test/drizzle/databases.test.ts',
  'test/examples/examples.test.ts',
  'test/faults.test.ts',
  'test/growth.test.ts',
  'test/guided/guided.test.ts',
  'test/largest.test.ts',
  'test/long-lists.test.ts',
  'test/package/release.test.ts',
  'test/plans-of-texts.test.ts',
  'test/plans.test.ts',
  'test/playground/browser.test.ts',
  'test/playground/code.test.ts',
  'test/raw-json.test.ts',
  'test/related-sorts.test.ts',
  'test/shards.test.ts',
  'test/tanstack/live-property.test.ts',
  'test/tanstack/property.test.ts',
  'test/users/app.test.ts',
  'test/users/backlog.test.ts',
  'test/users/backup.test.ts',
  'test/users/client-watch.test.ts',
  'test/users/client.test.ts',
  'test/users/clock-jumps.test.ts',
  'test/users/connect.test.ts',
  'test/users/console/browser.test.ts',
  'test/users/damaged.test.ts',
  'test/users/dumps.test.ts',
  'test/users/generated-client.test.ts',
  'test/users/hostile-strings.test.ts',
  'test/users/idempotency.test.ts',
  'test/users/limits.test.ts',
  'test/users/mount.test.ts',
  'test/users/near-pages.test.ts',
  'test/users/openapi.test.ts',
  'test/users/packets.test.ts',
  'test/users/reliability.test.ts',
  'test/users/sqlite.test.ts',
  'test/users/start.test.ts',
  'test/users/streams.test.ts',
  'test/users/tasks.test.ts',
  'test/users/text-pages.test.ts',
  'test/users/usernames.test.ts',
  'test/users/watch-http.test.ts',
  'test/users/watch.test.ts',
  'test/users/watchers.test.ts',
  'test/users/webhook-limits.test.ts',
  'test/users/webhooks.test.ts',
]

const resolve = {
  alias: [
    { find: /^tamis$/, replacement: source('index.ts') },
    {
      find: /^tamis\/(sqlite|postgres|mariadb|mysql|duckdb|clickhouse)$/,
      replacement: source('dialect/$1/index.ts'),
    },
    { find: /^tamis\/dialect$/, replacement: source('dialect/public.ts') },
    { find: /^tamis\/text$/, replacement: source('text/index.ts') },
    { find: /^tamis\/collection$/, replacement: source('collection/index.ts') },
    { find: /^tamis\/check$/, replacement: source('check/index.ts') },
    { find: /^tamis\/json-schema$/, replacement: source('interop/json-schema.ts') },
    { find: /^tamis\/interop$/, replacement: source('interop/index.ts') },
    { find: /^tamis\/compat\/sift$/, replacement: source('compat/sift.ts') },
    { find: /^tamis\/drizzle$/, replacement: source('drizzle/index.ts') },
    { find: /^tamis\/fast-check$/, replacement: source('arbitrary/index.ts') },
    { find: /^tamis\/users$/, replacement: source('users/index.ts') },
    { find: /^tamis\/users\/client$/, replacement: source('users/client/index.ts') },
    { find: /^tamis\/tanstack$/, replacement: source('tanstack/index.ts') },
  ],
}

const root = fileURLToPath(new URL('..', import.meta.url))
const FILES = 'test/**/*.test.ts'

/**
 * `npm run test:all`, at full length. Each file has a process of its own, and so shows that it needs
 * nothing that another has left. Those that start processes and servers fill both cores, and come one
 * after the other.
 */
function atFullLength() {
  const shared = { testTimeout: 240_000, hookTimeout: 240_000, env: { TAMIS_TESTS: 'all' } }
  const group = (
    name: string,
    groupOrder: number,
    own: TestUserConfig,
  ): TestProjectConfiguration => ({
    root,
    resolve,
    test: { ...shared, name, isolate: true, sequence: { groupOrder }, ...own },
  })
  return {
    ...shared,
    projects: [
      group('quick', 0, {
        include: [FILES],
        exclude: [...configDefaults.exclude, ...SLOW],
        maxWorkers: 2,
        typecheck,
      }),
      group('slow', 1, { include: SLOW, maxWorkers: 1 }),
    ],
  }
}

const typecheck = {
  enabled: true,
  include: ['test/**/*.test-d.ts'],
  tsconfig: 'tsconfig.json',
  checker: source('../test/support/checker.sh'),
}

/** `npm test`. */
const SHORT: TestUserConfig = {
  include: [FILES],
  exclude: [...configDefaults.exclude, ...SLOW],
  // Many tests wait for databases and processes: by default one core of two would be idle.
  maxWorkers: 2,
  typecheck,
  // The files that a worker runs share what they import: to load it for each anew took more time than
  // most files do.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

export default defineConfig(({ mode }) => ({
  root,
  resolve,
  test: {
    ...(mode === 'all' ? atFullLength() : SHORT),
    globalSetup: ['test/support/setup.ts'],
  },
}))

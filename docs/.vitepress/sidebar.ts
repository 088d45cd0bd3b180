import type { DefaultTheme } from 'vitepress'
import { logicalNames, operatorNames } from '../../src/operators/names.ts'

export const nav: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/first-query' },
  { text: 'Operators', link: '/operators/', activeMatch: '^/(operators|types)/' },
  { text: 'Databases', link: '/databases/', activeMatch: '^/databases/' },
  { text: 'API', link: '/api/index.html', target: '_self' },
  { text: 'Playground', link: '/playground' },
  { text: 'Changelog', link: '/changelog' },
]

const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'Guide',
    items: [
      { text: 'A first query in five minutes', link: '/first-query' },
      { text: 'Playground', link: '/playground' },
      { text: 'Filters', link: '/filters' },
      { text: 'Queries and pages', link: '/paging' },
      { text: 'Your own tables', link: '/your-tables' },
      { text: 'Search columns', link: '/search-columns' },
      { text: 'Relations', link: '/relations' },
      { text: 'Live lists', link: '/live-lists' },
      { text: 'Collections', link: '/collections' },
      { text: 'Permissions', link: '/permissions' },
      { text: 'Errors', link: '/errors' },
      { text: 'Scaling out', link: '/scaling-out' },
      { text: 'Security', link: '/security' },
    ],
  },
]

/** The pages that are made: only beside each other, because every page has its whole sidebar in it. */
const made: DefaultTheme.SidebarItem[] = [
  {
    text: 'Operators',
    link: '/operators/',
    collapsed: false,
    items: [...operatorNames, ...logicalNames, '$not'].map((name) => ({
      text: name,
      link: `/operators/${name.slice(1)}`,
    })),
  },
  {
    text: 'Types of fields',
    link: '/types/',
    collapsed: false,
    items: [
      'string',
      'boolean',
      'integer',
      'number',
      'timestamp',
      'date',
      'uuid',
      'decimal',
      'enumeration',
      'list',
      'objects',
      'dynamic',
    ].map((name) => ({ text: name, link: `/types/${name}` })),
  },
]

const lists: DefaultTheme.SidebarItem[] = made.map(({ text, link }) => ({ text, link }))

const others: DefaultTheme.SidebarItem[] = [
  {
    text: 'Databases',
    link: '/databases/',
    items: [
      { text: 'SQLite', link: '/databases/sqlite' },
      { text: 'PostgreSQL', link: '/databases/postgres' },
      { text: 'MariaDB', link: '/databases/mariadb' },
      { text: 'MySQL', link: '/databases/mysql' },
      { text: 'DuckDB', link: '/databases/duckdb' },
      { text: 'ClickHouse', link: '/databases/clickhouse' },
      { text: "A dialect of one's own", link: '/databases/own-dialect' },
    ],
  },
  {
    text: 'With other tools',
    items: [
      { text: 'Frameworks', link: '/frameworks' },
      { text: 'Query builders', link: '/query-builders' },
      { text: 'TanStack DB', link: '/tanstack' },
      { text: 'Other libraries', link: '/other-libraries' },
      { text: 'Coming from …', link: '/from/' },
      { text: 'Filters as text', link: '/text' },
      { text: 'The command', link: '/command' },
      { text: "Operators of one's own", link: '/own-operators' },
      { text: 'Property tests', link: '/property-tests' },
    ],
  },
  {
    text: 'Examples',
    link: '/examples/',
    collapsed: true,
    items: [
      { text: 'Express and pg', link: '/examples/express-pg/' },
      { text: 'Fastify and Drizzle', link: '/examples/fastify-drizzle/' },
      { text: 'Hono and Kysely', link: '/examples/hono-kysely/' },
      { text: 'SQL Server', link: '/examples/sql-server/' },
    ],
  },
  {
    text: 'Users system',
    link: '/users/serve',
    collapsed: true,
    items: [
      { text: 'As a server', link: '/users/serve' },
      { text: 'Inside your server', link: '/users/embed' },
      { text: 'Client', link: '/users/client' },
      { text: 'Console', link: '/users/console' },
      { text: 'Webhooks', link: '/users/webhooks' },
      { text: 'Operating', link: '/users/operate' },
    ],
  },
  {
    text: 'API',
    items: [
      // Not a page of VitePress: the browser loads it.
      { text: 'Reference', link: '/api/index.html', target: '_self' },
    ],
  },
  {
    text: 'Proof',
    items: [
      { text: 'Conformance', link: '/conformance' },
      { text: 'Conformance suites', link: '/conformance/' },
      { text: 'Runtimes', link: '/runtimes' },
      { text: 'Verification', link: '/verification' },
      { text: 'What the tests reach', link: '/proof' },
      { text: 'Performance', link: '/performance' },
      { text: 'Results in memory', link: '/bench/results' },
      { text: 'Results in SQL', link: '/bench/sql' },
      { text: 'Results of the users system', link: '/bench/users' },
    ],
  },
  {
    text: 'Project',
    items: [
      { text: 'Changelog', link: '/changelog' },
      { text: 'Contributing', link: '/contributing' },
    ],
  },
]

export const sidebar: DefaultTheme.SidebarMulti = {
  '/operators/': [...guide, ...made, ...others],
  '/types/': [...guide, ...made, ...others],
  '/': [...guide, ...lists, ...others],
}

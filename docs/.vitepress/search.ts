import { BASE } from '../build/pages.ts'

/** What the search of the site finds first, and by which words that a page does not have. */

/** Words that people look for, by the section that answers them, as its address without `.html`. */
export const KEYWORDS: Readonly<Record<string, string>> = {
  '/first-query#a-first-query-in-five-minutes':
    'getting started, quick start, quickstart, tutorial, introduction, hello world, beginner, learn, setup',
  '/first-query#install': 'installation, npm install, yarn add, pnpm add, package',
  '/filters#filters': 'where, condition, query language, syntax, mongoose, and, or, nor',
  '/filters#absent-values': 'null, missing, undefined, is null, is not null, exists, no value',
  '/filters#case': 'case insensitive, case sensitive, ignore case, ilike, collation, lower',
  '/filters#limits': 'denial of service, dos, maximum, too many, depth, security',
  '/filters#cost': 'denial of service, dos, expensive filter, slow filter, budget',
  '/filters#relative-time': 'now, ago, last week, last days, today, interval',
  '/paging#queries-and-pages':
    'pagination, paging, sorting, sort, order by, sort order, ascending, descending, limit, offset, page size, infinite scroll',
  '/paging#where-nulls-sort': 'nulls first, nulls last, absent',
  '/paging#cursors': 'cursor, keyset, seek, next page, previous page, load more, infinite scroll',
  '/paging#the-fields-of-a-page': 'select columns, projection, sparse fields, pick fields',
  '/paging#how-many-rows-there-are': 'count, total, total count, number of pages',
  '/paging#how-many-rows-each-value-has':
    'facets, group by, histogram, counts of values, aggregation',
  '/permissions#permissions':
    'allowlist, whitelist, denylist, blacklist, hide a field, hidden, hide, authorization, access control, acl, rbac, tenant, multi-tenant, row level security, rls, private',
  '/security#security':
    'sql injection, injection, attack, vulnerability, owasp, denial of service, dos',
  '/errors#errors':
    'error, error codes, 400, bad request, status code, validation, validate, unknown field, unknown option',
  '/your-tables#your-own-tables':
    'existing table, column names, snake case, map columns, mapping, rename, hand-written, legacy',
  '/your-tables#a-table-that-exists-already':
    'introspect, existing database, migrate, migration, schema from a table',
  '/query-builders#query-builders':
    'ORM, Kysely, Knex, Drizzle, TypeORM, Sequelize, Prisma, MikroORM, Objection, hand-written SQL, raw SQL, own query',
  '/other-libraries#filters-of-other-libraries-and-filters-in-words':
    'mongoose, mongodb, sift, mingo, casl, ucast, convert, import filters, react query builder, ag grid',
  '/other-libraries#mongodb': 'mongoose, mongo, BSON, aggregation',
  '/other-libraries#in-words':
    'describe a filter, human readable, explain, language, translation, i18n',
  '/frameworks#frameworks-and-other-tools':
    'graphql, rest, http, api, endpoint, server, middleware, openapi, swagger, next.js, koa',
  '/frameworks#json-schema': 'graphql, openapi, swagger, input type, validation, ajv, zod, typebox',
  '/examples/#examples': 'example, sample project, starter, template, boilerplate, demo',
  '/examples/express-pg/#express-and-pg': 'express, pg',
  '/examples/fastify-drizzle/#fastify-and-drizzle': 'fastify, drizzle',
  '/examples/hono-kysely/#hono-and-kysely': 'hono, kysely',
  '/examples/sql-server/#a-dialect-of-sql-server': 'mssql, t-sql, sql server, azure',
  '/databases/#databases': 'database, driver, drivers, engine, sql, which databases, supported',
  '/databases/postgres#postgresql':
    'postgres, pg, pglite, psql, neon, supabase, cockroachdb, aurora',
  '/databases/sqlite#sqlite': 'better-sqlite3, libsql, turso, node:sqlite, d1, bun',
  '/databases/mysql#mysql': 'mysql2, planetscale, aurora',
  '/databases/mariadb#mariadb': 'mysql2, mariadb connector',
  '/databases/duckdb#duckdb': 'analytics, parquet, olap',
  '/databases/clickhouse#clickhouse': 'analytics, olap, columnar',
  '/databases/own-dialect#a-dialect-of-one-s-own':
    'custom dialect, oracle, mssql, another database',
  '/command#the-command': 'cli, command line, terminal, npx tamis, csv',
  '/command#a-list-in-your-project':
    'init, tamis init, scaffold, generate, create a project, starter',
  '/command#rows': 'csv, ndjson, json file, query a file',
  '/command#a-schema-from-rows': 'infer, tamis infer, generate a schema, csv',
  '/search-columns#search-columns':
    'full text search, autocomplete, typeahead, accents, diacritics, fts',
  '/relations#relations':
    'join, joins, foreign key, related rows, nested, populate, association, has many, belongs to, one to many',
  '/live-lists#live-lists':
    'real time, realtime, subscribe, subscription, websocket, server-sent events, sse, events, push',
  '/collections#collections': 'in memory, index, cache, store',
  '/own-operators#operators-of-one-s-own': 'custom operator, define an operator, extend, plugin',
  '/text#filters-as-text': 'parse text, mongo shell, relaxed json, editor, autocompletion, format',
  '/text#query-strings': 'url, query string, query parameters, req.query, search params, qs',
  '/scaling-out#scaling-out': 'sharding, shards, replicas, partition',
  '/performance#performance': 'benchmark, benchmarks, fast, speed, bundle size, how fast',
  '/property-tests#property-tests': 'fast-check, fuzzing, testing, arbitrary, generate rows',
  '/tanstack#tanstack-db': 'react query, tanstack query, client, react',
  '/runtimes#runtimes': 'bun, deno, cloudflare workers, edge, browser, node version',
  '/playground#playground': 'try, demo, sandbox, repl, online',
  '/from/#coming-from-another-library':
    'migrate, migration guide, switch, alternatives, comparison',
  '/from/prisma#from-prisma-s-where': 'migrate from prisma, prisma where',
  '/from/mikro-orm#from-mikroorm': 'migrate from mikroorm',
  '/from/feathers#from-feathers': 'migrate from feathers, feathersjs',
  '/from/sift-and-mingo#from-sift-and-mingo': 'migrate from sift, mongoose, mongodb in memory',
  '/from/casl-and-ucast#from-ucast-and-casl': 'migrate from casl, abilities',
  '/from/query-strings#from-query-strings-of-one-s-own':
    'hand-written filters, hand-written, migrate, req.query, own query parameters',
  '/users/serve#users-as-a-server': 'users, user management, accounts, admin',
  '/operators/in#in': 'in with null, in a list, one of, any of, is any of',
  '/operators/includes#includes': 'contains, substring, like, ilike, regex, search in a text',
  '/operators/gte#gte': 'between, range, at least, from',
  '/operators/nin#nin': 'not in, none of, nin with null',
  '/operators/eq#eq': 'equals, equal, is null, exact',
  '/operators/ne#ne': 'not equal, is not, is not null',
  '/operators/exists#exists': 'is null, is not null, has a value, null',
  '/operators/not#not': 'negation, negate',
  '/operators/or#or': 'either, any of the conditions',
  '/types/decimal#decimal': 'money, price, currency, numeric, exact numbers',
  '/types/timestamp#timestamp': 'datetime, time zone, timezone, utc',
  '/types/dynamic#dynamic': 'json, jsonb, custom fields, metadata, wildcard, any type',
  '/types/objects#list-object': 'nested objects, elemMatch, array of objects, embedded documents',
  '/types/list#list-string': 'array, arrays, tags',
  '/types/enumeration#enumeration': 'enum, status, fixed values',
  '/types/integer#integer': 'int, bigint, int8, number without fraction',
  '/types/number#number': 'float, double, real',
  '/types/string#string': 'text, varchar',
}

/** A section as VitePress indexes it. */
interface Section {
  readonly id: string
  readonly [field: string]: unknown
}

/** The words of a section that are not in it; its id is an address with the base and `.html`. */
function keywordsOf(id: string): string {
  return KEYWORDS[`/${id.slice(BASE.length)}`.replace(/\.html(?=#|$)/, '')] ?? ''
}

/**
 * The options of MiniSearch. VitePress sends the functions to the page as text, so that they must not
 * use anything from outside of them; `extractField` is called only while the index is built.
 */
export const miniSearch = {
  options: {
    fields: ['title', 'keywords', 'titles', 'text'],
    extractField: (section: Section, field: string): unknown =>
      field === 'keywords' ? keywordsOf(section.id) : section[field],
    /** Operators are found without their `$`, and words that all pages have find nothing. */
    processTerm(term: string): string | string[] | undefined {
      const word = term.toLowerCase()
      if (word.startsWith('$')) return [word, word.slice(1)]
      return /^(an?|and|are|as|at|be|by|do|does|for|from|how|i|is|it|my|of|on|the|to|what|with)$/.test(
        word,
      )
        ? undefined
        : word
    },
  },
  searchOptions: {
    /** In a short word, a changed letter makes another word. */
    fuzzy: (term: string): number | false => (term.length > 4 ? 0.2 : false),
    prefix: (term: string): boolean => term.length > 1,
    boost: { title: 4, keywords: 6, titles: 1, text: 1 },
    /** Guides first: pages that record what was done have every word. */
    boostDocument: (id: string): number =>
      /\/(changelog|bench|verification|proof|contributing|conformance)\b/.test(id)
        ? 0.2
        : /\/(users|api)\//.test(id)
          ? 0.4
          : 1,
  },
} as const

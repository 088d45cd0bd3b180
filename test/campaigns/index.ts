/**
 * `npm run proof` runs the campaigns that take hours, one after the other; `npm run proof -- NAME
 * [arguments]` runs one. What they found is in docs/verification.md.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Campaign {
  /** The program, from this folder. */
  readonly file: string
  readonly about: string
  /** Its arguments when all campaigns are run: a list for each run. */
  readonly runs: readonly (readonly string[])[]
  /** Whether it runs what `npm run build` makes. */
  readonly isBuilt?: true
}

const CAMPAIGNS: Readonly<Record<string, Campaign>> = {
  fuzz: {
    file: '../fuzz.ts',
    about:
      'ENGINE [FILTERS] [SEED]: random filters over random schemas, in memory and on an engine',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB'].map((name) => [name, '200000']),
  },
  metamorphic: {
    file: 'metamorphic.ts',
    about: 'ENGINE [FILTERS] [SEED]: each filter in many forms that must select the same rows',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB'].map((name) => [name, '100000']),
  },
  tables: {
    file: 'tables.ts',
    about:
      'ENGINE [TABLES] [SEED] [QUERIES]: random tables as others make them, introspected and queried',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB'].map((name) => [name, '2000']),
  },
  relations: {
    file: 'relations.ts',
    about:
      'ENGINE [FILTERS] [SEED]: random filters of related rows, in memory and in tables of an engine',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB'].map((name) => [name, '200000']),
  },
  collection: {
    file: 'collection.ts',
    about: '[STEPS] [SEED]: random changes and questions of a collection, beside an array',
    runs: [['1000000']],
  },
  users: {
    file: '../users/fuzz.ts',
    about: 'DATABASE [SEQUENCES] [SEED]: operations on users, beside a model in memory',
    runs: ['SQLite in memory', 'PostgreSQL', 'MariaDB', 'MySQL'].map((name) => [name, '1000']),
  },
  cuts: {
    file: 'cuts.ts',
    about: 'SERVER [CUTS]: connections cut at random moments, and restarts of the server',
    runs: [
      ['postgres', '500'],
      ['mariadb', '500'],
      ['mysql', '500'],
    ],
  },
  faults: {
    file: 'faults.ts',
    about:
      'DATABASE [MINUTES] [SEED]: processes killed and stopped, clocks that jump, a full disk, a read-only file',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB', 'MySQL'].map((name) => [name, '60']),
  },
  soak: {
    file: 'soak.ts',
    about:
      'SERVER [MINUTES]: mixed load on `tamis serve`, with everything that once brought it down',
    runs: [
      ['sqlite', '30'],
      ['postgres', '30'],
      ['mariadb', '30'],
    ],
    isBuilt: true,
  },
  cost: {
    file: 'cost/search.ts',
    about: 'ENGINE [MINUTES] [SEED]: a search for the filters that cost a database most',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB'].map((name) => [name, '20']),
  },
  'cost-floor': {
    file: 'cost/floor.ts',
    about: 'ENGINE: what the cheapest filters take, and none, in the table of that search',
    runs: ['SQLite', 'PostgreSQL', 'MariaDB'].map((name) => [name]),
  },
  guided: {
    file: 'guided.ts',
    about:
      '[TARGET|all] [SECONDS] [SEED]: inputs that enter new branches, in search of broken promises',
    runs: [['all', '1200']],
  },
  'plans-of-relations': {
    file: 'plans-of-relations.ts',
    about: 'ENGINE [ORDERS]: filters and sorts by related rows of a million, beside SQL by hand',
    runs: ['PostgreSQL', 'MariaDB', 'MySQL', 'SQLite'].map((name) => [name]),
  },
  growth: {
    file: 'growth.ts',
    about: '[SECONDS] [SEED]: a search for texts whose time grows faster than their length',
    runs: [['1200']],
  },
  lists: {
    file: 'lists.ts',
    about: '[SCENARIO …]: open lists under load: how late events are, how long writes take',
    runs: [[]],
  },
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0
}

const start = (name: string, { file, isBuilt }: Campaign, args: readonly string[]): boolean => {
  if (isBuilt && !run('npm', ['run', '--silent', 'build'])) return false
  console.log(`\n# npm run proof -- ${[name, ...args].join(' ')}`)
  const program = fileURLToPath(new URL(file, import.meta.url))
  return run('npx', ['tsx', '--expose-gc', program, ...args])
}

const [name, ...args] = process.argv.slice(2)
if (name === undefined) {
  const failed: string[] = []
  for (const [each, campaign] of Object.entries(CAMPAIGNS)) {
    for (const one of campaign.runs) {
      if (!start(each, campaign, one)) failed.push([each, ...one].join(' '))
    }
  }
  for (const each of failed) console.error(`failed: ${each}`)
  process.exit(failed.length === 0 ? 0 : 1)
}
const campaign = Object.hasOwn(CAMPAIGNS, name) ? CAMPAIGNS[name] : undefined
if (campaign === undefined) {
  const known = Object.entries(CAMPAIGNS).map(([each, { about }]) => `  ${each} ${about}`)
  console.error(`unknown campaign ${name}; expected one of\n${known.join('\n')}`)
  process.exit(2)
}
process.exit(start(name, campaign, args) ? 0 : 1)

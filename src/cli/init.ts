import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { BY_DEFAULT } from './database-url.ts'
import { filesOf } from './init-files.ts'
import { FRAMEWORKS, type Framework, projectOf } from './init-project.ts'
import { report } from './init-report.ts'
import { chosen, type SourceOptions } from './init-source.ts'
import { kept, put } from './init-write.ts'
import { printable } from './mistake.ts'
import { write } from './sink.ts'

interface InitCommandOptions extends SourceOptions {
  readonly out?: string
  readonly dryRun?: true
  readonly framework?: Framework | 'none'
}

async function init(place = '.', options: InitCommandOptions): Promise<void> {
  const folder = resolve(place)
  const found = projectOf(folder, options.out)
  // The list reads DATABASE_URL, which may name another database than the one that was asked for.
  const isOther = options.db !== undefined && options.db !== found.database?.url
  const seen = isOther ? { ...found, database: undefined } : found
  const asked = options.framework === 'none' ? undefined : options.framework
  const project =
    options.framework === undefined
      ? seen
      : { ...seen, framework: asked, hasServer: seen.hasServer && asked === undefined }
  const { source, key, what, notes } = await chosen(project, options)
  const files = filesOf(project, source, key)
  // All are looked at before the first is written: parts of two lists do not fit each other.
  const same = kept(folder, files, project.list)
  const lines = files.map((file) => {
    if (same.has(file)) return `kept ${file.path}, which is the same`
    if (options.dryRun) return `would write ${file.path}`
    put(folder, file)
    return `wrote ${file.path}`
  })
  lines.push(...report(project, source, what, files))
  // Paths and commands are those of the project.
  const where = folder === resolve('.') ? [] : [`in ${place}:`]
  await write(`${[...where, ...lines].join('\n')}\n`)
  for (const each of notes) process.stderr.write(`tamis: ${printable(each)}\n`)
}

/** Adds `tamis init`: a list endpoint in a project, with its schema and a test. */
export const addInit = (tamis: Command): Command =>
  tamis
    .command('init')
    .description('write a list endpoint with filters, orders and pages, its schema and a test')
    .argument('[folder]', 'the project; by default the current folder')
    .option('--dry-run', 'say what would be written')
    .addOption(
      new Option('--framework <name>', 'by default, what package.json has').choices([
        ...FRAMEWORKS,
        'none',
      ]),
    )
    .option('--db <database>', BY_DEFAULT)
    .option('--out <folder>', 'where the files are to be; by default src/list or list')
    .option('--table <name>', 'the table of the list; with its schema as app.people')
    .option(
      '--sample',
      'a list of sample rows, where there is a database or a table of Drizzle too',
    )
    .option('--omit <column...>', 'columns that no client may see')
    .action(init)

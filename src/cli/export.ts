import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { Mistake } from './mistake.ts'
import { requirePackages, USERS } from './packages.ts'
import { openUsers, type UsersCommandOptions, withDatabaseOption } from './users-options.ts'

interface ExportOptions extends Pick<UsersCommandOptions, 'db'> {
  readonly overwrite?: true
}

async function exportFile(file: string, { db, overwrite }: ExportOptions): Promise<void> {
  requirePackages('export', USERS)
  if (existsSync(file) && !overwrite) {
    throw new Mistake(`${file} exists: choose another name, or add --overwrite`)
  }
  const { ExportRun } = await import('./export-run.ts')
  const users = await openUsers({ db, index: [] }, { worker: false }, () => {})
  try {
    await new ExportRun(users, file).run()
  } finally {
    await users.close()
  }
}

export function addExport(tamis: Command): void {
  withDatabaseOption(tamis.command('export'))
    .description(
      'export all users as NDJSON, for tamis import --restore; continues where an earlier run stopped',
    )
    .argument('<file>', 'where to write them')
    .option('--overwrite', 'replace the file if it exists')
    .action(exportFile)
}

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENTRIES, type Entry, GENERATED, root } from './pages.ts'

const folder = join(root, GENERATED, 'api')

/** Gives a page the name of what is imported; answers the first paragraph of what it says. */
function named({ made, name }: Entry): string {
  const file = join(folder, made)
  const text = readFileSync(file, 'utf8').replace(/^# .*/, `# ${name}`)
  writeFileSync(file, text)
  const [, first = ''] = text.split('\n\n')
  return first.startsWith('#') ? '' : first.replaceAll('\n', ' ')
}

/** Writes a page for each entry point from the comments of its exports. */
export function writeApi(): void {
  const typedoc = join(root, 'docs/node_modules/typedoc/bin/typedoc')
  const sources = ENTRIES.flatMap(({ source }) => ['--entryPoints', source])
  execFileSync(
    process.execPath,
    [typedoc, '--options', 'docs/build/typedoc.json', '--out', folder, ...sources],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const rows = ENTRIES.map((entry) => `| [\`${entry.name}\`](${entry.made}) | ${named(entry)} |`)
  const about = 'What each entry point of the package exports, from the comments in the source.'
  writeFileSync(
    join(folder, 'index.md'),
    ['# API', about, ['| import | |', '| --- | --- |', ...rows].join('\n'), ''].join('\n\n'),
  )
}

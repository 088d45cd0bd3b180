import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeApi } from './api.ts'
import { API, COPIES, GENERATED, OUTSIDE, root } from './pages.ts'
import { operatorPages } from './reference/operators.ts'
import { typePages } from './reference/types.ts'

/** Writes the pages of the site that are made from code: `docs/generated` and `docs/public/api`, which git
 * ignores. */

const generated = join(root, GENERATED)
for (const folder of [generated, join(root, API)]) rmSync(folder, { recursive: true, force: true })

// The chart is an image of one of the pages.
for (const path of [...OUTSIDE, 'bench/chart.svg'])
  cpSync(join(root, path), join(root, COPIES, path))

// The changelog is too long for one page, and has no sidebar, so that it does not transfer too much.
const [added = '', ...others] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(
  /^(?=### (?!Added))/m,
)
const changelog: Readonly<Record<string, string>> = {
  'CHANGELOG.md': `${added}\nWhat was [changed and fixed](/changelog-fixes) is on a page of its own.\n`,
  'changelog-fixes.md': `# Changed and fixed\n\nSince the last release; what was added is in the [changelog](/changelog).\n\n${others.join('').replaceAll(/^##/gm, '#')}`,
}
for (const [name, text] of Object.entries(changelog)) {
  writeFileSync(join(root, COPIES, name), `---\nsidebar: false\n---\n\n${text}`)
}

const folders = { operators: operatorPages(), types: typePages() }
for (const [folder, pages] of Object.entries(folders)) {
  for (const [name, text] of pages) {
    const file = join(generated, folder, `${name}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

writeApi()

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

// The changelog is the longest page: it has no sidebar, so that it does not transfer too much.
const changelog = join(root, COPIES, 'CHANGELOG.md')
writeFileSync(changelog, `---\nsidebar: false\n---\n\n${readFileSync(changelog, 'utf8')}`)

const folders = { operators: operatorPages(), types: typePages() }
for (const [folder, pages] of Object.entries(folders)) {
  for (const [name, text] of pages) {
    const file = join(generated, folder, `${name}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

writeApi()

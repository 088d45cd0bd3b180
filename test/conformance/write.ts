/** `npm run conformance:write` writes the files of `conformance/suites`. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suites, textOf } from './suites.ts'

const folder = fileURLToPath(new URL('../../conformance/suites/', import.meta.url))
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
let count = 0
for (const suite of suites()) {
  writeFileSync(`${folder}${suite.name}.json`, textOf(suite))
  count += suite.cases.length
}
process.stdout.write(`${count} cases\n`)

/**
 * `npm run proof -- guided [TARGET|all] [SECONDS] [SEED]`: a coverage-guided search for inputs that break
 * a promise (`test/guided/targets.ts`), so many seconds for each target. It begins with the inputs of
 * `test/guided/corpora`, to which `--keep` adds what was found; exit status 1 where something breaks.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { instrumented } from '../guided/build.ts'
import { Fuzzer } from '../guided/fuzzer.ts'

const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [chosen = 'all', seconds = '60', seedText] = positionals
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
const { targets, counters } = await instrumented(
  fileURLToPath(new URL('../guided/targets.ts', import.meta.url)),
)
const names = chosen === 'all' ? Object.keys(targets) : [chosen]
const unknown = names.find((name) => targets[name] === undefined)
if (unknown !== undefined || !(Number(seconds) > 0)) {
  console.error(`expected a target (${Object.keys(targets).join(', ')}) and seconds`)
  process.exit(2)
}
console.log(`${counters.length} branches; seed ${seed}`)
let failed = 0
for (const name of names) {
  const target = targets[name]!
  const file = new URL(`../guided/corpora/${name}.json`, import.meta.url)
  const known: string[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const fuzzer = new Fuzzer((input) => target.run(input), counters, target.tokens, seed)
  const start = performance.now()
  await fuzzer.add([...target.seeds, ...known])
  const before = fuzzer.branches
  await fuzzer.search(Date.now() + Number(seconds) * 1000)
  const rate = Math.round(fuzzer.executions / ((performance.now() - start) / 1000))
  console.log(
    `${name}: ${fuzzer.executions} executions (${rate}/s), ${fuzzer.branches} branches (${before} at the start), ${fuzzer.corpus.length} inputs kept, ${fuzzer.failures.length} failures`,
  )
  for (const { input, error } of fuzzer.failures) {
    console.error(`${name} ${JSON.stringify(input)}\n`, error)
  }
  failed += fuzzer.failures.length
  if (values.keep) writeFileSync(file, `${JSON.stringify(await fuzzer.smallest(), null, 1)}\n`)
}
process.exit(failed === 0 ? 0 : 1)

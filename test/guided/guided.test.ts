import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { closeAll } from '../users/service.ts'
import { type Fault, instrumented } from './build.ts'
import { Fuzzer } from './fuzzer.ts'
import { targets } from './targets.ts'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const corpusOf = (name: string): readonly string[] => {
  const path = pathOf(`corpora/${name}.json`)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
}

afterAll(closeAll)

describe('what the fuzzer has kept of the target', () => {
  it.each(Object.keys(targets))('%s keeps every promise', async (name) => {
    const target = targets[name]!
    const corpus = corpusOf(name)
    expect(corpus.length).toBeGreaterThan(10)
    for (const input of [...target.seeds, ...corpus]) {
      await expect((async () => target.run(input))(), JSON.stringify(input)).resolves.not.toThrow()
    }
  })
})

/** Searches with a fault in the sources, until one input fails. */
async function search(entry: string, name: string, executions: number, fault?: Fault) {
  const { targets, counters } = await instrumented(pathOf(entry), fault)
  const target = targets[name]!
  const fuzzer = new Fuzzer((input) => target.run(input), counters, target.tokens, 20_261_128)
  await fuzzer.add([...target.seeds, ...corpusOf(name)])
  for (let left = executions; left > 0 && fuzzer.failures.length === 0; left -= 500) {
    await fuzzer.search(Number.POSITIVE_INFINITY, 500)
  }
  return fuzzer.failures.map(({ error }) => String(error))
}

describe('the fuzzer', () => {
  it('finds a fault behind branches that are entered one after the other', async () => {
    expect(await search('seeded/steps.ts', 'steps', 300_000)).toEqual(['Error: the seeded fault'])
  })

  it('does not find it by chance', async () => {
    const { targets } = await instrumented(pathOf('seeded/steps.ts'))
    const { run, seeds } = targets.steps!
    const blind = new Fuzzer((input) => run(input), new Uint8Array(4), [], 20_261_128)
    await blind.add(seeds)
    await blind.search(Number.POSITIVE_INFINITY, 300_000)
    expect(blind.failures).toEqual([])
  })

  const FAULTS: readonly (readonly [what: string, target: string, fault: Fault])[] = [
    [
      'names whose quotes are not doubled',
      'names',
      {
        file: 'src/dialect/names.ts',
        from: 'name.replaceAll(quote, escaped)',
        to: 'name',
      },
    ],
    [
      'objects that throw while they are read',
      'objects',
      { file: 'src/parse/inspect.ts', from: 'return HOSTILE', to: 'throw new Error("hostile")' },
    ],
    [
      'a negation that forgets rows',
      'text',
      {
        file: 'src/condition/condition.ts',
        from: 'return disjunction(condition.conditions.map(not))',
        to: 'return conjunction(condition.conditions.map(not))',
      },
    ],
    [
      'a limit that is not applied',
      'payload',
      {
        file: 'src/query/page.ts',
        from: 'const isMore = rows.length > limit',
        to: 'const isMore = false',
      },
    ],
    [
      'hidden fields that clients may ask',
      'queryString',
      { file: 'src/parse/filter.ts', from: '|| !field.hidden)', to: '|| true)' },
    ],
  ]
  it.each(FAULTS)('finds %s', async (_, target, fault) => {
    expect(await search('targets.ts', target, 100_000, fault)).not.toEqual([])
  })
})

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readSuites, run } from '../../conformance/run.ts'
import { isFull } from '../support/budget.ts'
import { suites, textOf } from './suites.ts'

const file = (name: string) => fileURLToPath(new URL(`../../conformance/${name}`, import.meta.url))

const all = suites()

/** At full length every suite, otherwise each fifth. */
const asked = readSuites('tamis').filter((_, i) => isFull || i % 5 === 0)
const count = asked.reduce((sum, { cases }) => sum + cases.length, 0)
const hasPython = spawnSync('python3', ['--version']).status === 0

describe('the conformance suites', () => {
  it('are up to date: npm run conformance:write', () => {
    expect(readdirSync(file('suites')).sort()).toEqual(all.map(({ name }) => `${name}.json`).sort())
    for (const suite of all) {
      expect(readFileSync(file(`suites/${suite.name}.json`), 'utf8')).toBe(textOf(suite))
    }
  })

  it('have as many cases as the page says, each with an id of its own', () => {
    const ids = all.flatMap(({ cases }) => cases.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    const page = readFileSync(file('../docs/conformance.md'), 'utf8')
    expect(page).toContain(`${ids.length.toLocaleString('en')} cases`)
  })

  it('a wrong answer is a failure', async () => {
    const [suite] = readSuites('tamis').filter(({ name }) => name === 'logic')
    const wrong = [
      'node',
      '-e',
      `require('readline').createInterface({ input: process.stdin }).on(
      'line', (line) => console.log(line.startsWith('{"suite"') ? '{"ready":true}' : '{"ids":["1-a"]}'))`,
    ]
    const { passed, failures } = await run(wrong, 'tamis', suite === undefined ? [] : [suite])
    expect(failures.length).toBeGreaterThan(200)
    expect(passed + failures.length).toBe(suite?.cases.length)
  })

  it('are answered by tamis', async () => {
    const tsx = [process.execPath, '--import', 'tsx', file('runners/tamis.ts')]
    expect(await run(tsx, 'tamis', asked)).toEqual({
      passed: count,
      failures: [],
      unsupported: 0,
      open: 0,
    })
  })

  it.skipIf(!hasPython)('are answered by the implementation in Python', async () => {
    const { failures, passed } = await run(['python3', file('runners/sqlite.py')], 'tamis', asked)
    expect(failures).toEqual([])
    expect(passed).toBe(count)
  })
})

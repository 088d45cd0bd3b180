import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RUNTIMES } from '../runtimes/runs.ts'

const page = readFileSync(new URL('../docs/runtimes.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '))
const [head = [], , ...body] = rows

describe('the table of runtimes', () => {
  it('has a row for each runtime, with its version', () => {
    expect(body.map(([, modules]) => modules)).toEqual(RUNTIMES.map(({ modules }) => modules))
    for (const [i, { title }] of RUNTIMES.entries()) {
      expect(body[i]?.[0]).toMatch(new RegExp(`^${title.replaceAll(/[()]/g, '\\$&')} \\d+[.-]\\d`))
    }
  })

  it('has as many checks in each runtime, all of which passed', () => {
    for (const [name = '', modules, cases, texts, steps, statements, stored = ''] of body) {
      const [first] = body
      expect([name, modules, cases, texts, steps, statements]).toEqual([
        name,
        modules,
        ...(first ?? []).slice(2, 6),
      ])
      expect(stored.trim()).toMatch(new RegExp(`^$|^${cases} \\(SQLite 3\\.\\d+\\.\\d+\\)$`))
    }
    expect(head).toHaveLength(7)
    for (const count of body[0]?.slice(2, 6) ?? []) expect(count).toMatch(/^[1-9][\d,]*$/)
  })
})

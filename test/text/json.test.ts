import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { TextOptions } from '../../src/text/options.ts'
import { readText } from '../../src/text/read.ts'
import { BAD_RELAXED, INVALID, RELAXED, VALID } from '../support/grammar-cases.ts'

/** The JSON value of a text. */
const read = (text: string, options: TextOptions = {}) =>
  readText(text, options, (value) => ({ ok: true, value }))

/** A refusal with a place in the text for each issue. */
function expectRefused(text: string, options?: TextOptions): void {
  const result = read(text, options)
  expect(result.ok, text.slice(0, 80)).toBe(false)
  if (result.ok) return
  for (const { code, range } of result.issues) {
    expect(code).toBe('syntax')
    expect(range?.start).toBeGreaterThanOrEqual(0)
    expect(range?.end).toBeLessThanOrEqual(text.length)
    expect(range?.end).toBeGreaterThanOrEqual(range?.start ?? 0)
  }
}

/** As JSON.parse has it: long integers as the nearest double. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, own: unknown) => (typeof own === 'bigint' ? Number(own) : own)),
  )

describe('strict text', () => {
  it.each(VALID)('accepts %j', (text) => {
    for (const relaxed of [false, true]) {
      expect(read(text, { relaxed })).toEqual({ ok: true, value: JSON.parse(text) })
    }
  })

  it.each(INVALID)('refuses %j', (text) => expectRefused(text))

  it('keeps numbers that JSON.parse rounds', () => {
    expect(read('[9007199254740993, 1.0, 1e2]')).toEqual({
      ok: true,
      value: [9007199254740993n, 1, 100],
    })
  })

  it.each([
    ['too long', '1'.repeat(20), { length: 10 }],
    ['of too many words', '[1,2,3,4]', { tokens: 8 }],
    ['too deep', '[[[1]]]', { depth: 2 }],
  ] as const)('that is %s is refused', (_, text, limits) => {
    expectRefused(text, { limits })
    expectRefused(`${text} x`, { limits, relaxed: true })
  })

  it('limits are checked before parsing', () => {
    for (const text of ['['.repeat(900_000), '{"a":'.repeat(150_000), '[1,'.repeat(300_000)]) {
      expectRefused(text)
    }
  })
})

describe('text with unmatched brackets', () => {
  // Each of these overflowed the stack, or took time quadratic in its length.
  it.each([
    ['closing brackets before opening ones', '}'.repeat(9000) + '{"a":'.repeat(9000)],
    ['round brackets that close square ones', '[)'.repeat(9000)],
    ['round brackets that close, in objects', '{"a":)'.repeat(9000)],
    ['square brackets that close curly ones', '[}'.repeat(60_000)],
    ['curly brackets that close square ones', '{]'.repeat(60_000)],
    ['values between closing brackets', `[${'} 1 '.repeat(40_000)}`],
    ['strings that end at an escaped end of line', '"\\\n\\'.repeat(40_000)],
  ])('is refused: %s', { timeout: 10_000 }, (_, text) => {
    expectRefused(text)
    expectRefused(text, { relaxed: true })
  })

  it('is reported with at most twenty issues, the first ones in order', () => {
    const text = `{${Array.from({ length: 5000 }, (_, i) => `"k${i}": x`).join(', ')}}`
    const result = read(text)
    const columns = result.ok ? [] : result.issues.map(({ range }) => range?.column)
    expect(columns).toHaveLength(20)
    expect(columns).toEqual(columns.toSorted((a = 0, b = 0) => a - b))
    expect(columns[0]).toBe(text.indexOf('x') + 1)
  })

  it('is parsed to 200 levels, whatever the limit', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    const limits = { depth: 100_000 }
    expect(read(nested(200), { limits })).toEqual({ ok: true, value: JSON.parse(nested(200)) })
    for (const depth of [201, 50_000]) {
      const result = read(nested(depth), { limits })
      expect(result.ok ? '' : result.issues[0].message).toContain('at most 200 levels')
    }
  })

  it('strings may have any length', () => {
    const long = "\\'".repeat(4_000_000)
    const limits = { length: 1e9, tokens: 1e9 }
    expect(read(`['${long}']`, { relaxed: true, limits })).toMatchObject({ ok: true })
  })
})

describe('relaxed text', () => {
  it.each(RELAXED)('%s', (text, value) => {
    expect(read(text, { relaxed: true })).toEqual({ ok: true, value })
  })

  it.each(BAD_RELAXED)('refuses %j', (text) => expectRefused(text, { relaxed: true }))
})

const suite = fileURLToPath(
  new URL('../../../shared/suites/JSONTestSuite/test_parsing', import.meta.url),
)
const isThere = existsSync(suite)
if (!isThere) console.log('JSONTestSuite is not beside the repository: its 318 files are skipped.')

describe.skipIf(!isThere)('JSONTestSuite', () => {
  const files = isThere ? readdirSync(suite) : []

  it('is complete', () => expect(files).toHaveLength(318))

  it.each(files)('%s', (file) => {
    const text = readFileSync(join(suite, file), 'utf8')
    if (file.startsWith('n_')) {
      expectRefused(text)
      return
    }
    const result = read(text)
    if (file.startsWith('y_') && !file.includes('duplicated_key')) {
      expect(result.ok ? rounded(result.value) : result).toEqual(rounded(JSON.parse(text)))
    }
    // Duplicate keys are JSON, but refused in filters: one of the two would be lost.
    if (file.includes('duplicated_key')) expectRefused(text)
    if (!result.ok) for (const { range } of result.issues) expect(range).toBeDefined()
  })
})

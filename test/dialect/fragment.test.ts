import { compileFilter, defineSchema, dynamic, parseFilter, string } from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { type Fragment, join, type Parameter, sql, word } from '../../src/dialect/fragment.ts'
import { render } from '../../src/dialect/render.ts'

/** One place of code, whose texts are the same object each time. */
const pair = (one: Fragment | Parameter, other: Fragment | Parameter): Fragment =>
  sql`(${one}, ${other})`

describe('a statement', () => {
  it.each([
    [pair(1, word('x')), '($1, x)', [1]],
    [pair(word('x'), 1), '(x, $1)', [1]],
    [pair(1, 2), '($1, $2)', [1, 2]],
    [pair(word('x'), word('y')), '(x, y)', []],
    [pair(word('y'), word('x')), '(y, x)', []],
    [pair(pair(1, word('x')), 2), '(($1, x), $2)', [1, 2]],
    [pair(1, pair(word('x'), 2)), '($1, (x, $2))', [1, 2]],
    [join([word('x'), word('y')], sql`, `), 'x, y', []],
    [join([word('x'), word('y')], sql`, `, '(', ')'), '(x, y)', []],
    [join([word('x'), word('y')], sql` AND `, '(', ')'), '(x AND y)', []],
    [join([word('x'), sql`${1}`], sql`, `, '(', ')'), '(x, $1)', [1]],
    [join([sql`${1}`, word('x')], sql`, `, '(', ')'), '($1, x)', [1]],
  ])('each shape has its own text: %#', (fragment, text, params) => {
    // Each twice, and after all the others: what was written once is found again.
    for (let i = 0; i < 2; i++) expect(render(fragment, postgres)).toEqual({ text, params })
  })

  it('placeholders start at any number', () => {
    expect(render(pair(1, 2), postgres).text).toBe('($1, $2)')
    expect(render(pair(1, 2), postgres, 5).text).toBe('($5, $6)')
    expect(render(pair(1, 2), postgres).text).toBe('($1, $2)')
  })

  it('stays correct after many other shapes were cached', () => {
    const schema = defineSchema({
      fields: { id: string({ required: true }), 'custom.*': dynamic(['string', 'integer']) },
    })
    const compile = (key: string) =>
      compileFilter(parseFilter(schema, { [`custom.${key}`]: { $gte: 1 } }), { dialect: sqlite })
    const before = compile('age')
    for (let i = 0; i < 15_000; i++) {
      const key = `k${i}`
      const { text } = compile(key)
      if (i % 1000 === 0) expect(text.replaceAll(key, 'age')).toBe(before.text)
    }
    expect(compile('age').text).toBe(before.text)
  })
})

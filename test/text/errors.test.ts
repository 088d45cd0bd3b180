import type { FilterError } from 'tamis'
import { parseFilterText, parseQueryText, safeParseFilterText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { pageOfErrors, thrownBy } from '../support/grammar-cases.ts'

describe('errors of a text', () => {
  it('are shown at their place', async () => {
    await expect(pageOfErrors(usersSchema)).toMatchFileSnapshot('errors.md')
  })

  it('are reported one by one, each at its place', () => {
    const text = '{"rol": 1 "custom.age": {"$gte": 018}, "banned": flase}'
    const result = safeParseFilterText(usersSchema, text)
    expect(result.ok).toBe(false)
    const places = result.ok ? [] : result.issues.map(({ code, range }) => [code, range?.column])
    expect(places).toEqual([
      ['unknown_field', 2],
      ['syntax', 11],
      ['syntax', 34],
      ['syntax', 50],
    ])
  })

  it.each([
    ['age > 3', '"age"', undefined],
    ["role = 'a' and age > 3", '"role"', undefined],
    ['db.people.find({"age": 3})', '"db.people.find"', 'write what is in the parentheses alone'],
    ['<script>alert(1)</script>', '"<"', undefined],
    ['/a/i.test(name)', '"/a/i"', undefined],
    ['😀', '"😀"', undefined],
    ['hello', '"hello"', undefined],
  ])('of another language are one: %s', (text, received, hint) => {
    const result = safeParseFilterText(usersSchema, text, { relaxed: true })
    expect(result.ok ? [] : result.issues).toEqual([
      expect.objectContaining({
        code: 'syntax',
        message: `The text: expected an object in braces, such as {"role": "admin"}, received ${received}`,
        ...(hint !== undefined && { hint }),
      }),
    ])
  })

  it('of an equals sign in the place of a colon are one', () => {
    for (const sign of ['=', '==', '===']) {
      const text = `{role ${sign} "admin", id: {$gt ${sign} "b"}}`
      const result = safeParseFilterText(usersSchema, text, { relaxed: true })
      expect(result.ok ? [] : result.issues.map(({ message, hint }) => [message, hint])).toEqual([
        [`The key "role": expected a colon after it, received "${sign}"`, 'write "role": …'],
        [`The key "$gt": expected a colon after it, received "${sign}"`, 'write "$gt": …'],
      ])
    }
  })

  it('of a regular expression are one, with what to use', () => {
    for (const pattern of ['/ad.*in/i', '/a\\/b/', '/x/gimsuy']) {
      const result = safeParseFilterText(usersSchema, `{role: ${pattern}}`, { relaxed: true })
      const issues = result.ok ? [] : result.issues
      expect(issues).toHaveLength(1)
      expect(issues[0]?.message).toContain('expected no regular expression')
      expect(issues[0]?.hint).toContain('$startsWith')
    }
  })

  it('have line and column, from 1, and offsets', () => {
    const text = '{\r\n\t"role": {\n"$gte": 5}}'
    const error = thrownBy(() => parseFilterText(usersSchema, text)) as FilterError
    expect(error.issues[0].range).toEqual({
      start: text.indexOf('5'),
      end: text.indexOf('5') + 1,
      line: 3,
      column: 9,
    })
    expect(JSON.parse(JSON.stringify(error)).issues[0].range.line).toBe(3)
    expect(JSON.stringify(error)).not.toContain('\\t')
  })

  it('are reported for payloads, too', () => {
    const text =
      '{"filter_conditions": {"role": {"$gt": null}}, "sort": [{"field": "name"}], "limt": 3}'
    const error = thrownBy(() => parseQueryText(usersSchema, text)) as FilterError
    const marked = error.issues.map(({ code, range }) => [
      code,
      text.slice(range?.start, range?.end),
    ])
    expect(marked).toEqual([
      ['invalid_operand', 'null'],
      ['not_sortable', '"name"'],
      ['unknown_option', '"limt"'],
    ])
  })

  it('are at most twenty', () => {
    const text = `{${Array.from({ length: 50 }, (_, i) => `x${i}: y`).join(' ')}}`
    const result = safeParseFilterText(usersSchema, text)
    expect(result.ok ? 0 : result.issues.length).toBe(20)
  })
})

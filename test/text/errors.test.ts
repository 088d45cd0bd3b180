import { FilterError } from 'tamis'
import { parseFilterText, parseQueryText, safeParseFilterText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'

/** Filters as people get them wrong, in both forms. */
const WRONG: readonly (readonly [title: string, text: string, relaxed?: true])[] = [
  ['a misspelt field', '{"rol": "admin"}'],
  ['a misspelt operator', '{"role": {"$inn": ["admin", "moderator"]}}'],
  ['an operator that the field does not have', '{"name": {"$gt": "a"}}'],
  ['one of several, without $in', '{"role": ["admin", "moderator"]}'],
  ['a number as text', '{"custom.age": {"$gte": 18}, "banned": "false"}'],
  ['a date without a time', '{"created_at": {"$gte": "2024-05-01"}}'],
  ['a key without quotes', '{role: "admin"}'],
  ['single quotes', "{'role': 'admin'}"],
  ['a comma at the end', '{\n  "role": "admin",\n  "banned": false,\n}'],
  ['a missing comma', '{"role": "admin" "banned": false}'],
  ['a missing colon', '{"role" "admin"}'],
  ['a missing value', '{"role": , "banned": false}'],
  ['a missing bracket', '{"$or": [{"role": "admin"}, {"banned": true}'],
  ['the wrong bracket', '{"role": {"$in": ["admin", "moderator"}}'],
  ['an extra bracket', '{"role": "admin"}}'],
  ['an unterminated string', '{"role": "admin, "banned": false}'],
  ['a comment', '{"role": "admin"} // staff'],
  ['a duplicate key', '{"created_at": {"$gt": "2024-01-01T00:00:00Z"}, "created_at": 1}'],
  ['a number beyond all doubles', '{"custom.points": 1e400}'],
  ['an operator at the top', '{"$in": ["admin"]}'],
  ['$not around a whole filter', '{"$not": {"role": "admin"}}'],
  ['an empty list of filters', '{"$or": []}'],
  ['a call of another kind', '{created_at: {$gt: new Date("2024-05-01")}}', true],
  ['a word without quotes', '{role: admin, banned: True}', true],
  ['an unterminated comment', '{role: "admin"} /* staff', true],
  [
    'three mistakes at once',
    '{\n  "rol": "admin",\n  "custom.age": {"$gte": 018},\n  "banned": flase\n}',
  ],
  [
    'a long line',
    `{"id": {"$in": [${Array.from({ length: 30 }, (_, i) => `"user-${i}"`).join(', ')}, 31, "user-32"]}}`,
  ],
]

const thrownBy = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('errors of a text', () => {
  it('are shown at their place', async () => {
    const shown = WRONG.map(([title, text, relaxed = false]) => {
      const error = thrownBy(() => parseFilterText(usersSchema, text, { relaxed }))
      expect(error).toBeInstanceOf(FilterError)
      return `## ${title}${relaxed ? ' (relaxed)' : ''}\n\n\`\`\`\n${String(error)}\n\`\`\`\n`
    })
    const page = `# Wrong filters, and what is said of them\n\n${shown.join('\n')}`
    await expect(page).toMatchFileSnapshot('errors.md')
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

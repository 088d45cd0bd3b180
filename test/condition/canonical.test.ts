import { canonical, defineSchema, integer, list, parseFilter, string } from 'tamis'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: { id: string({ required: true }), n: integer(), tags: list(string()) },
})
const text = (filter: object) => canonical(parseFilter(schema, filter))

describe('the canonical text of a condition', () => {
  it('is one for filters that differ in order and repetition', () => {
    const same = [
      [{ n: 1, id: 'a' }, { $and: [{ id: 'a' }, { n: 1 }, { n: 1 }] }],
      [{ id: { $in: ['a', 'b'] } }, { id: { $in: ['b', 'a', 'b'] } }],
      [{ tags: { $all: ['x', 'y'] } }, { tags: { $all: ['y', 'x'] } }],
      [{ n: 1 }, { n: 1n }],
    ] as const
    for (const [one, other] of same) expect(text(one)).toBe(text(other))
  })

  it('is another for another filter', () => {
    const texts = [
      { id: '1' },
      { id: { $ne: '1' } },
      { id: { $gt: '1' } },
      { n: 1 },
      { n: 2 },
      { n: null },
      { n: 9007199254740993n },
      { $or: [{ id: '1' }, { n: 1 }] },
      { id: '1', n: 1 },
      { id: { $in: ['1', '2'] } },
      { id: { $in: ['1,2'] } },
    ].map(text)
    expect(new Set(texts).size).toBe(texts.length)
  })
})

import { describe, expect, it } from 'vitest'
import { isFull } from './support/budget.ts'
import { growthOf, randomOf, type Shape, shapeFrom, takers } from './support/growth.ts'

/** In milliseconds for the larger text; a campaign looks below it. */
const FLOOR = 30

const only = (fragment: string, head = '', tail = ''): Shape => ({ head, fragment, tail })

/** What took time that grew faster than its length, in one function or another. */
const FOUND: readonly Shape[] = [
  only('[}'),
  only('{]', '{"a":'),
  only('} 1 ', '['),
  only('[)'),
  only('{a:)'),
  only('}{'),
  only('{'),
  only('[[],'),
  only('{"a":[1,'),
  only('a "'),
  only('"\\\n\\'),
  only("'\\\n\\"),
  only('\\x41"a"'),
  only('\n,'),
  only('/*', '{"a":1'),
  only('// a\n', '['),
  only('"a":1,', '{', '}'),
  only('\u0301\u0316', 'a'),
  only('\u0f73\u0f71'),
  only('\uff9e\u0345'),
  only('\ufdfa'),
  only('9', '[', 'x]'),
  only('12345678901234567890 ', '['),
  only('bigint:', '"', '",12345678901234567890'),
  only('[a]', 'a'),
  only('[', 'a'),
  only('a=b&'),
  only('~1#'),
  only('-'),
  only('\n'),
  only(' '),
  only('a.'),
]

/** Whether a function parses the text; the others treat it as a value. */
const readsText = (name: string): boolean =>
  /Text|completionsAt|formatFilter|QueryString|wordsOf|compared|Json|printable|readRows|sift/.test(
    name,
  )

const VALUES = ['[}', '\u0301\u0316', '\u0f73\u0f71', '\uff9e\u0345', '~1#', '-', '9'].map((own) =>
  only(own),
)

// The same in each run. A campaign (`test/campaigns/growth.ts`) looks for more.
const random = randomOf(20_260_101)
const RANDOM = Array.from({ length: 2 }, () => shapeFrom(random))

describe('time is linear in the length of the input of', () => {
  it.each(takers)('%s', { timeout: 120_000 }, async (...taker) => {
    const all = [...(readsText(taker[0]) ? FOUND : VALUES), ...RANDOM]
    // In `npm test`, each function takes two of the shapes, and all functions together every shape.
    const first = (2 * takers.findIndex(([name]) => name === taker[0])) % all.length
    for (const shape of isFull ? all : [...all, ...all].slice(first, first + 2)) {
      const { small, large, isLinear } = await growthOf(taker, shape, FLOOR)
      const said = `${small.toFixed(1)} → ${large.toFixed(1)} ms: ${JSON.stringify(shape)}`
      expect(isLinear, said).toBe(true)
    }
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compilePredicate, defineSchema, dynamic, safeParseFilter, string } from 'tamis'
import { describe, expect, it } from 'vitest'
import { SqliteTable } from './support/sqlite.ts'

/**
 * Cases of other libraries' tests (sift, nedb; MIT) on which three of them agree. They lie beside
 * the repository, not in it: where they are not, this says that it skips.
 */
const path = fileURLToPath(new URL('../../shared/suites/peers/sift-nedb.json', import.meta.url))
const isThere = existsSync(path)
if (!isThere) console.log('peers.test.ts: skipped, its cases are not on this machine')

interface PeerCase {
  readonly name: string
  readonly filter: unknown
  readonly doc: unknown
  readonly expected: boolean
  readonly tags: readonly string[]
}

/** MongoDB's documents have no schema: lists and objects as values go other ways there. */
const ELSEWHERE = ['array-field', 'path-through-array', 'object-operand', 'array-index-path']
/** A field that holds null exists in MongoDB; here null is absent, as SQL knows no other. */
const isNullThatExists = ({ tags }: PeerCase) =>
  tags.includes('$exists') && tags.includes('null-field')

/** The same filter one level down: every field becomes a key of a wildcard. */
function nested(filter: unknown): unknown {
  if (typeof filter !== 'object' || filter === null) return filter
  return Object.fromEntries(
    Object.entries(filter).map(([key, value]) =>
      key.startsWith('$') && Array.isArray(value) ? [key, value.map(nested)] : [`x.${key}`, value],
    ),
  )
}

const schema = defineSchema({
  fields: { id: string({ required: true }), 'x.*': dynamic(['string', 'boolean', 'number']) },
})

describe.skipIf(!isThere)('semantics that three other libraries agree on', () => {
  const all: PeerCase[] = isThere ? JSON.parse(readFileSync(path, 'utf8')).cases : []
  const table = new SqliteTable(schema)
  const cases = all.filter(({ tags }) => !tags.some((tag) => ELSEWHERE.includes(tag)))

  it('hold here, in memory and in SQLite', () => {
    const refused: unknown[] = []
    for (const own of cases) {
      const parsed = safeParseFilter(schema, nested(own.filter))
      if (!parsed.ok) {
        refused.push(own.filter)
        continue
      }
      const row = { id: 'a', x: own.doc }
      const expected = isNullThatExists(own) ? !own.expected : own.expected
      expect(compilePredicate(parsed.value)(row), own.name).toBe(expected)
      table.clear()
      table.insert([row])
      expect(table.matching(parsed.value), own.name).toEqual(expected ? ['a'] : [])
    }
    expect(cases.length).toBeGreaterThan(100)
    // Lists as operands among scalars: MongoDB compares whole arrays.
    expect(refused.length).toBeLessThan(20)
    console.log(
      `peers.test.ts: ${cases.length - refused.length} cases agree, ${refused.length} are refused here`,
    )
  })
})

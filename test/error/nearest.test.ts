import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from '../../src/error/nearest.ts'

describe('the edit distance of two texts', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['role', 'role', 0],
    ['rol', 'role', 1],
    ['rolle', 'role', 1],
    ['rule', 'role', 1],
    ['orle', 'role', 1],
    ['flase', 'false', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('%j and %j: %i', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits)
    expect(editDistance(b, a)).toBe(edits)
  })
})

describe('the nearest name', () => {
  it.each([
    ['rol', ['role', 'name'], 'role'],
    ['ROLE', ['role', 'name'], 'role'],
    ['craeted_at', ['updated_at', 'created_at'], 'created_at'],
    ['$inn', ['$eq', '$in', '$nin'], '$in'],
    ['zzz', ['role', 'name'], undefined],
    ['b', ['a'], undefined],
    ['role'.repeat(10_000), ['role'], undefined],
  ])('%.20s among %j: %s', (name, candidates, near) => {
    expect(nearest(name, candidates)).toBe(near)
  })

  it('is within the allowed number of edits', () => {
    expect(nearest('sale', ['false'])).toBe('false')
    expect(nearest('sale', ['false'], 1)).toBeUndefined()
  })
})

import fc from 'fast-check'
import { defineSchema, dynamic, decimal as field, insertRow, safeParseFilter, string } from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { decimal } from '../../src/kinds/decimal.ts'
import { fromUnits } from '../../src/kinds/decimals.ts'

const kind = decimal({ precision: 6, scale: 2 })

describe('the canonical form of a decimal', () => {
  it.each<[unknown, string | undefined]>([
    ['12.5', '12.50'],
    ['+12.50', '12.50'],
    ['007', '7.00'],
    ['.5', '0.50'],
    ['5.', '5.00'],
    ['1.25e1', '12.50'],
    ['125E-1', '12.50'],
    ['1.505', '1.505'],
    ['1.50500', '1.505'],
    ['-0', '0.00'],
    ['0e1000', '0.00'],
    [-0, '0.00'],
    [0.1, '0.10'],
    [1e-7, '0.0000001'],
    [1e21, '1000000000000000000000.00'],
    [BigInt(12), '12.00'],
    ['', undefined],
    ['.', undefined],
    ['e5', undefined],
    ['1e', undefined],
    ['1 ', undefined],
    ['1\n', undefined],
    ['0x10', undefined],
    ['１', undefined],
    ['NaN', undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
    [null, undefined],
    [[5], undefined],
  ])('of the operand %s is %s', (input, canonical) => {
    expect(kind.operand(input)).toBe(canonical)
  })

  it.each<[unknown, string | undefined]>([
    ['1.5', '1.50'],
    ['9999.99', '9999.99'],
    ['10000', undefined],
    ['1.505', undefined],
    [{ toString: () => '1.5' }, undefined],
    [Object.create({ toString: () => '1.5e0' }), '1.50'],
    [[5], undefined],
    [new Uint8Array([5]), undefined],
    [new Date(5), undefined],
    [Object.create(Object.create(null)), undefined],
    [10n ** 5000n, undefined],
  ])('of a row’s value, %#', (value, canonical) => {
    expect(kind.read(value)).toBe(canonical)
  })

  it.each<[unknown, boolean]>([
    [10n ** 1000n, true],
    [10n ** 1000n - 1n, false],
    [-(10n ** 1000n), true],
    [1n - 10n ** 1000n, false],
    ['1'.repeat(1001), true],
    ['1'.repeat(1000), false],
    ['1e1001', true],
    ['1e-1001', true],
    ['x', false],
    [true, false],
  ])('%# is over the caps or not', (input, isOver) => {
    const caps = 'at most 1,000 digits and an exponent within ±1,000'
    expect(kind.tooLong?.(input)).toBe(isOver ? caps : undefined)
  })

  it.each([
    ['1e1000', '1e999', '9'.repeat(1000), '1e997'],
    ['1e-1000', '-1e-1000', '0.001e-1000', `.${'7'.repeat(1000)}e-1000`],
    [`${'7'.repeat(1000)}e1000`, `${'1'.repeat(999)}.1`, `${'1'.repeat(1000)}e-1`],
  ])('is its own canonical form at the caps', (...texts) => {
    for (const text of texts) {
      const canonical = kind.operand(text)
      expect(kind.operand(canonical)).toBe(canonical)
      expect(kind.position(String(canonical)).side).not.toBe(0)
    }
  })
})

const units = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })

describe('decimals', () => {
  it('are ordered as their units of a common scale', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [x, y] = [a, b].map((each) => String(kind.operand(fromUnits(each, 5))))
        const order = Math.sign(kind.compare(x as string, y as string))
        expect(order + 0).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('lie at or after the next smaller value of the column', () => {
    fc.assert(
      fc.property(units, (a) => {
        const { value, side } = kind.position(String(kind.operand(fromUnits(a, 5))))
        const floor = a / 1000n - (a % 1000n < 0n ? 1n : 0n)
        const [least, most] = [-999_999n, 999_999n]
        const expected =
          floor < least
            ? [fromUnits(least, 2), -1]
            : floor > most
              ? [fromUnits(most, 2), 1]
              : [fromUnits(floor, 2), a % 1000n === 0n ? 0 : 1]
        expect([value, side]).toEqual(expected)
      }),
    )
  })

  it('take time that is linear in the length of the text', () => {
    const time = (length: number): number => {
      const texts = ['9', '0', '-', '.', '1e9'].map((each) => each.repeat(length / each.length))
      const start = performance.now()
      for (let i = 0; i < 20; i++) {
        for (const text of texts) {
          for (const each of [text, `${text}x`]) {
            kind.operand(each)
            kind.tooLong?.(each)
            kind.read(each)
          }
        }
      }
      return performance.now() - start
    }
    time(8000)
    const [small, large] = [time(8000), time(64_000)]
    expect(large).toBeLessThan(Math.max(24 * small, 100))
  })
})

const schema = defineSchema({
  fields: {
    id: string({ required: true, operators: ['$eq'] }),
    price: field({ precision: 6, scale: 2 }),
    'custom.price': field({ precision: 6, scale: 2 }),
    'custom.*': dynamic(['decimal', 'boolean'], { precision: 6, scale: 2 }),
  },
})

describe('a field of decimals', () => {
  it.each([
    ['9'.repeat(1001), 'too_long'],
    [`0.${'0'.repeat(1000)}`, 'too_long'],
    ['1e1001', 'too_long'],
    ['1e-1001', 'too_long'],
    [10n ** 1000n, 'too_long'],
    ['9'.repeat(1000), undefined],
    ['1e1000', undefined],
    [10n ** 1000n - 1n, undefined],
    ['1,50', 'invalid_operand'],
  ])('takes operands within the caps, %#', (operand, code) => {
    for (const name of ['price', 'custom.x']) {
      const parsed = safeParseFilter(schema, { [name]: { $gt: operand } })
      expect(parsed.ok ? undefined : parsed.issues[0]?.code).toBe(code)
    }
  })

  it('says what is missing if it has no settings', () => {
    const bare: () => ReturnType<typeof field> = Reflect.apply.bind(undefined, field, null, [])
    expect(() => defineSchema({ fields: { id: string(), price: bare() } })).toThrow(
      /precision: expected an integer/,
    )
  })

  it('refuses to store what the column does not hold', () => {
    const insert = insertRow(schema, { dialect: sqlite, table: 't' })
    const tooLarge = /expected a decimal of at most 6 digits, 2 of them after the point/
    expect(() => insert({ id: 'a', price: '1.505' })).toThrow(tooLarge)
    expect(() => insert({ id: 'a', price: 10_000 })).toThrow(/price: expected/)
    expect(() => insert({ id: 'a', custom: { price: '1.505' } })).toThrow(tooLarge)
    expect(insert({ id: 'a', price: 'x', custom: { x: '1.505' } }).params).toEqual([
      'a',
      null,
      '{"x":"1.505"}',
    ])
  })

  it('stores canonical text in documents', () => {
    const insert = insertRow(schema, { dialect: postgres, table: 't' })
    const custom = { price: 1.5, x: '15e-1', y: Object.create({ toString: () => '2' }) }
    expect(insert({ id: 'a', price: 1.5, custom }).params).toEqual([
      'a',
      '1.50',
      '{"price":"1.50","x":"1.50","y":"2.00"}',
    ])
  })

  it.each([
    [() => field({ precision: 39, scale: 0 }), /precision: expected an integer from 1 to 38/],
    [() => field({ precision: 4, scale: 5 }), /scale: expected an integer from 0/],
    [() => field({} as never), /precision/],
  ])('refuses settings that no column has', (make, message) => {
    expect(() =>
      defineSchema({ fields: { id: string({ required: true }), price: make() } }),
    ).toThrow(message)
  })

  it.each([
    ['integer', 'decimal'],
    ['number', 'decimal'],
    ['string', 'decimal'],
  ] as const)('is told from other kinds, but not from %s', (...kinds) => {
    const fields = {
      id: string({ required: true }),
      'custom.*': dynamic(kinds, { precision: 6, scale: 2 }),
    }
    expect(() => defineSchema({ fields })).toThrow(/together cannot be told apart/)
  })
})

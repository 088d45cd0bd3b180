import { addMilliseconds, isValid, parseISO } from 'date-fns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { date } from '../../src/kinds/date.ts'
import { fromEpoch, timestamp, toEpoch } from '../../src/kinds/timestamp.ts'
import { budget } from '../support/budget.ts'

const { operand } = timestamp({ digits: 9 })

describe('RFC 3339', () => {
  /** What is read, and as which instant; undefined: refused. */
  it.each<[string, string | undefined]>([
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.000000000Z'],
    ['2024-05-01t12:00:00z', '2024-05-01T12:00:00.000000000Z'],
    ['2024-05-01T12:00:00.5+05:30', '2024-05-01T06:30:00.500000000Z'],
    ['2024-05-01T12:00:00-00:00', '2024-05-01T12:00:00.000000000Z'],
    ['2024-12-31T23:59:59.9999999999Z', '2024-12-31T23:59:59.999999999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000000Z'],
    ['0000-12-31T23:30:00-01:00', '0001-01-01T00:30:00.000000000Z'],
    ['0001-01-01T00:30:00+01:00', undefined],
    ['9999-12-31T23:30:00-01:00', undefined],
    ['9999-12-31T23:59:60Z', undefined],
    ['1998-12-31T23:59:60Z', '1999-01-01T00:00:00.000000000Z'],
    ['1998-12-31T15:59:60.123-08:00', '1999-01-01T00:00:00.123000000Z'],
    ['1998-12-31T22:59:60Z', undefined],
    ['1998-12-31T23:58:60Z', undefined],
    ['1998-12-31T23:59:61Z', undefined],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000000Z'],
    ['2023-02-29T00:00:00Z', undefined],
    ['1900-02-29T00:00:00Z', undefined],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000000Z'],
    ['2024-04-31T00:00:00Z', undefined],
    ['2024-13-01T00:00:00Z', undefined],
    ['2024-00-01T00:00:00Z', undefined],
    ['2024-01-00T00:00:00Z', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['2024-01-01T00:60:00Z', undefined],
    ['2024-01-01T00:00:00', undefined],
    ['2024-01-01T00:00Z', undefined],
    ['2024-01-01', undefined],
    ['2024-01-01 00:00:00Z', undefined],
    ['2024-01-01T00:00:00,5Z', undefined],
    ['2024-01-01T00:00:00.Z', undefined],
    ['2024-01-01T00:00:00+0100', undefined],
    ['2024-01-01T00:00:00+24:00', undefined],
    ['2024-01-01T00:00:00+01:60', undefined],
    ['2024-01-01T00:00:00Z ', undefined],
    [' 2024-01-01T00:00:00Z', undefined],
    ['2024-01-01T00:00:00ZZ', undefined],
    ['+2024-01-01T00:00:00Z', undefined],
    ['２024-01-01T00:00:00Z', undefined],
    ['2024-01-01T00:00:00.5', undefined],
    ['', undefined],
    // The format date-time of the JSON Schema Test Suite (MIT).
    ['1937-01-01T12:00:27.87+00:20', '1937-01-01T11:40:27.870000000Z'],
    ['1990-12-31T15:59:50.123-08:00', '1990-12-31T23:59:50.123000000Z'],
    ['1985-04-12T00:59:59.999999999999999Z', '1985-04-12T00:59:59.999999999Z'],
    ['1963-06-19T08:30:06.28123+01:00Z', undefined],
    ['1990-12-31T15:59:59-24:00', undefined],
    ['06/19/1963 08:30:06 PST', undefined],
    ['2013-350T01:01:01', undefined],
    ['1963-6-19T08:30:06.283185Z', undefined],
    ['1963-06-1T08:30:06.283185Z', undefined],
    ['1963-06-1৪T00:00:00Z', undefined],
    ['1963-06-11T0৪:00:00Z', undefined],
    ['+11963-06-19T08:30:06.283185Z', undefined],
  ])('%s', (text, expected) => {
    expect(operand(text)).toBe(expected)
  })

  it('parses every valid millisecond like date-fns', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-02T00:00:00Z'),
          max: new Date('9999-12-30T00:00:00Z'),
          noInvalidDate: true,
        }),
        fc.integer({ min: -1439, max: 1439 }),
        (date, offset) => {
          const local = addMilliseconds(date, offset * 60_000)
            .toISOString()
            .slice(0, -1)
          const size = Math.abs(offset)
          const hours = String(Math.floor(size / 60)).padStart(2, '0')
          const text = `${local}${offset < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`
          if (!isValid(parseISO(text))) throw new Error(text)
          expect(operand(text)).toBe(`${parseISO(text).toISOString().slice(0, -1)}000000Z`)
        },
      ),
    )
  })

  it('refuses any text, or reads it as the same instant as its canonical form', () => {
    const piece = fc.constantFrom(
      '2024',
      '0000',
      '9999',
      '-',
      '02',
      '30',
      '29',
      'T',
      't',
      '12',
      ':',
      '60',
      '59',
      '.',
      '123456789',
      '0',
      'Z',
      'z',
      '+',
      '23',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const canonical = operand(pieces.join(''))
        if (canonical !== undefined) expect(operand(canonical)).toBe(canonical)
      }),
    )
  })
})

describe('digits', () => {
  it.each([0, 3, 6, 9])(
    '%i: values of rows are cut towards the past, operands keep their digits',
    (digits) => {
      const kind = timestamp({ digits })
      const full = '1969-12-31T23:59:59.123456789Z'
      const cut = digits === 0 ? '1969-12-31T23:59:59Z' : `${full.slice(0, 20 + digits)}Z`
      expect(kind.read(full)).toBe(cut)
      expect(kind.operand(full)).toBe(full)
      expect(kind.position(kind.operand(full) as string)).toEqual({
        value: cut,
        side: digits === 9 ? 0 : 1,
      })
    },
  )
})

describe('epoch numbers', () => {
  it.each([
    ['s', 1714564800.75, '2024-05-01T12:00:00.750000000Z'],
    ['ms', -1, '1969-12-31T23:59:59.999000000Z'],
    ['us', 1714564800123456n, '2024-05-01T12:00:00.123456000Z'],
    ['ns', -1n, '1969-12-31T23:59:59.999999999Z'],
    ['s', -62135596800, '0001-01-01T00:00:00.000000000Z'],
    ['s', -62135596801, undefined],
    ['s', 253402300800, undefined],
    ['s', 1e300, undefined],
    ['s', -1e-20, '1969-12-31T23:59:59.999999999Z'],
    ['us', -1e-20, '1969-12-31T23:59:59.999999999Z'],
    ['ns', -1e-20, '1969-12-31T23:59:59.999999999Z'],
  ] as const)('%s %s', (unit, value, expected) => {
    expect(timestamp({ digits: 9, unit }).read(value)).toBe(expected)
  })

  it('are converted to a column and back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
        (ticks) => {
          expect(toEpoch(fromEpoch(ticks, 'us', 6) as string, 'us')).toBe(ticks)
        },
      ),
    )
  })
})

describe('ranges and equality', () => {
  const written = fc
    .record({
      date: fc.constantFrom(
        ...['2024-02-29', '2024-03-01', '2023-02-29', '1998-12-31', '9999-12-31', '0001-01-01'],
      ),
      time: fc.constantFrom(...['00:00:00', '23:59:59', '23:59:60', '12:00:61', '24:00:00']),
      fraction: fc.stringMatching(/^(|\.[019]{1,10})$/),
      zone: fc.constantFrom('Z', 'Z', 'Z', 'z', '+00:00', '-01:00', ''),
    })
    .map(({ date, time, fraction, zone }) => `${date}T${time}${fraction}${zone}`)

  it('compare instants, however they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), written, written, (digits, value, other) => {
        const kind = timestamp({ digits })
        const constant = kind.read(other)
        fc.pre(constant !== undefined)
        const own = kind.read(value)
        const order = own === undefined ? Number.NaN : kind.compare(own, constant)
        expect(kind.range('>', constant)(value)).toBe(order > 0)
        expect(kind.range('>=', constant)(value)).toBe(order >= 0)
        expect(kind.range('<', constant)(value)).toBe(order < 0)
        expect(kind.range('<=', constant)(value)).toBe(order <= 0)
        expect(kind.equals(constant)(value)).toBe(order === 0)
        expect(kind.among([constant, constant, constant])(value)).toBe(order === 0)
      }),
      { numRuns: budget(3333, 20_000) },
    )
  })
})

describe('a range of timestamps', () => {
  const kind = timestamp({ digits: 3 })
  const all = kind.range('>=', '0001-01-01T00:00:00.000Z')

  it.each([
    '2024x05-01T12:00:00.500Z',
    '2024-05x01T12:00:00.500Z',
    '2024-05-01T12x00:00.500Z',
    '2024-05-01T12:00x00.500Z',
    '2024-05-01T12:00:00x500Z',
    '2024-05-01T12:00:00.5a0Z',
    '2024-05-01T12:00:00.5/0Z',
    '2024-05-01T12:00:00.50 Z',
    '2024-05-01T12:00:00.Z',
    '2024-05-01T24:00:00.500Z',
    '2024-05-01T12:60:00.500Z',
    '2024-05-01T12:00:61Z',
    '2024-05-32T12:00:00.500Z',
    '0000-05-01T12:00:00.500Z',
    '9999-12-31T23:59:59-01:00',
    Object('2024-05-01T12:00:00.500Z'),
  ])('has no %j', (value) => {
    expect(all(value)).toBe(false)
    expect(kind.read(value)).toBeUndefined()
  })

  it('has several ends, of which the nearest count', () => {
    const at = (second: number, digits = '000') => `2024-05-01T12:00:0${second}.${digits}Z`
    const within = kind.within!([
      { comparison: '>=', constant: at(1) },
      { comparison: '>', constant: at(2) },
      { comparison: '>=', constant: at(0) },
      { comparison: '<=', constant: at(7) },
      { comparison: '<', constant: at(6) },
      { comparison: '<', constant: at(6, '500') },
      { comparison: '<', constant: at(8) },
    ])
    const expected = [
      [2, '000'],
      [2, '001'],
      [3, '000'],
      [5, '999'],
      [6, '000'],
      [6, '499'],
    ] as const
    expect(expected.map(([second, digits]) => within(at(second, digits)))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ])
    expect(within('2024-05-01T12:00:02Z')).toBe(false)
    expect(within('2024-05-01T14:00:03+02:00')).toBe(true)
    expect(within('2024-05-01T12:00:05.9999999Z')).toBe(true)
    expect(within('2024-05-01T12:00:06.0000000Z')).toBe(false)
  })

  it('cuts values, not operands', () => {
    const seconds = timestamp({ digits: 0 })
    expect(seconds.read(new Date(1500))).toBe('1970-01-01T00:00:01Z')
    expect(seconds.operand(new Date(1500))).toBe('1970-01-01T00:00:01.500000000Z')
    expect(seconds.operand(new Date(2000))).toBe('1970-01-01T00:00:02Z')
    expect(seconds.operand(new Date(Number.NaN))).toBeUndefined()
    expect(fromEpoch(10n ** 15n, 's', 0)).toBeUndefined()
  })
})

describe('a character that is no digit', () => {
  const text = '2024-05-01T12:34:56.789Z'
  const places = Array.from(text.matchAll(/\d/g), ({ index }) => index)
  const kind = timestamp({ digits: 3 })
  const all = kind.range('>=', '0001-01-01T00:00:00.000Z')

  it.each(['/', ':', ' ', '-', 'a'])('%j is refused wherever a digit must be', (character) => {
    for (const at of places) {
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      expect([changed, kind.read(changed)]).toEqual([changed, undefined])
      expect([changed, all(changed)]).toEqual([changed, false])
      const day = changed.slice(0, 10)
      if (at < 10) expect([day, date.read(day)]).toEqual([day, undefined])
    }
  })
})

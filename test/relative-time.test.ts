import { addMonths, addYears, startOfMonth, startOfWeek, startOfYear } from 'date-fns'
import fc from 'fast-check'
import {
  and,
  clientSchema,
  compileCount,
  compileFacet,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  countRows,
  date,
  defineSchema,
  dynamic,
  FilterError,
  facetRows,
  filterRows,
  integer,
  list,
  not,
  object,
  pageOf,
  parseFilter,
  parseQuery,
  printFilter,
  type Query,
  relativeTime,
  restrict,
  runQuery,
  safeParseFilter,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { describeFilter } from 'tamis/interop'
import { filterJsonSchema } from 'tamis/json-schema'
import { sqlite } from 'tamis/sqlite'
import { parseQueryText } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import { Table } from './support/table.ts'

const fields = {
  id: integer({ required: true, sortable: true }),
  at: timestamp({ sortable: true }),
  day: date({ sortable: true, facet: true }),
  days: list(date()),
  name: string(),
  secret_at: timestamp({ hidden: true }),
  'custom.*': dynamic(['timestamp', 'integer']),
} as const
const schema = defineSchema({ fields, relativeTime: relativeTime() })
const NOW = new Date('2024-03-31T12:34:56.789Z')

/** What a shift is at a time, read out of the parameter that it becomes. */
function shifted(text: string, now: Date | number = NOW, zone?: string, field = 'at'): unknown {
  const own = defineSchema({
    fields,
    relativeTime: relativeTime(zone === undefined ? {} : { zone }),
  })
  const filter = parseFilter(own, { [field]: { $gte: { $now: text } } })
  const { params } = compileFilter(filter, { dialect: sqlite, now })
  return params[0]
}
const instant = (text: string, now?: Date | number, zone?: string) =>
  new Date(String(shifted(text, now, zone))).toISOString()

describe('a shift', () => {
  it.each([
    ['+0s', '2024-03-31T12:34:56.789Z'],
    ['-90s', '2024-03-31T12:33:26.789Z'],
    ['+5m', '2024-03-31T12:39:56.789Z'],
    ['-24h', '2024-03-30T12:34:56.789Z'],
    ['-7d', '2024-03-24T12:34:56.789Z'],
    ['+2w', '2024-04-14T12:34:56.789Z'],
    ['-1M', '2024-02-29T12:34:56.789Z'],
    ['-13M', '2023-02-28T12:34:56.789Z'],
    ['+1M', '2024-04-30T12:34:56.789Z'],
    ['-1y', '2023-03-31T12:34:56.789Z'],
    ['+0s/s', '2024-03-31T12:34:56.000Z'],
    ['+0s/m', '2024-03-31T12:34:00.000Z'],
    ['-1h/h', '2024-03-31T11:00:00.000Z'],
    ['+0d/d', '2024-03-31T00:00:00.000Z'],
    ['+0d/w', '2024-03-25T00:00:00.000Z'],
    ['+1d/w', '2024-04-01T00:00:00.000Z'],
    ['-1M/M', '2024-02-01T00:00:00.000Z'],
    ['+0M/y', '2024-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(instant(text)).toBe(expected)
  })

  it.each([
    // The night of 2024-03-31 has no 02:30 in Paris, and that of 2024-10-27 has it twice.
    ['+1d', '2024-03-30T01:30:00Z', 'Europe/Paris', '2024-03-31T01:30:00.000Z'],
    ['+1d', '2024-10-26T00:30:00Z', 'Europe/Paris', '2024-10-27T00:30:00.000Z'],
    ['+0d', '2024-10-27T01:30:00Z', 'Europe/Paris', '2024-10-27T01:30:00.000Z'],
    ['+0d/h', '2024-10-27T01:30:00Z', 'Europe/Paris', '2024-10-27T01:00:00.000Z'],
    ['+0d/d', '2024-06-01T22:30:00Z', 'Europe/Paris', '2024-06-01T22:00:00.000Z'],
    ['+24h', '2024-03-30T12:00:00Z', 'Europe/Paris', '2024-03-31T12:00:00.000Z'],
    ['+1d', '2024-03-30T12:00:00Z', 'Europe/Paris', '2024-03-31T11:00:00.000Z'],
    // Midnight of 2018-11-04 is left out in São Paulo, and that of 2018-02-18 is there twice.
    ['+0d/d', '2018-11-04T12:00:00Z', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['+0d/d', '2018-02-18T12:00:00Z', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
    // Clocks of half an hour.
    ['+1d', '2024-10-05T15:45:00Z', 'Australia/Lord_Howe', '2024-10-06T15:45:00.000Z'],
    ['+0s/h', '2024-06-01T10:00:00Z', 'Asia/Kolkata', '2024-06-01T09:30:00.000Z'],
    ['+0d/w', '2024-06-02T20:00:00Z', 'Asia/Kolkata', '2024-06-02T18:30:00.000Z'],
    // Samoa had no 2011-12-30.
    ['+1d', '2011-12-29T20:00:00Z', 'Pacific/Apia', '2011-12-30T20:00:00.000Z'],
  ])('%s of %s in %s is %s', (text, now, zone, expected) => {
    expect(instant(text, new Date(now), zone)).toBe(expected)
  })

  it('of a date is the day of the zone', () => {
    const now = new Date('2024-06-30T23:30:00Z')
    expect(shifted('+0d', now, undefined, 'day')).toBe('2024-06-30')
    expect(shifted('+0d', now, 'Europe/Paris', 'day')).toBe('2024-07-01')
    expect(shifted('-1M', now, 'Europe/Paris', 'day')).toBe('2024-06-01')
    expect(shifted('+0d/M', now, 'America/New_York', 'day')).toBe('2024-06-01')
  })

  it('is that of date-fns in UTC', () => {
    const now = fc.date({
      min: new Date('1900-01-01T00:00:00Z'),
      max: new Date('2200-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    // date-fns calculates in the zone of the process: its local fields are those of UTC here.
    const local = (time: Date) => new Date(time.getTime() + time.getTimezoneOffset() * 60_000)
    const back = (time: Date) => new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
    fc.assert(
      fc.property(now, fc.integer({ min: -1500, max: 1500 }), (time, n) => {
        const text = `${n < 0 ? '-' : '+'}${Math.abs(n)}`
        const at = (own: string) => instant(own, time)
        expect(at(`${text}M`)).toBe(back(addMonths(local(time), n)).toISOString())
        expect(at(`${text}M/M`)).toBe(back(startOfMonth(addMonths(local(time), n))).toISOString())
        const year = Math.trunc(n / 10)
        const years = `${year < 0 ? '-' : '+'}${Math.abs(year)}y`
        expect(at(years)).toBe(back(addYears(local(time), year)).toISOString())
        expect(at(`${years}/y`)).toBe(back(startOfYear(addYears(local(time), year))).toISOString())
        const week = startOfWeek(local(time), { weekStartsOn: 1 })
        expect(at('+0d/w')).toBe(back(week).toISOString())
      }),
      { numRuns: budget(100, 1000) },
    )
  })

  it('of days in a zone is the first instant with that local time, or else the later one', () => {
    const zones = [
      'Europe/Paris',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Africa/Casablanca',
      'Asia/Kathmandu',
    ]
    const HOUR = 3_600_000
    const formats = new Map(
      zones.map((timeZone) => [
        timeZone,
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
      ]),
    )
    const localOf = (zone: string, time: number) =>
      Date.parse(`${formats.get(zone)?.format(time).replace(' ', 'T')}Z`)
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2035, 0) }),
        fc.integer({ min: -400, max: 400 }).filter((n) => n !== 0),
        (zone, minute, n) => {
          const now = Math.floor(minute / 60_000) * 60_000
          const wanted = localOf(zone, now) + n * 24 * HOUR
          // Minute by minute, around the local time as if it were of UTC.
          let expected: number | undefined
          for (let t = wanted - 15 * HOUR; t <= wanted + 15 * HOUR; t += 15 * 60_000) {
            if (localOf(zone, t) !== wanted) continue
            expected = t
            break
          }
          const text = `${n < 0 ? '-' : '+'}${Math.abs(n)}d`
          const found = Date.parse(instant(text, now, zone))
          if (expected === undefined) expect(localOf(zone, found)).toBeGreaterThan(wanted)
          else expect(found).toBe(expected)
        },
      ),
      { numRuns: budget(80, 500) },
    )
  })
})

describe('a filter with $now', () => {
  it.each([
    { at: { $gte: { $now: '-7d' } } },
    { at: { $now: '+0s' } },
    { at: { $in: [{ $now: '-1d/d' }, '2024-01-01T00:00:00Z', null] } },
    { day: { $lt: { $now: '-1M/M' } } },
    { days: { $contains: { $now: '+0d' } } },
    { 'custom.at': { $gt: { $now: '-1y' } } },
    { $nor: [{ at: { $ne: { $now: '-1h' } } }] },
  ])('%j is printed as it was, and read again', (filter) => {
    const parsed = parseFilter(schema, filter)
    const printed = printFilter(parsed)
    expect(JSON.stringify(printed)).toContain('$now')
    expect(printFilter(parseFilter(schema, printed))).toEqual(printed)
    expect(compileFilter(parsed, { dialect: sqlite, now: NOW })).toEqual(
      compileFilter(parseFilter(schema, printed), { dialect: sqlite, now: NOW }),
    )
  })

  it('is of the time when it is compiled', () => {
    const filter = parseFilter(schema, { at: { $gte: { $now: '-1h' } } })
    const row = { at: '2024-03-31T12:00:00Z' }
    expect(compilePredicate(filter, { now: NOW })(row)).toBe(true)
    expect(compilePredicate(filter, { now: NOW.getTime() + 3_600_000 })(row)).toBe(false)
    expect(compilePredicate(filter)(row)).toBe(false)
    expect(compilePredicate(filter)({ at: new Date() })).toBe(true)
    expect(filterRows(filter, [row], { now: NOW })).toEqual([row])
    expect(countRows(filter, [row])).toBe(0)
    const both = and(filter, condition(schema, { at: { $lt: { $now: '+0s' } } }))
    expect(compilePredicate(both, { now: NOW })(row)).toBe(true)
  })

  it('may have it in one of several conditions', () => {
    const filter = parseFilter(schema, {
      $or: [{ at: { $gte: { $now: '-1h' } } }, { $and: [{ name: 'a' }, { id: { $gt: 1 } }] }],
    })
    const matches = compilePredicate(filter, { now: NOW })
    expect(matches({ at: '2024-03-31T12:00:00Z' })).toBe(true)
    expect(matches({ id: 2, name: 'a', at: '2024-03-31T11:00:00Z' })).toBe(true)
    expect(matches({ id: 1, name: 'a', at: '2024-03-31T11:00:00Z' })).toBe(false)
    const { text, params } = compileFilter(filter, { dialect: sqlite, now: NOW })
    expect(text).toBe('("at" >= ? OR ("name" = ? AND "id" > ?))')
    expect(params).toHaveLength(3)
  })

  it.each([
    [{ at: { $gte: { $now: '7d' } } }, /\/at\/\$gte\/\$now/],
    [{ at: { $gte: { $now: '-7 d' } } }, /-7d/],
    [{ at: { $gte: { $now: '-7D' } } }, /s m h d w M y/],
    [{ at: { $gte: { $now: '-7d/' } } }, /a shift/],
    [{ at: { $gte: { $now: '-999999999d' } } }, /8 digits/],
    [{ at: { $gte: { $now: -7 } } }, /a shift/],
    [{ at: { $gte: { $now: null } } }, /a shift/],
    [{ at: { $gte: { $now: '-3000y' } } }, /0001 to 9999/],
    [{ at: { $gte: { $now: '+99999999M' } } }, /0001 to 9999/],
    [{ at: { $gte: { $now: '-99999999d/w' } } }, /0001 to 9999/],
    [{ day: { $in: [{ $now: '+9000y' }] } }, /\/day\/\$in\/0\/\$now/],
    [{ at: { $gte: { $now: '-1d', $eq: 1 } } }, /RFC 3339/],
    [{ at: { $gte: {} } }, /RFC 3339/],
    [{ id: { $gte: { $now: '-1d' } } }, /an integer/],
    [{ name: { $now: '-1d' } }, /a string|string/],
    [{ at: { $exists: { $now: '-1d' } } }, /true or false/],
    [{ secret_at: { $gte: { $now: '-1d' } } }, /Unknown field/],
  ])('%j is refused', (filter, message) => {
    const result = safeParseFilter(schema, filter)
    expect(result.ok).toBe(false)
    expect(JSON.stringify(result)).toMatch(message)
  })

  it('is what to write where people write now-1d', () => {
    const hints = (own: typeof schema) => {
      const result = safeParseFilter(own, { at: { $gte: 'now-1d' } })
      return result.ok ? [] : result.issues.map(({ hint }) => hint)
    }
    expect(hints(schema)).toEqual(['a time from now is {"$now": "-7d"}'])
    const plain = defineSchema({ fields }) as unknown as typeof schema
    expect(hints(plain)).toEqual([expect.stringContaining('2024-05-01T12:00:00Z')])
  })

  it('is refused by a schema that does not allow it', () => {
    const plain = defineSchema({ fields })
    for (const filter of [{ at: { $gte: { $now: '-1d' } } }, { at: { $now: '-1d' } }]) {
      expect(safeParseFilter(plain, filter).ok).toBe(false)
    }
    expect(safeParseFilter(usersSchema, { created_at: { $gte: { $now: '-1d' } } }).ok).toBe(false)
    expect(safeParseFilter(clientSchema(schema), { at: { $now: '-1d' } }).ok).toBe(true)
  })

  it('is read from text', () => {
    const query = parseQueryText(schema, '{filter_conditions: {at: {$gt: {$now: "-1d"}}}}', {
      relaxed: true,
    })
    expect(printFilter(query.condition)).toEqual({ at: { $gt: { $now: '-1d' } } })
  })

  it('is in words, and in the JSON Schema of filters', () => {
    const filter = { at: { $in: [{ $now: '-1d/d' }, null] } }
    expect(describeFilter(parseFilter(schema, filter))).toContain('$now -1d/d')
    const text = (own: Parameters<typeof filterJsonSchema>[0]) =>
      JSON.stringify(filterJsonSchema(own))
    expect(text(schema)).toContain('$now')
    expect(text(defineSchema({ fields }))).not.toContain('$now')
  })

  it('works inside of objects', () => {
    const nested = defineSchema({
      fields: { id: integer({ required: true }), visits: list(object({ at: timestamp() })) },
      relativeTime: relativeTime(),
    })
    const filter = { visits: { $elemMatch: { at: { $gte: { $now: '-1h' } } } } }
    const parsed = parseFilter(nested, filter)
    expect(printFilter(parsed)).toEqual(filter)
    const row = { visits: [{ at: '2024-03-31T12:00:00Z' }] }
    expect(compilePredicate(parsed, { now: NOW })(row)).toBe(true)
    expect(compilePredicate(not(parsed), { now: NOW })(row)).toBe(false)
    expect(compilePredicate(parsed, { now: NOW.getTime() + 3_600_000 })(row)).toBe(false)
  })

  it('throws where the years end only when it is compiled', () => {
    const filter = parseFilter(schema, { at: { $gte: { $now: '+7000y' } } })
    const compile = () => compilePredicate(filter, { now: new Date('5000-01-01T00:00:00Z') })
    expect(compile).toThrow(FilterError)
    expect(compile).toThrow(/at: expected a time within the years 0001 to 9999, received \+7000y/)
  })

  it('needs a clock that is one', () => {
    const filter = parseFilter(schema, { at: { $gte: { $now: '+0d' } } })
    for (const now of [Number.NaN, new Date(Number.NaN), 1e17, 'now' as never]) {
      expect(() => compilePredicate(filter, { now })).toThrow(/now: expected a Date/)
    }
  })
})

const HOUR = 3_600_000
const rows = Array.from({ length: 12 }, (_, id) => ({
  id,
  at: new Date(NOW.getTime() - id * HOUR).toISOString(),
  day: `2024-03-${31 - (id % 4)}`,
}))

describe('a query with $now', () => {
  const payload = {
    filter_conditions: { at: { $gte: { $now: '-6h' } } },
    sort: { id: 1 },
    limit: 3,
  }
  const ids = (page: { items: readonly { id: number }[] }) => page.items.map(({ id }) => id)
  const later = (ms: number) => NOW.getTime() + ms

  it('keeps the time of its first page', () => {
    const first = runQuery(parseQuery(schema, payload, { now: NOW }), rows)
    expect(ids(first)).toEqual([0, 1, 2])
    const now = later(3 * HOUR)
    const second = runQuery(parseQuery(schema, { ...payload, next: first.next }, { now }), rows, {
      now,
    })
    expect(ids(second)).toEqual([3, 4, 5])
    const third = runQuery(
      parseQuery(schema, { ...payload, next: second.next }, { now: now + HOUR }),
      rows,
    )
    expect(ids(third)).toEqual([6])
    // Without a cursor it is of its own time.
    expect(ids(runQuery(parseQuery(schema, { ...payload, limit: 9 }, { now }), rows))).toEqual([
      0, 1, 2, 3,
    ])
  })

  it('has what the server joined at the server\u2019s time', () => {
    const expires = condition(schema, { at: { $gte: { $now: '-4h' } } })
    // A filter that was a client's is the server's once it is joined.
    for (const own of [expires, parseFilter(schema, { at: { $gte: { $now: '-4h' } } })]) {
      const page = (more: object, now: number) =>
        runQuery(restrict(parseQuery(schema, { ...payload, ...more }, { now }), own), rows, { now })
      const first = page({}, later(0))
      expect(ids(first)).toEqual([0, 1, 2])
      expect(ids(page({ next: first.next }, later(0)))).toEqual([3, 4])
      expect(ids(page({ next: first.next }, later(HOUR)))).toEqual([3])
    }
  })

  it.each<[string, object, number, RegExp]>([
    ['of the future', {}, -1, /of the future/],
    ['of more than 24 hours', {}, 24 * HOUR + 1, /too old/],
    ['of more hours than the setting', { cursorHours: 1 }, HOUR + 1, /too old/],
  ])('refuses a cursor %s', (_, options, ms, message) => {
    const own = defineSchema({ fields, relativeTime: relativeTime(options) })
    const { next } = runQuery(parseQuery(own, payload, { now: NOW }), rows)
    const at = (now: number) => safeParseQuery(own, { ...payload, next }, { now })
    const issue = { code: 'invalid_cursor', path: '/next', received: message }
    expect(at(later(ms))).toMatchObject({
      ok: false,
      issues: [{ ...issue, received: expect.stringMatching(message) }],
    })
    expect(at(later(0)).ok).toBe(true)
    expect(at(later(HOUR)).ok).toBe(true)
  })

  it('refuses a cursor of a filter without a time, and the other way round', () => {
    const plain = { ...payload, filter_conditions: { at: { $gte: '2024-01-01T00:00:00Z' } } }
    const [timed, other] = [payload, plain].map(
      (each) => runQuery(parseQuery(schema, each, { now: NOW }), rows).next,
    )
    expect(safeParseQuery(schema, { ...plain, next: timed }, { now: NOW }).ok).toBe(false)
    expect(safeParseQuery(schema, { ...payload, next: other }, { now: NOW }).ok).toBe(false)
    const another = { ...payload, filter_conditions: { at: { $gte: { $now: '-7h' } } } }
    expect(safeParseQuery(schema, { ...another, next: timed }, { now: NOW }).ok).toBe(false)
    const same = { ...payload, filter_conditions: { at: { $gte: { $now: '-06h' } } } }
    expect(safeParseQuery(schema, { ...same, next: timed }, { now: NOW }).ok).toBe(true)
  })

  it('depends on no clock without one', () => {
    const query = parseQuery(schema, { filter_conditions: { id: 1 } })
    expect(query.now).toBeUndefined()
    expect(query).toEqual({
      ...parseQuery(schema, { filter_conditions: { id: 1 } }),
      seal: query.seal,
    })
  })
})

describe.each(available)('$name', (engine) => {
  it('finds what memory does', async () => {
    const connection = await engine.connect()
    try {
      const table = await Table.create(engine, connection, schema)
      await table.insert(rows)
      const target = { dialect: engine.dialect, table: 't', now: NOW }
      for (const filter_conditions of [
        { at: { $gte: { $now: '-5h' } } },
        { at: { $lt: { $now: '-5h/h' } } },
        { day: { $in: [{ $now: '-1d' }, { $now: '+0d' }] } },
        { $nor: [{ day: { $now: '-2d' } }] },
      ]) {
        const query: Query = parseQuery(schema, { filter_conditions, limit: 3 })
        const statement = compileQuery(query, { ...target, lookAhead: true })
        const read = table.read(await connection.all(statement))
        const page = pageOf(query, read, { now: NOW })
        const expected = runQuery(query, rows, { now: NOW })
        expect((page.items as { id: number }[]).map(({ id }) => id)).toEqual(
          expected.items.map(({ id }) => id),
        )
        expect(page.next).toBe(expected.next)
        const [record] = await connection.all(compileCount(query, target))
        expect(Number(record?.total)).toBe(countRows(query, rows, { now: NOW }))
        const facet = compileFacet(query, 'day', target)
        expect(facet.read(await connection.all(facet))).toEqual(
          facetRows(query, 'day', rows, { now: NOW }),
        )
      }
    } finally {
      await connection.close()
    }
  })
})

describe('relativeTime', () => {
  it.each<[unknown, RegExp]>([
    [{ zone: 'Mars/Olympus' }, /relativeTime\.zone: unknown time zone "Mars\/Olympus"/],
    [{ zones: 'UTC' }, /unknown setting "zones"/],
    [{ cursorHours: 0 }, /cursorHours: expected a number of hours/],
  ])('%j is refused', (options, message) => {
    expect(() => relativeTime(options as never)).toThrow(message)
  })

  it('is what a schema expects', () => {
    expect(() => defineSchema({ fields, relativeTime: { zone: 'UTC' } as never })).toThrow(
      /relativeTime: expected relativeTime\(\)/,
    )
  })
})

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { userReader } from '../../src/cli/csv-columns.ts'
import { type CsvRecord, recordsFrom } from '../../src/cli/csv-records.ts'
import { scratch } from '../support/bundled.ts'

const folder = scratch('csv')
const file = join(folder, 'rows.csv')
afterAll(() => rmSync(folder, { recursive: true }))

async function records(text: string | Buffer, place = 0, first = 1): Promise<CsvRecord[]> {
  writeFileSync(file, text)
  const all: CsvRecord[] = []
  for await (const record of recordsFrom(file, place, first)) all.push(record)
  return all
}

const cellsOf = async (text: string | Buffer) =>
  (await records(text)).map(({ cells, problem }) => cells ?? problem)

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`

describe('records of CSV', () => {
  it('has cells with and without quotes, with commas, quotes and line breaks', async () => {
    expect(await cellsOf('a,"b ""c"", d",\r\n"e\nf"\n\ng,"",h\r\n')).toEqual([
      ['a', 'b "c", d', ''],
      ['e\nf'],
      [''],
      ['g', '', 'h'],
    ])
    expect(await cellsOf('a,b')).toEqual([['a', 'b']])
    expect(await cellsOf('a,')).toEqual([['a', '']])
    expect(await cellsOf('"a"\r')).toEqual([['a']])
    expect(await cellsOf('')).toEqual([])
  })

  it('says why a record is invalid, and continues on the next line', async () => {
    expect(await cellsOf('1,5" pipe\n2,"a"b\n3,"c\nd"e\n4,f\n')).toEqual([
      'a quote in a cell without quotes',
      'text after a closing quote',
      'text after a closing quote',
      ['4', 'f'],
    ])
    expect(await cellsOf('1,"open\n2,f\n')).toEqual(['a quote is not closed'])
    const latin1 = Buffer.from('1,é\n2,e\n', 'latin1')
    expect(await cellsOf(latin1)).toEqual(['not valid UTF-8', ['2', 'e']])
  })

  it('reads what was printed, and again from the place of any record', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '"', '\n', '\r\n', ',', 'Zoë', '\r'),
    )
    const row = fc.array(cell, { minLength: 2, maxLength: 4 })
    const lineBreak = fc.constantFrom('\n', '\r\n')
    await fc.assert(
      fc.asyncProperty(fc.array(row), lineBreak, fc.nat(), async (rows, end, at) => {
        const text = rows.map((cells) => `${cells.map(quoted).join(',')}${end}`).join('')
        const all = await records(text)
        expect(all.map(({ cells }) => cells)).toEqual(rows)
        expect(all.at(-1)?.end ?? 0).toBe(Buffer.byteLength(text))
        const from = all[at % (all.length || 1)]
        if (from === undefined) return
        const rest = await records(text, from.start, from.number)
        expect(rest.map(({ number, cells }) => [number, cells])).toEqual(
          all.slice(all.indexOf(from)).map(({ number, cells }) => [number, cells]),
        )
      }),
    )
  })

  it('reads the bytes of an invalid record alone as it read them in the file', async () => {
    const bytes = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '""'), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(bytes, async (pieces) => {
        const all = await records(pieces.join(''))
        const side = all.map((each) => Buffer.concat([each.bytes, Buffer.from('\n')]))
        const again = await records(Buffer.concat(side))
        // The last may have been without a line break, or with blanks after it.
        expect(again.slice(0, all.length - 1).map(({ cells }) => cells)).toEqual(
          all.slice(0, -1).map(({ cells }) => cells),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('reads records that are longer than what is read at once', async () => {
    const long = 'x"'.repeat(800_000)
    const text = `a,${quoted(long)}\nb,${quoted('y'.repeat(1024 * 1024 - 10))}\nc,d\n`
    const all = await records(text)
    expect(all.map(({ cells }) => cells?.[0])).toEqual(['a', 'b', 'c'])
    expect(all[0]?.cells?.[1]).toBe(long)
  })

  it('stops at a quote that is not closed for 16 MiB', async () => {
    const text = `a,"open\n${'b,c\n'.repeat(4_300_000)}`
    await expect(records(text)).rejects.toThrow(
      'the record at line 1 is over 16 MiB long: is a quote not closed?',
    )
  })
})

describe('columns of CSV', () => {
  it('sets fields by their names, and by maps with types; an empty cell is absent', () => {
    const read = userReader(
      ['id', 'E-mail', 'age', 'vip', 'city', 'groups', 'banned', 'note', 'custom.plan'],
      [
        'E-mail=custom.contact.mail',
        'age=custom.age:integer',
        'vip=custom.vip:boolean',
        'city=custom.contact.city',
        'groups=teams:list',
        'note=',
      ],
    )
    expect(read(['ana', 'a@b.c', '31', 'Yes', '', 'red; blue;', 'f', 'left out', 'pro'])).toEqual({
      id: 'ana',
      custom: { contact: { mail: 'a@b.c' }, age: 31, vip: true, plan: 'pro' },
      teams: ['red', 'blue'],
      banned: false,
    })
    expect(read(['bo', '', '', '', '', '', '', '', ''])).toEqual({ id: 'bo' })
    expect(() => read(['bo'])).toThrow('expected 9 cells')
    expect(() => read(['bo', '', '3.5', '', '', '', '', '', ''])).toThrow(
      'column age: expected an integer',
    )
    expect(() => read(['bo', '', '', 'so-so', '', '', '', '', ''])).toThrow(
      'column vip: expected true',
    )
  })

  it('takes keys with a colon, by a map with a type, or by the name of the column', () => {
    const read = userReader(['id', 'n', 'custom.dc:title'], ['n=custom.age:int:integer'])
    expect(read(['ana', '31', 'Dr'])).toEqual({
      id: 'ana',
      custom: { 'age:int': 31, 'dc:title': 'Dr' },
    })
  })

  it('takes __proto__ and constructor as keys like any other', () => {
    const read = userReader(['id', 'x', 'custom.constructor'], ['x=custom.__proto__.role'])
    const user = read(['ana', 'admin', 'c'])
    expect(JSON.stringify(user)).toBe(
      '{"id":"ana","custom":{"__proto__":{"role":"admin"},"constructor":"c"}}',
    )
    expect({}).not.toHaveProperty('role')
  })

  it.each([
    [['name'], [], 'no column is for id'],
    [['id', 'E-mail'], [], 'the column E-mail is not a field'],
    [['id', 'n'], ['n=nmae'], '--map n=nmae: expected a field.*did you mean name?'],
    [['id', 'n'], ['n=custom.'], '--map n=custom.: expected a field'],
    [['id', 'n'], ['n=name.first'], 'expected a field'],
    [['id', 'n'], ['n=nmae:int'], '--map n=nmae:int: expected a field.*did you mean name?'],
    [['id', 'n'], ['n=name:texts'], 'n=name:texts: unknown type "texts".*; did you mean :text?$'],
    [
      ['id', 'n'],
      ['n=custom.age:int'],
      '--map n=custom.age:int: unknown type "int": expected :text, :boolean, :integer, :number, :list, :json; did you mean :integer? \\(for a key with a colon, add a type: custom.age:int:text\\)$',
    ],
    [['id', 'n'], ['n=custom.age:Integer'], 'unknown type "Integer".*did you mean :integer?'],
    [['id', 'n'], ['n=custom.age:'], '--map n=custom.age:: unknown type ""'],
    [['id', 'n'], ['n=custom.dc:first.name'], 'unknown type "first.name"'],
    [['id', 'n'], ['m=name'], '--map m=…: the file has no such column; it has id, n'],
    [['id', 'n'], ['n'], '--map n: expected column=field'],
    [['id', 'n'], ['n=name', 'n=role'], 'the column n is mapped twice'],
    [['id', 'name', 'n'], ['n=name'], 'the columns name and n are both for name'],
    [['id', 'custom', 'n'], ['n=custom.n'], 'the columns custom and n are both for custom.n'],
    [['id', 'custom.n.m', 'custom.n'], [], 'are both for custom.n'],
    [['id', 'id'], [], 'the columns id and id are both for id'],
    [['id', 'deleted_at'], [], 'the column deleted_at is not a field'],
  ])('refuses the columns %j with the maps %j', (header, maps, message) => {
    expect(() => userReader(header, maps)).toThrow(new RegExp(message.replaceAll('?', '\\?')))
  })
})

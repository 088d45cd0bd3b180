/** What `tamis query` reads and prints: CSV, gzip, terminals, rows that cannot be read. */

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { cut, toBlocks, toTable } from '../../src/cli/layouts.ts'
import { columnsOf } from '../../src/cli/output.ts'
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('formats')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)

function tamis(args: readonly string[], input: string | Buffer = '') {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    input,
    cwd: folder,
    maxBuffer: 2 ** 28,
  })
  return { out: stdout.toString(), err: stderr.toString(), status, bytes: stdout }
}

const hasScript = spawnSync('script', ['--version']).status === 0

/** Runs the command on a pseudo-terminal, and answers what it shows. */
function onTerminal(line: string, columns = 60): string {
  const { stdout } = spawnSync(
    'script',
    ['-qec', `stty cols ${columns}; ${process.execPath} ${command} ${line}`, '/dev/null'],
    { encoding: 'utf8', cwd: folder, input: '' },
  )
  return stdout.replaceAll('\r\n', '\n')
}

const ROWS = [
  { id: 'a', role: 'admin', name: 'Ana, "the" first', banned: true, custom: { age: 3, x: '7' } },
  { id: 'b', role: 'user', name: ' two\nlines ', teams: ['red', 'b;c'], custom: { big: 1 } },
  { id: 'c', role: '', created_at: '2024-05-01T12:00:00Z' },
]
const json = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const all = ['--all', '--option', 'include_deactivated_users']

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', file('library.mjs'))
  writeFileSync(file('rows.ndjson'), json(ROWS))
  writeFileSync(
    file('random.mjs'),
    `import { boolean, defineSchema, decimal, dynamic, integer, list, number, string } from './library.mjs'
export const schema = defineSchema({ fields: {
  id: string({ required: true }), flag: boolean(), n: integer(), x: number(), wage: decimal({ precision: 9, scale: 2 }),
  texts: list(string()), numbers: list(integer()), 'custom.age': integer(),
  'custom.*': dynamic(['string', 'boolean', 'integer']) } })`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('CSV', () => {
  it('is written by --csv and read by its name, its option, and from standard input', () => {
    const { out } = tamis(['query', 'rows.ndjson', '--csv', '--sort', 'id'])
    expect(out).toBe(
      [
        'id,role,name,banned,custom,teams,created_at',
        'a,admin,"Ana, ""the"" first",true,"{""age"":3,""x"":""7""}",,',
        'b,user," two\nlines ",,"{""big"":1}","[""red"",""b;c""]",',
        'c,"",,,,,2024-05-01T12:00:00Z',
        '',
      ].join('\n'),
    )
    writeFileSync(file('rows.csv'), out)
    const [a, b, c] = ROWS
    // An empty cell is absent, with quotes too.
    const read = json([a, b, { id: c?.id, created_at: c?.created_at }])
    const asked = ['--sort', 'id', '--json']
    expect(tamis(['query', 'rows.csv', ...asked])).toMatchObject({ status: 0, err: '' })
    const found = (...args: readonly string[]) =>
      tamis(['query', ...args, ...asked], out)
        .out.trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    const rows = read
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(found('rows.csv')).toEqual(rows)
    expect(found('--input', 'csv')).toEqual(rows)
    expect(found('--input', 'csv', '-')).toEqual(rows)
  })

  it('has a column for the object of fields such as customer.name, which is read as JSON', () => {
    writeFileSync(
      file('orders.mjs'),
      `import { defineSchema, string } from './library.mjs'
export const schema = defineSchema({
  fields: { id: string({ required: true, sortable: true }), 'customer.name': string() },
})
`,
    )
    const schema = ['--schema', 'orders.mjs', '--all']
    const rows = json([{ id: 'a', customer: { name: 'Ana' } }, { id: 'b' }])
    const { out } = tamis(['query', ...schema, '--csv'], rows)
    expect(out).toBe('id,customer\na,"{""name"":""Ana""}"\nb,\n')
    expect(tamis(['query', ...schema, '--input', 'csv', '--json'], out).out).toBe(rows)
  })

  it('has columns for fields, whose types the schema says', () => {
    const csv =
      '\uFEFFid,custom.age,custom,teams,banned,other\r\nx,18,"{""b"":1}",red; blue,TRUE,1\r\n'
    const { out } = tamis(['query', '--input', 'csv', '--json'], csv)
    expect(JSON.parse(out)).toEqual({
      id: 'x',
      custom: { age: 18, b: 1 },
      teams: ['red', 'blue'],
      banned: true,
      other: '1',
    })
    const filter = ['--filter', '{"custom.age":{"$gte":18},"banned":true}']
    expect(tamis(['query', '--input', 'csv', '--json', ...filter], csv).out).toBe(out)
  })

  it('of random rows is read as what was written', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => each !== '' && each.isWellFormed())
    const row = fc.record(
      {
        flag: fc.boolean(),
        n: fc.maxSafeInteger(),
        x: fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
        wage: fc.constantFrom('1.50', '-0.01'),
        texts: fc.array(fc.string(), { minLength: 1 }),
        numbers: fc.array(fc.integer()),
        'custom.age': fc.integer(),
        custom: fc.dictionary(
          fc.constantFrom('b', 'c'),
          fc.oneof(text, fc.boolean(), fc.integer()),
          {
            minKeys: 1,
          },
        ),
      },
      { requiredKeys: [] },
    )
    const rows = fc.sample(row, 300).map(({ 'custom.age': age, custom, ...rest }, i) => ({
      id: `r${i}`,
      ...rest,
      ...(age === undefined && custom === undefined
        ? {}
        : { custom: { ...custom, ...(age === undefined ? {} : { age }) } }),
    }))
    const schema = ['--schema', 'random.mjs']
    const written = tamis(['query', ...schema, '--all', '--csv'], json(rows))
    expect(written.err).toBe('')
    const { out, err } = tamis(['query', ...schema, '--all', '--input', 'csv'], written.out)
    expect(err).toBe('')
    const read = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // JSON has no negative zero.
    expect(read).toEqual(JSON.parse(JSON.stringify(rows)))
  })

  it('of --all has a column for each field, and names the keys that it leaves out', () => {
    const { out, err } = tamis(['query', '--all', '--csv'], '{"id":"a","nick":"x"}\n')
    expect(out.split('\n')[0]).toMatch(/^id,role,name,.*,custom$/)
    expect(err).toBe('tamis: the schema has no field for "nick": left out\n')
    const chosen = ['--select', 'custom.age,id']
    expect(tamis(['query', 'rows.ndjson', '--csv', ...all, ...chosen]).out).toBe(
      'custom.age,id\n3,a\n,b\n,c\n',
    )
  })
})

describe('CSV with another delimiter than a comma', () => {
  const rows = '{"id":"a","name":"x,y;z"}\n{"id":"b"}\n'

  it.each([
    [';', ';', 'semicolons', "';'"],
    ['tab', '\t', 'tabs', 'tab'],
    ['|', '|', 'vertical bars', "'|'"],
  ])(
    'is read by --delimiter %s, which is named where it is missing',
    (option, sign, name, hint) => {
      const csv = ['id,name', 'a,"x,y;z"', 'b,', '']
        .map((line) => line.replace(',', sign))
        .join('\r\n')
      const asked = ['query', '--input', 'csv', '--json', '--sort', 'id']
      expect(tamis([...asked, '--delimiter', option], csv)).toMatchObject({ out: rows, status: 0 })
      const { err, status } = tamis(asked, csv)
      expect(err).toMatch(/^tamis: standard input: header: one column [^\n]*\n$/)
      expect(err).toContain(`separated by ${name}: --delimiter ${hint}\n`)
      expect(status).toBe(2)
    },
  )
})

describe('texts that are formulas', () => {
  const row = {
    id: '=1+1',
    name: '@SUM(A1)',
    custom: {
      '=key': '-2+3',
      tab: '\tx',
      wide: '\uFF1D1',
      plus: '+41 79',
      amount: '-12.50',
      n: -5,
    },
  }
  const fields = [
    'id',
    'name',
    'custom.tab',
    'custom.wide',
    'custom.plus',
    'custom.amount',
    'custom.n',
  ]
  const asked = ['query', '--csv', '--select', [...fields, 'custom.=key'].join(',')]

  it('are written as they are, and with --escape-formulas after an apostrophe', () => {
    const head = [...fields, 'custom.=key'].join(',')
    expect(tamis(asked, json([row])).out).toBe(
      `${head}\n=1+1,@SUM(A1),"\tx",\uFF1D1,+41 79,-12.50,-5,-2+3\n`,
    )
    expect(tamis([...asked, '--escape-formulas'], json([row])).out).toBe(
      `${head}\n'=1+1,'@SUM(A1),'\tx,'\uFF1D1,'+41 79,-12.50,-5,'-2+3\n`,
    )
    const all = ['query', '--all', '--escape-formulas', '--select', 'id,name', '--output']
    expect(tamis([...all, 'formulas.csv'], json([row])).status).toBe(0)
    expect(readFileSync(file('formulas.csv'), 'utf8')).toBe("id,name\n'=1+1,'@SUM(A1)\n")
  })

  it('are escaped in the header', () => {
    const { out } = tamis(
      ['query', '--csv', '--escape-formulas', '--sort', 'id'],
      '{"id":"a","=cmd":"=1"}\n',
    )
    expect(out).toBe("id,'=cmd\na,'=1\n")
  })
})

describe('gzip', () => {
  it('is read by its first bytes, and written by the name or the option', () => {
    const asked = ['--sort', 'id', '--json']
    const { out } = tamis(['query', 'rows.ndjson', ...asked])
    const zipped = gzipSync(readFileSync(file('rows.ndjson')))
    expect(tamis(['query', ...asked], zipped).out).toBe(out)
    // Several members, as `cat a.gz b.gz` makes them.
    const lines = readFileSync(file('rows.ndjson'), 'utf8').trim().split('\n')
    const members = Buffer.concat(lines.map((line) => gzipSync(`${line}\n`)))
    writeFileSync(file('rows.ndjson.gz'), members)
    expect(tamis(['query', 'rows.ndjson.gz', ...asked]).out).toBe(out)
    expect(gunzipSync(tamis(['query', 'rows.ndjson', ...asked, '--gzip']).bytes).toString()).toBe(
      out,
    )
    for (const name of ['out.ndjson.gz', 'out.csv.gz', 'out.csv', 'out.json', 'out.jsonl', 'out']) {
      const written = tamis(['query', 'rows.ndjson', '--sort', 'id', '--output', name])
      expect(written).toMatchObject({ out: '', err: '', status: 0 })
      const read = tamis(['query', name, '--sort', 'id', '--json', '--select', 'id,name'])
      expect(read.out).toBe(
        tamis(['query', 'rows.ndjson', '--sort', 'id', '--json', '--select', 'id,name']).out,
      )
      rmSync(file(name))
    }
  })

  it('is complete, even if a row cannot be read', () => {
    const { err, status } = tamis(
      ['query', '--all', '--output', 'part.gz'],
      `${'{"id":"a"}\n'.repeat(9)}{`,
    )
    expect([err, status]).toEqual([expect.stringMatching(/line 10: not valid JSON/), 2])
    expect(gunzipSync(readFileSync(file('part.gz'))).toString()).toBe('{"id":"a"}\n'.repeat(9))
  })

  it('that is damaged or cut is a mistake', () => {
    const zipped = gzipSync('{"id":"a"}\n'.repeat(1000))
    expect(tamis(['query'], zipped.subarray(0, 40))).toMatchObject({
      err: 'tamis: cannot read standard input: unexpected end of file\n',
      status: 2,
    })
    zipped.fill(7, 12, 20)
    expect(tamis(['query'], zipped)).toMatchObject({
      err: expect.stringMatching(/^tamis: cannot read standard input: .*\n$/),
      status: 2,
    })
  })
})

describe('rows that cannot be read', () => {
  const bad = `{"id":"a"}\n${'{"id":\n'.repeat(2000)}[1]\n7\n{"id":"b"}\n`

  it('are left out by --skip-bad, and counted by kind', () => {
    const { out, err, status } = tamis(['query', '--json', '--sort', 'id', '--skip-bad'], bad)
    expect([out, status]).toEqual(['{"id":"a"}\n{"id":"b"}\n', 0])
    const lines = err.trimEnd().split('\n')
    expect(lines.slice(0, 3).join('\n')).toMatch(
      /^(standard input, line [234]: not valid JSON: .*\n?)+$/,
    )
    expect(lines.slice(3, 6)).toEqual([
      'standard input, line 2002: expected a JSON object',
      'standard input, line 2003: expected a JSON object',
      'standard input: 2002 rows were left out',
    ])
    expect(lines[6]).toMatch(/^ {2}2000 × not valid JSON: .* \(lines 2, 3, 4, …\)$/)
    expect(lines[7]).toBe('  2 × expected a JSON object (lines 2002, 2003)')
  })

  it('are left out of arrays and of CSV', () => {
    const array = tamis(
      ['query', '--json', '--sort', 'id', '--skip-bad'],
      '[{"id":"a"},3,{"id":"b"}]',
    )
    expect(array.out).toBe('{"id":"a"}\n{"id":"b"}\n')
    expect(array.err).toContain('  1 × expected a JSON object (element 2)\n')
    const csv = 'id,name\na,x\nb\n"c"d,e\nf,g\n'
    const read = tamis(['query', '--json', '--sort', 'id', '--input', 'csv', '--skip-bad'], csv)
    expect(read.out).toBe('{"id":"a","name":"x"}\n{"id":"f","name":"g"}\n')
    expect(read.err).toContain('line 3: expected 2 cells, as the header has, received 1\n')
    expect(read.err).toContain('line 4: text after a closing quote\n')
  })

  it.each<[string, string[], string | Buffer, RegExp]>([
    ['by default', ['--json'], bad, /^tamis: standard input, line 2: not valid JSON/],
    ['in CSV', ['--input', 'csv'], 'id,name\na\n', /line 2: expected 2 cells/],
    ['in a header', ['--input', 'csv', '--skip-bad'], '"id\n', /header: a quote is not closed/],
    ['two columns of one name', ['--input', 'csv'], 'id,id\n', /two columns are named "id"/],
    ['UTF-16', [], Buffer.from('\uFEFF{}', 'utf16le'), /is in UTF-16: convert it to UTF-8/],
    ['an array that is cut', ['--skip-bad'], '[{"id":"a"},', /the array is not closed/],
  ])('are a mistake: %s', (_, args, input, message) => {
    const { err, status } = tamis(['query', ...args], input)
    expect([err, status]).toEqual([expect.stringMatching(message), 2])
  })
})

describe('mistakes in the options', () => {
  it('has no output into the file that is read, by any of its names', () => {
    linkSync(file('rows.ndjson'), file('other.ndjson'))
    const asked = [command, 'query', '--all', '--output', 'other.ndjson']
    const descriptor = openSync(file('rows.ndjson'), 'r')
    for (const [args, stdin] of [
      [[...asked, 'rows.ndjson'], 'ignore'],
      [asked, descriptor],
    ] as const) {
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        stdio: [stdin, 'pipe', 'pipe'],
        encoding: 'utf8',
      })
      expect(stderr).toContain('--output other.ndjson is the file that is read')
      expect(status).toBe(2)
    }
    closeSync(descriptor)
    expect(readFileSync(file('rows.ndjson'), 'utf8')).toBe(json(ROWS))
  })

  it.each<[string[], RegExp]>([
    [['--json', '--csv'], /'--json' cannot be used with option '--csv'/],
    [['--input', 'xml'], /'xml' is invalid. Allowed choices are json, csv/],
    [['--select', 'id,nam'], /^tamis: --select\/1: Unknown field "nam".*"name"/],
    [['--select', ''], /^tamis: --select\/0: Unknown field ""/],
    [['--option', 'fields=["id"]'], /--option fields: use --select/],
    [['--all', '--vertical'], /--vertical is for a page/],
    [['--output', 'rows.ndjson'], /--output rows.ndjson is the file that is read/],
    [['--output', 'nowhere/rows.ndjson'], /--output: ENOENT/],
    [
      ['--output', 'nowhere/rows.xml'],
      /^tamis: --output nowhere\/rows.xml: expected a name that ends in .csv, .json, .ndjson or .jsonl, and .gz [^\n]*\n$/,
    ],
    [
      ['--all', '--output', 'rows.xml.gz'],
      /--output rows.xml.gz: expected a name that ends in .csv/,
    ],
    [['--json', '--escape-formulas'], /--escape-formulas is for CSV: add --csv/],
    [['--output', 'x.json', '--escape-formulas'], /--escape-formulas is for CSV/],
    [['--delimiter', ';'], /--delimiter is for CSV: name the file .csv, or add --input csv/],
    [['--delimiter', ';;'], /expected one ASCII character other than a quote, or 'tab'/],
    [['--db', 'x.sqlite', '--table', 't', '--delimiter', ';'], /--delimiter is for rows of a file/],
    [['--db', 'x.sqlite', '--table', 't', '--skip-bad'], /--skip-bad is for rows of a file/],
  ])('%j', (args, message) => {
    const before = readFileSync(file('rows.ndjson'), 'utf8')
    const { err, status } = tamis([
      'query',
      ...(args.includes('--db') ? [] : ['rows.ndjson']),
      ...args,
    ])
    expect([err, status]).toEqual([expect.stringMatching(message), 2])
    expect(readFileSync(file('rows.ndjson'), 'utf8')).toBe(before)
    expect(existsSync(file('nowhere'))).toBe(false)
  })
})

describe('a table', () => {
  const widest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)))

  it('is no wider than the terminal, whatever it holds', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    const rows = fc.array(
      fc.dictionary(key, fc.string({ unit: 'grapheme', maxLength: 60 }), {
        minKeys: 1,
        maxKeys: 12,
      }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(rows, fc.integer({ min: 12, max: 200 }), (all, width) => {
        const [table = ''] = toTable(all, columnsOf(all), width).split(/\n\d+ columns? do/)
        expect(widest(table)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('names the columns that do not fit', () => {
    const row = { id: 'a', first: 'x'.repeat(50), second: 'y'.repeat(50), third: 1 }
    const table = toTable([row], columnsOf([row]), 36)
    expect(table).toContain('│ a  │ xxxxxxxxx… │ yyyyyyyyy… │')
    expect(table.split('\n').at(-1)).toBe(
      '1 column does not fit: third (--vertical shows them, --select chooses)',
    )
  })

  it('cuts before a letter that takes two columns', () => {
    expect(['日本語', 'abc'].map((text) => cut(text, 4))).toEqual(['日…', 'abc'])
  })

  it('as blocks has every value in full', () => {
    const rows = [
      { id: 'a', name: 'x'.repeat(80), none: null },
      { id: 'b', custom: { a: [1] } },
    ]
    expect(toBlocks(rows, columnsOf(rows))).toBe(
      [
        '── 1 ──',
        'id      a',
        `name    ${'x'.repeat(80)}`,
        'none    null',
        '── 2 ──',
        'id      b',
        'custom  {"a":[1]}',
      ].join('\n'),
    )
    expect(
      tamis([
        'query',
        'rows.ndjson',
        '--vertical',
        '--select',
        'id,custom.age',
        '--sort',
        'id',
        '--limit',
        '1',
      ]).out,
    ).toMatch(/^── 1 ──\nid {10}a\ncustom.age {2}3\n--next /)
  })
})

describe.skipIf(!hasScript)('on a terminal', () => {
  it('a table has its width', () => {
    const shown = onTerminal('query rows.ndjson --sort id 2>/dev/null', 50)
    const lines = shown.split('\n').filter((line) => /^[┌├│└]/.test(line))
    expect(lines.length).toBeGreaterThan(4)
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(50)
    expect(shown).toMatch(/columns? do(es)? not fit: /)
  })

  it('the progress line goes before a message is written', () => {
    writeFileSync(file('bad.ndjson'), '{"id":"a"}\n{\n{"id":"b"}\n')
    const shown = onTerminal('query bad.ndjson --skip-bad --json')
    expect(shown).toContain('bad.ndjson ')
    // The line is erased (ESC [2K), and only then the message begins.
    expect(shown).toMatch(/\u001B\[2Kbad\.ndjson, line 2: not valid JSON: [^\n\u001B]*\n/)
    expect(shown).toMatch(/\u001B\[2Kbad\.ndjson: 1 row was left out\n/)
  })

  it('a hint says what standard input is for', () => {
    const typed = spawnSync(
      'script',
      ['-qec', `${process.execPath} ${command} query --json`, '/dev/null'],
      { encoding: 'utf8', cwd: folder, input: '{"id":"typed"}\n\u0004' },
    )
    expect(typed.stdout).toContain('tamis: reading rows from the terminal, one JSON object a line')
    expect(typed.stdout).toContain('{"id":"typed"}')
    expect(tamis(['query', '--json'], '{"id":"a"}').err).toBe('')
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { compileQuery, runQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import ts from 'typescript'
import { afterAll, expect, it } from 'vitest'
import { codeOf } from '../../docs/playground/code.ts'
import { EXAMPLES } from '../../docs/playground/examples.ts'
import { readQuery } from '../../docs/playground/query-text.ts'
import { readRows } from '../../docs/playground/rows-text.ts'
import { readSchema } from '../../docs/playground/schema-text.ts'
import { playgroundVite } from '../../docs/playground/vite.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tamis-code-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = Date.parse('2024-06-01T00:00:00Z')

/** Names and values that would break a program that only joined texts. */
const HOSTILE = {
  title: 'Hostile',
  schema: JSON.stringify({
    key: "it's",
    fields: {
      "it's": { kind: 'string', required: true, sortable: true },
      'a"b`${1}\\': { kind: 'enumeration', values: ["'", '"', '\u2028', '$x'] },
      '*/ //': { kind: 'integer' },
      class: { kind: 'integer', list: true },
      times: { kind: 'timestamp', digits: 3 },
    },
    relativeTime: true,
  }),
  rows: '{"it\'s": "\\u2028", "*/ //": 9007199254740991}',
  filter: `{"it's": {$nin: ["'; throw 1 //", "\\u2029"]}, "*/ //": {$lt: 9007199254740993}}`,
  sort: "-it's",
  limit: '7',
}

const snippets = [...EXAMPLES, HOSTILE].map((example) => {
  const made = readSchema(example.schema)
  if (!('call' in made)) throw new Error(made.problems[0]?.message)
  const reading = readQuery(made.schema, example, NOW)
  if (!('payload' in reading)) throw new Error(JSON.stringify(reading.wrong))
  const name = example.title.replaceAll(' ', '')
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, codeOf(made.call, reading.payload, 'sqlite'))
  return { file, name, query: reading.query, rows: readRows(example.rows, made.schema).rows }
})

it('shows programs that compile, strictly', () => {
  const configuration = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(
    { ...configuration.config, include: [], files: [] },
    ts.sys,
    root,
  )
  const program = ts.createProgram(
    snippets.map(({ file }) => file),
    { ...options, types: [], noUnusedLocals: true },
  )
  const found = snippets.flatMap(({ file }) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)),
  )
  expect(
    found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  ).toEqual([])
})

it.each(snippets)(
  'the program of $name finds the same rows',
  async ({ file, name, query, rows }) => {
    const { alias } = playgroundVite.resolve
    const outfile = join(folder, `${name}.mjs`)
    await build({
      ...{ entryPoints: [file], outfile, bundle: true, format: 'esm', logLevel: 'silent' },
      alias: Object.fromEntries(
        ['tamis', 'tamis/sqlite'].map((from) => {
          const found = alias.find(({ find }) => find.test(from))
          return [from, from.replace(found?.find ?? '', found?.replacement ?? '')]
        }),
      ),
    })
    const program = await import(pathToFileURL(outfile).href)
    const { text, params } = compileQuery(query, { dialect: sqlite, table: 'items' })
    expect(program.text).toBe(text)
    expect(program.params).toEqual(params)
    expect(program.find(rows)).toEqual(runQuery(query, rows).items)
  },
)

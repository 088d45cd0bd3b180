/**
 * `npx tsx bench/sizes.ts`: what programs weigh, minified and gzipped, in bytes; and what they would weigh
 * without a part of the sources, whose exports become constants. The programs are those whose budgets
 * `test/package/bundle.test.ts` holds.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { STEPS } from '../test/package/programs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Parts of the sources, by the files that they are made of. */
const PARTS: Readonly<Record<string, string>> = {
  'operators of texts':
    'operators/(autocomplete|text|insensitive)|kinds/(words|case-fold|insensitive)|cache/folded-texts',
  'messages and hints':
    'error/(nearest|describe|issue|filter-error|options)|parse/(mistakes|foreign-operators|unknown-field)|schema/refuse',
  timestamps: 'kinds/(timestamp|rfc3339|calendar)|schema/timestamp',
  'tables, columns of others, words, facets':
    'dialect/.*(table|other-types|declared-type|words|grouped)',
}

/** The names that a file exports. */
function exportsOf(source: string): readonly string[] {
  const declared = [...source.matchAll(/^export (?:const|function|class) ([\w$]+)/gm)]
  const listed = [...source.matchAll(/^export (?:const )?[{[]([^}\]]*)[}\]]/gm)]
  return [
    ...declared.map(([, name]) => name!),
    ...listed.flatMap(([, names]) =>
      names!
        .split(',')
        .map(
          (each) =>
            each
              .trim()
              .split(/ as |:\s*/)
              .at(-1)!,
        )
        .filter((each) => each !== '' && !each.startsWith('type ')),
    ),
  ]
}

async function sizeOf(program: string, without?: RegExp): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    plugins: [
      {
        name: 'leave out',
        setup({ onLoad }) {
          if (without === undefined) return
          onLoad({ filter: without }, ({ path }) => {
            const names = new Set(exportsOf(readFileSync(path, 'utf8')))
            const contents = [...names].map(
              (name) => `export const ${name} = /* @__PURE__ */ (() => 0)`,
            )
            return { contents: contents.join('\n'), loader: 'js' }
          })
        },
      },
    ],
  })
  return gzipSync(outputFiles[0]!.contents).length
}

const filterOf = (parts: readonly string[]) => new RegExp(`/src/(${parts.join('|')})\\.ts$`)

const names = Object.keys(PARTS)
console.log(
  `| | all | ${names.map((each) => `without ${each}`).join(' | ')} | without all of these |`,
)
console.log(`| --- |${' ---: |'.repeat(names.length + 2)}`)
for (const [name, program] of Object.entries(STEPS)) {
  const sizes = [await sizeOf(program)]
  for (const part of Object.values(PARTS)) sizes.push(await sizeOf(program, filterOf([part])))
  sizes.push(await sizeOf(program, filterOf(Object.values(PARTS))))
  console.log(`| ${name} | ${sizes.map((each) => (each / 1000).toFixed(1)).join(' | ')} |`)
}

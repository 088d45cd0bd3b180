import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'

/** The number of copies of the code of leaves. */
const COPIES = 96

const source = fileURLToPath(new URL('../compile/leaf.ts', import.meta.url))
export const target = fileURLToPath(new URL('../compile/leaf-copies.ts', import.meta.url))

/** The functions of leaf.ts to copy, in their order there, and the names of the copies. */
const COPIED = [
  ['predicateCode', 'predicateCopies', 'Predicate'],
  ['selectionCode', 'selectionCopies', 'Selection'],
] as const

/** The text of `compile/leaf-copies.ts`, as it follows from `compile/leaf.ts`. */
export function generate(): string {
  const { code } = transformSync(readFileSync(source, 'utf8'), {
    loader: 'ts',
    target: 'es2022',
    minifyWhitespace: true,
    minifySyntax: true,
  })
  const lists = COPIED.map(([name, list, type]) => {
    const begin = `export function ${name}()`
    const end = code.indexOf('export', code.indexOf(begin) + begin.length)
    const body = code.slice(code.indexOf(begin) + begin.length, end === -1 ? undefined : end).trim()
    // Copies that are the same text to the letter weigh almost nothing once they are compressed.
    const copy = `() => ${body.replace(/;$/, '')},`
    return `export const ${list}: readonly (() => LeafCode<${type}>)[] = [\n${`${copy}\n`.repeat(COPIES)}]\n`
  })
  return `// @ts-nocheck
// Generated from leaf.ts by \`npm run leaf-copies\`; see there for the reason.

import { hasProperties, isPlainObject, PROTOTYPE } from '../kinds/objects.ts'
import { type LeafCode, NO_CONSTANTS, type Predicate, type Selection } from './leaf.ts'

${lists.join('\n')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, generate())

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { ConsoleFile } from '../../users/console/files.ts'

const page = (name: string): string =>
  fileURLToPath(new URL(`../../users/console/page/${name}`, import.meta.url))
const read = (name: string): string => readFileSync(page(name), 'utf8')

/** The console's script, minified: one file without packages. */
async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [page('main.ts')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    alias: { chevrotain: fileURLToPath(new URL('small-chevrotain.ts', import.meta.url)) },
  })
  return outputFiles[0]?.text ?? ''
}

/** The style sheet, minified. */
async function styles(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [page('style.css')],
    minify: true,
    write: false,
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 12)

/**
 * The files of the console, the page first. The others have a hash of their contents in their names,
 * so that browsers may keep them.
 */
export async function buildConsole(): Promise<readonly ConsoleFile[]> {
  const files = [
    ['console', 'js', 'text/javascript', await script()],
    ['console', 'css', 'text/css', await styles()],
    ['icon', 'svg', 'image/svg+xml', read('icon.svg')],
  ] as const
  let html = read('page.html').replaceAll(/^\s+|\n/gm, '')
  const named = files.map(([base, extension, type, text]): ConsoleFile => {
    const hash = hashOf(text)
    const name = `${base}-${hash}.${extension}`
    html = html.replaceAll(`console/${base}.${extension}`, `console/${name}`)
    return { name, type, hash, text }
  })
  return [{ name: '', type: 'text/html', hash: hashOf(html), text: html }, ...named]
}

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nearest } from '../error/nearest.ts'
import type { Schema } from '../parse/schema.ts'
import type { Mapping } from '../schema/mapping.ts'
import { usersSchema } from '../users/schema.ts'
import { Mistake, messageOf } from './mistake.ts'

/** A schema, and the mapping if its module exports one. */
export interface LoadedSchema {
  readonly schema: Schema
  readonly mapping: Mapping | undefined
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' &&
  value !== null &&
  'fields' in value &&
  value.fields instanceof Map &&
  'wildcards' in value &&
  'options' in value

type Module = Readonly<Record<string, unknown>>

/** A module; TypeScript by Node itself (22.18 and newer), or by the project's tsx. */
async function load(path: string): Promise<Module> {
  const { href } = pathToFileURL(path)
  try {
    return await import(href)
  } catch (error) {
    const isUnread = error instanceof Error && 'code' in error
    if (!isUnread || error.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
  }
  // Typed here, because the package is the project's.
  const tsx: { tsImport(file: string, parent: string): Promise<Module> } = await import(
    pathToFileURL(tsxOf(path)).href
  )
  return tsx.tsImport(href, import.meta.url)
}

/** The file of tsx that has `tsImport`, in the project of the module or of the current folder. */
function tsxOf(path: string): string {
  for (const from of [path, resolve('index.js')]) {
    try {
      const packageJson = createRequire(from).resolve('tsx/package.json')
      return resolve(packageJson, '../dist/esm/api/index.mjs')
    } catch {
      // The other place may have it.
    }
  }
  throw new Error('TypeScript needs Node 22.18, or tsx: npm install --save-dev tsx')
}

/** The schema `users`, or that of a module, which may export a `mapping` too. */
export async function loadSchema(name: string): Promise<LoadedSchema> {
  if (name === 'users') return { schema: usersSchema, mapping: undefined }
  const path = resolve(name)
  if (name === '' || !existsSync(path)) {
    throw new Mistake(`--schema: no such module: "${name}"; the built-in schema is "users"`)
  }
  const module = await load(path).catch((error: unknown) => {
    if (!/\.[cm]?[jt]sx?$/.test(path)) {
      throw new Mistake(
        `--schema: ${name}: expected a module (.ts or .js), as tamis introspect and tamis infer make it`,
      )
    }
    const isTyped = error instanceof SyntaxError && /\.[cm]?js$/.test(path)
    const hint = isTyped ? ' (if it is TypeScript, name it .ts or .mts)' : ''
    throw new Mistake(`--schema: ${name}: ${messageOf(error)}${hint}`)
  })
  const schema = [module.schema, module.default, ...Object.values(module)].find(isSchema)
  if (schema === undefined) {
    throw new Mistake(
      `--schema: ${name} exports no schema: export const schema = defineSchema({…})`,
    )
  }
  if (module.mapping === undefined) {
    // Without its mapping, a schema means other columns.
    const others = Object.keys(module).filter((each) => !isSchema(module[each]))
    const misspelt = others.find((each) => nearest(each, ['mapping']) !== undefined)
    if (misspelt !== undefined) {
      throw new Mistake(`--schema: ${name} exports "${misspelt}" (did you mean "mapping"?)`)
    }
  }
  return { schema, mapping: module.mapping as Mapping | undefined }
}

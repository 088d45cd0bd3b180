import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Schema } from '../parse/schema.ts'
import type { Mapping } from '../schema/mapping.ts'
import { usersSchema } from '../users/schema.ts'
import { Mistake, messageOf } from './mistake.ts'

/** A schema, and the mapping that its module may export beside it. */
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

/** `users`, or the path of a module that exports a schema, and a `mapping` if it has one. */
export async function loadSchema(name: string): Promise<LoadedSchema> {
  if (name === 'users') return { schema: usersSchema, mapping: undefined }
  const path = resolve(name)
  if (name === '' || !existsSync(path)) {
    throw new Mistake(`--schema: there is no module "${name}"; the built-in schema is "users"`)
  }
  const module = (await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new Mistake(`--schema: ${name}: ${messageOf(error)}`)
  })) as Readonly<Record<string, unknown>>
  const schema = [module.schema, module.default, ...Object.values(module)].find(isSchema)
  if (schema === undefined) {
    throw new Mistake(
      `--schema: ${name} exports no schema: export const schema = defineSchema({…})`,
    )
  }
  return { schema, mapping: module.mapping as Mapping | undefined }
}

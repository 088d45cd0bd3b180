/** Tables and connections of Drizzle in the modules of a project. */

import { isSecretName } from '../check/secret-names.ts'

/** The field that identifies rows. */
export interface ListKey {
  readonly name: string
  /** Its values are texts in answers, and numbers in filters. */
  readonly isBigint: boolean
}

/** A table of Drizzle's, and the module that exports it. */
export interface DrizzleTable {
  /** The name of the export. */
  readonly name: string
  /** Its name in the database. */
  readonly table: string
  readonly file: string
  readonly engine: 'pg' | 'mysql' | 'sqlite'
  readonly key: ListKey
  /** The properties whose names are those of secrets. */
  readonly secrets: readonly string[]
}

/** A connection of Drizzle's that a module exports. */
export interface DrizzleConnection {
  readonly name: string
  readonly file: string
  /** The module of drizzle-orm that makes it: `node-postgres`. */
  readonly driver: string
  /** How it names columns whose names are not written. */
  readonly casing: string | undefined
}

/** What the modules of a project export of Drizzle's. */
export interface DrizzleModules {
  readonly tables: readonly DrizzleTable[]
  readonly connection: DrizzleConnection | undefined
}

const TABLE = /^export const (\w+) = (pg|mysql|sqlite)Table\(\s*(?:(['"`])(.*?)\3)?/gm
const PROPERTY = /[{,]\s*(?:\/\/[^\n]*\s*)*(\w+):\s*(?:\w+\.)?\w+\(/g
/** The property whose call, with what is chained to it, says so; formatters break long chains. */
const PRIMARY_KEY = /(\w+):(?:(?!,\s*\w+:)[\s\S])*?\.primaryKey\(/

const CONNECTION = /^(?:export )?const (\w+)(?:\s*:[^=\n]+)? = drizzle(?:<[^\n]*?>)?\(/m
const DRIVER = /^import \{[^}]*\bdrizzle\b[^}]*\} from ['"]drizzle-orm\/([\w-]+)['"]/m
const CASING = /\bcasing: ['"](snake_case|camelCase)['"]/

function tablesIn(file: string, text: string): readonly DrizzleTable[] {
  const found = [...text.matchAll(TABLE)]
  return found.map((match, i) => {
    const [, name = '', engine, , table = name] = match
    const own = text.slice(match.index, found[i + 1]?.index)
    const [line = '', property = 'id'] = PRIMARY_KEY.exec(own) ?? []
    const key = { name: property, isBigint: /\bmode: ['"]bigint['"]/.test(line) }
    const properties = [...own.matchAll(PROPERTY)].map(([, each = '']) => each)
    const secrets = properties.filter((each) => isSecretName(each) && each !== property)
    return { name, table, file, engine: engine as DrizzleTable['engine'], key, secrets }
  })
}

function connectionIn(file: string, text: string): DrizzleConnection | undefined {
  const [made, name] = CONNECTION.exec(text) ?? []
  const driver = DRIVER.exec(text)?.[1]
  if (made === undefined || name === undefined || driver === undefined) return undefined
  const isExported =
    made.startsWith('export ') || new RegExp(`^export \\{[^}]*\\b${name}\\b`, 'm').test(text)
  if (!isExported) return undefined
  return { name, file, driver, casing: CASING.exec(text)?.[1] }
}

/** Looks at modules, each as its path in the project and its text. */
export function drizzleIn(
  modules: Iterable<readonly [file: string, text: string]>,
): DrizzleModules {
  const tables: DrizzleTable[] = []
  let connection: DrizzleConnection | undefined
  for (const [file, text] of modules) {
    tables.push(...tablesIn(file, text))
    connection ??= connectionIn(file, text)
  }
  return { tables, connection }
}

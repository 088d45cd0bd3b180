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
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/gm
/** A property of a table: its value is a call, which the values of options are not. */
const PROPERTY = /[{,]\s*(\w+):\s*(?:\w+\.)?\w+\(/g
/** In the chain of a property's calls. */
const PRIMARY_KEY = /\)\s*\.primaryKey\(/

const CONNECTION = /^(?:export )?const (\w+)(?:\s*:[^=\n]+)? = drizzle(?:<[^\n]*?>)?\(/m
const DRIVER = /^import \{[^}]*\bdrizzle\b[^}]*\} from ['"]drizzle-orm\/([\w-]+)['"]/m
const CASING = /\bcasing: ['"](snake_case|camelCase)['"]/

/** The properties of a table, each with its calls. */
function propertiesIn(table: string) {
  const text = table.replaceAll(COMMENT, '')
  const found = [...text.matchAll(PROPERTY)]
  return found.map(({ 1: property = '', index }, i) => ({
    property,
    calls: text.slice(index, found[i + 1]?.index),
  }))
}

function tablesIn(file: string, text: string): readonly DrizzleTable[] {
  const found = [...text.matchAll(TABLE)]
  return found.map((match, i) => {
    const [, name = '', engine, , table = name] = match
    const properties = propertiesIn(text.slice(match.index, found[i + 1]?.index))
    const own = properties.find(({ calls }) => PRIMARY_KEY.test(calls))
    const isBigint = /\bmode: ['"]bigint['"]/.test(own?.calls ?? '')
    const key = { name: own?.property ?? 'id', isBigint }
    const secrets = properties
      .map(({ property }) => property)
      .filter((each) => isSecretName(each) && each !== key.name)
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

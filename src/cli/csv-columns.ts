import { nearest } from '../error/nearest.ts'
import { parseStrictJson } from '../users/http/strict-json.ts'
import { IMPORTED_FIELDS } from '../users/input.ts'
import { Mistake } from './mistake.ts'

/** Reads the text of a cell. @throws Error that says what was expected. */
type Read = (text: string) => unknown

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', '1'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', '0'].map((text) => [text, false] as const),
])

function expected(what: string): never {
  throw new Error(`expected ${what}`)
}

function json(text: string): unknown {
  const read = parseStrictJson(text)
  return 'problem' in read ? expected('JSON') : read.value
}

/** The types of columns, as `--map column=field:type` names them. */
const TYPES = {
  text: (text) => text,
  boolean: (text) => BOOLEANS.get(text.toLowerCase()) ?? expected('true or false'),
  integer: (text) =>
    /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))
      ? Number(text)
      : expected('an integer'),
  number: (text) =>
    /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
      ? Number(text)
      : expected('a number'),
  list: (text) =>
    text
      .split(';')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  json,
} as const satisfies Record<string, Read>

type TypeName = keyof typeof TYPES

const isTypeName = (name: string): name is TypeName => Object.hasOwn(TYPES, name)

/** The types of fields that are not text. */
const FIELD_TYPES: ReadonlyMap<string, TypeName> = new Map([
  ...(['banned', 'shadow_banned', 'invisible', 'online'] as const).map(
    (field) => [field, 'boolean'] as const,
  ),
  ['avg_response_time', 'integer'],
  ...(['custom', 'teams', 'teams_role', 'blocked_user_ids', 'devices'] as const).map(
    (field) => [field, 'json'] as const,
  ),
  ['privacy_settings', 'json'],
  ['push_notifications', 'json'],
])

/** More levels are refused for any user. */
const DEEPEST_PATH = 31

/** Where a column goes. */
interface Target {
  /** The field, and keys in `custom`. */
  readonly path: readonly string[]
  readonly read: Read
}

/** A column of a file, with its place in each record. */
interface Column extends Target {
  readonly name: string
  readonly place: number
}

/** `field` or `field:type`, in its parts: a type is what follows the last colon. */
function typedField(text: string): { readonly field: string; readonly type?: string } {
  const at = text.lastIndexOf(':')
  return at === -1 ? { field: text } : { field: text.slice(0, at), type: text.slice(at + 1) }
}

/** The target of a column's own name: one that ends in a colon and no type may be a key of `custom`. */
function ownTarget(name: string): Target | undefined {
  const { field, type } = typedField(name)
  return type !== undefined && isTypeName(type) ? targetOf(field, type) : targetOf(name)
}

/** The target of a field; undefined if there is no such field. */
function targetOf(field: string, type?: TypeName): Target | undefined {
  const path = field.split('.')
  const [name = '', ...keys] = path
  const isInCustom = name === 'custom' && keys.length > 0
  if (!IMPORTED_FIELDS.includes(name) || (keys.length > 0 && !isInCustom)) return undefined
  if (keys.includes('') || keys.length > DEEPEST_PATH) return undefined
  const own = isInCustom ? 'text' : (FIELD_TYPES.get(name) ?? 'text')
  return { path, read: TYPES[type ?? own] }
}

/** The options `--map column=field`, by their columns; an empty field leaves the column out. */
function readMaps(maps: readonly string[]): Map<string, Target | undefined> {
  const targets = new Map<string, Target | undefined>()
  for (const text of maps) {
    // A column's name may have an equals sign.
    const at = text.lastIndexOf('=')
    if (at < 1) throw new Mistake(`--map ${text}: expected column=field`)
    const name = text.slice(0, at)
    const field = text.slice(at + 1)
    if (targets.has(name)) throw new Mistake(`--map ${text}: the column ${name} is mapped twice`)
    targets.set(name, field === '' ? undefined : mappedTarget(text, field))
  }
  return targets
}

/** The target that `--map` names. @throws Mistake for a field or a type that there is not. */
function mappedTarget(map: string, text: string): Target {
  const { field, type } = typedField(text)
  const isKnown = type === undefined || isTypeName(type)
  const target = targetOf(field, isKnown ? type : undefined)
  if (target === undefined) throw new Mistake(`--map ${map}: ${unknown(field)}`)
  if (!isKnown) throw new Mistake(`--map ${map}: ${unknownType(field, type)}`)
  return target
}

/** The names that other tools have for types, and the beginnings of them. */
const OTHER_NAMES: ReadonlyMap<string, TypeName> = new Map([
  ...['string', 'str', 'varchar'].map((name) => [name, 'text'] as const),
  ['bool', 'boolean'],
  ...['int', 'bigint'].map((name) => [name, 'integer'] as const),
  ...['num', 'float', 'double', 'decimal'].map((name) => [name, 'number'] as const),
  ['array', 'list'],
  ['object', 'json'],
])

const typeList = (): string =>
  Object.keys(TYPES)
    .map((type) => `:${type}`)
    .join(', ')

function unknownType(field: string, type: string): string {
  const near = OTHER_NAMES.get(type.toLowerCase()) ?? nearest(type, Object.keys(TYPES))
  const hint = near === undefined ? '' : `; did you mean :${near}?`
  const isKey = field.startsWith('custom.')
  const key = isKey ? ` (for a key with a colon, add a type: ${field}:${type}:text)` : ''
  return `unknown type "${type}": expected ${typeList()}${hint}${key}`
}

function unknown(field: string): string {
  const near = nearest(field, IMPORTED_FIELDS)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return `expected a field, custom.key, or one of them with a type (${typeList()})${hint}`
}

/** Whether two columns would set the same value, or one a part of the other's. */
const overlap = (one: Target, other: Target): boolean =>
  one.path.every((key, i) => i >= other.path.length || key === other.path[i])

/** The columns of a file by its header and the options `--map`. @throws Mistake */
function columnsOf(header: readonly string[], maps: readonly string[]): readonly Column[] {
  const mapped = readMaps(maps)
  for (const name of mapped.keys()) {
    if (header.includes(name)) continue
    throw new Mistake(`--map ${name}=…: the file has no such column; it has ${header.join(', ')}`)
  }
  const columns: Column[] = []
  for (const [place, name] of header.entries()) {
    const target = mapped.has(name) ? mapped.get(name) : ownTarget(name)
    if (mapped.has(name) && target === undefined) continue
    if (target === undefined) {
      const argument = JSON.stringify(
        `${name}=custom.${name.toLowerCase().replaceAll(/\W+/g, '_')}`,
      )
      throw new Mistake(
        `the column ${name} is not a field: import it with --map ${argument}, or leave it out with --map ${JSON.stringify(`${name}=`)}`,
      )
    }
    const other = columns.find((each) => overlap(each, target))
    if (other !== undefined) {
      throw new Mistake(
        `the columns ${other.name} and ${name} are both for ${target.path.join('.')}`,
      )
    }
    columns.push({ name, place, ...target })
  }
  if (columns.some(({ path }) => path[0] === 'id')) return columns
  throw new Mistake('no column is for id: name one with --map column=id')
}

/** A value, and the keys that lead to it. */
type Entry = readonly [path: readonly string[], value: unknown]

/** The object that has values at paths; `__proto__` is a key like any other. */
function nested(entries: readonly Entry[]): object {
  const groups = new Map<string, Entry[]>()
  for (const [[key = '', ...rest], value] of entries) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [[rest, value]])
    else group.push([rest, value])
  }
  return Object.fromEntries(
    [...groups].map(([key, group]) => {
      const [first] = group
      return [key, first?.[0].length === 0 ? first[1] : nested(group)]
    }),
  )
}

/** Makes users of the records of a file. @throws Mistake for columns that have no place in a user. */
export function userReader(
  header: readonly string[],
  maps: readonly string[],
): (cells: readonly string[]) => object {
  const columns = columnsOf(header, maps)
  return (cells) => {
    if (cells.length !== header.length) {
      throw new Error(`expected ${header.length} cells, as the header has`)
    }
    const entries = columns.flatMap(({ name, place, path, read }): Entry[] => {
      const text = cells[place] ?? ''
      // An empty cell is absent: CSV cannot tell it from an empty text.
      if (text === '') return []
      try {
        return [[path, read(text)]]
      } catch (error) {
        throw new Error(`column ${name}: ${error instanceof Error ? error.message : error}`)
      }
    })
    return nested(entries)
  }
}

import fc from 'fast-check'
import {
  boolean,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  type FieldDefinition,
  type FieldMapping,
  integer,
  list,
  type Mapping,
  number,
  type Schema,
  string,
  type TimestampForm,
  timestamp,
  uuid,
} from 'tamis'
import { rowArbitrary } from 'tamis/fast-check'
import type { Features } from './engines/engine.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from './text-cases.ts'

/**
 * Arbitrary schemas, and mappings that an engine has the features for; the rows and filters over them
 * are those of `tamis/fast-check`.
 */

const oneIn = (n: number) => fc.integer({ min: 1, max: n }).map((roll) => roll === 1)

/** A field of a generated schema, and its mapping. */
interface FieldPlan {
  readonly name: string
  readonly definition: FieldDefinition
  readonly mapping: FieldMapping | undefined
}

export interface Plan {
  readonly schema: Schema
  readonly mapping: Mapping
}

const NAMES = [
  'role',
  'order',
  'select',
  'a b',
  'x"y',
  'x`y',
  'b\\s',
  "it's",
  'naïve',
  'Ünï',
  '0',
  'a-b',
  'constructor',
  '__proto__.x',
  'value',
  'key',
  'type',
  'Path',
  'atom',
  'toString',
  'group',
  'deep.er',
  'deep.est.x',
  'q?',
  ':p',
  't',
  '{p1:String}',
  '$n'.slice(1),
]

/** Precisions and scales of decimals; SQLite has 18 digits. */
const grid = fc.constantFrom(
  { precision: 10, scale: 2 },
  { precision: 4, scale: 0 },
  { precision: 3, scale: 3 },
  { precision: 18, scale: 8 },
)

/** Values of enumerations: texts that generated rows have, in another order than their own. */
const LISTED = ['ab', 'a', 'ss', 'A', "it's", '😀', 'x'] as const

/** Every scalar kind. Integers are read whole, whatever their size. */
const builders = {
  string,
  boolean,
  integer: (options?: object) => integer({ ...options, as: 'bigint' }),
  number,
  timestamp,
  date,
  uuid,
  decimal: (options: object = {}) => decimal({ precision: 10, scale: 2, ...options }),
  enumeration: (options: object = {}) => enumeration(LISTED, options),
}

type Scalar = keyof typeof builders

const build: Record<Scalar, (options?: object) => FieldDefinition> = builders

const scalarKind = fc.constantFrom(...(Object.keys(builders) as Scalar[]))

const DIGITS: Readonly<Record<string, number>> = { s: 0, ms: 3, us: 6, text: 9, any: 9 }

/** The storages of an engine that hold so many digits. */
const storagesFor = (digits: number, { storages }: Features): FieldMapping['storage'][] =>
  storages
    .filter((name) => (DIGITS[name] ?? 6) >= digits)
    .map((name) =>
      name === 's' || name === 'ms' || name === 'us'
        ? { epoch: name }
        : name === 'any' || name.startsWith('YYYY')
          ? { text: name as TimestampForm }
          : (name as FieldMapping['storage']),
    )

/** A column for keys that the engine cannot reach in JSON. */
const columnFor = (name: string, at: number, features: Features): FieldMapping =>
  features.anyName ? {} : { column: `col ${at} ${name.replaceAll(/[^\w ]/g, '')}`.trim() }

const fieldPlan = (name: string, at: number, features: Features): fc.Arbitrary<FieldPlan> =>
  fc
    .record({
      kind: scalarKind,
      isList: oneIn(4),
      required: oneIn(4),
      digits: fc.constantFrom(0, 3, 6, 6, 9),
      grid,
      unit: fc.constantFrom(undefined, 's' as const, 'ms' as const),
      isMapped: fc.boolean(),
      isSearched: fc.boolean(),
    })
    .chain((own) => {
      const { kind, digits, unit, required, isMapped } = own
      const settings: Partial<Record<Scalar, object>> = {
        timestamp: { digits, ...(unit === undefined ? {} : { unit }) },
        decimal: own.grid,
      }
      const options = settings[kind] ?? {}
      const home = columnFor(name, at, features)
      if (own.isList) {
        const definition = list(build[kind](options) as never, { required }) as FieldDefinition
        const side = features.sideTables && isMapped
        const mapping = side ? { column: `list ${at}`, sideTable: `side "${at}` } : home
        return fc.constant({ name, definition, mapping })
      }
      const isText = kind === 'string' && own.isSearched
      const asked = isText ? { operators: TEXT_OPERATORS } : {}
      // Texts that are not sorted by are stored otherwise.
      const sortable = !isText || isMapped
      const definition = build[kind]({ ...options, ...asked, sortable, required })
      const storages = kind === 'timestamp' ? storagesFor(digits, features) : []
      const folded = isText && home.column !== undefined ? { folded: `${home.column} folded` } : {}
      return fc.constantFrom(undefined, ...storages).map((storage): FieldPlan => {
        const mapping =
          storage === undefined ? { ...home, ...folded } : { column: `col ${at}`, storage }
        return { name, definition, mapping }
      })
    })

/** Whether a dynamic field can tell the values of kinds apart. */
const isDecidable = (kinds: readonly Scalar[]): boolean => {
  const holds = (...names: readonly Scalar[]) => names.some((name) => kinds.includes(name))
  if (holds('string') && holds('timestamp', 'date', 'uuid', 'decimal')) return false
  if (holds('enumeration') && holds('string', 'timestamp', 'date', 'uuid', 'decimal')) return false
  return !(holds('decimal') && holds('integer', 'number'))
}

const wildcardPlan = (prefix: string, features: Features): fc.Arbitrary<FieldPlan[]> =>
  fc
    .record({
      kinds: fc.oneof(
        fc.constantFrom<Scalar[][]>(
          ['string', 'boolean', 'integer'],
          ['string', 'number'],
          ['timestamp', 'number', 'integer'],
          ['timestamp', 'date', 'boolean'],
          ['string', 'boolean', 'integer', 'number'],
          ['decimal', 'boolean', 'timestamp'],
          ['enumeration', 'boolean', 'integer'],
        ),
        fc.uniqueArray(scalarKind, { minLength: 1 }).filter(isDecidable),
      ),
      complete: fc.boolean(),
      decimals: grid,
      nested: fc.option(scalarKind, { nil: undefined }),
      nestedList: oneIn(4),
    })
    .map(({ kinds, complete, decimals, nested, nestedList }) => {
      const isSearched = complete && kinds.includes('string')
      const own: FieldPlan = {
        name: `${prefix}.*`,
        definition: dynamic(kinds, {
          ...(isSearched && { operators: JSON_TEXT_OPERATORS }),
          ...(kinds.includes('decimal') && decimals),
          ...(kinds.includes('enumeration') && { values: LISTED }),
        }),
        mapping: features.jsonIndexes
          ? { index: ['k', 'b.c'], ...(nested === undefined && { jsonIndex: 'gin' as const }) }
          : undefined,
      }
      if (nested === undefined) return [own]
      const definition = nestedList
        ? (list(build[nested]() as never) as FieldDefinition)
        : build[nested]({ sortable: true })
      return [own, { name: `${prefix}.lit`, definition, mapping: undefined }]
    })

export const planArbitrary = (features: Features): fc.Arbitrary<Plan> =>
  fc
    .record({
      names: fc.uniqueArray(fc.constantFrom(...NAMES), {
        minLength: 1,
        maxLength: 5,
        selector: (name) => name.toLowerCase().split('.').join(' '),
      }),
      wildcards: fc.uniqueArray(fc.constantFrom('custom', 'meta data', 'json'), { maxLength: 2 }),
      key: fc.constantFrom<Scalar[]>('string', 'integer', 'string', 'timestamp', 'date', 'uuid'),
    })
    .chain(({ names, wildcards, key }) =>
      fc
        .tuple(
          ...names.map((name, i) => fieldPlan(name, i, features)),
          ...wildcards.map((prefix) => wildcardPlan(prefix, features)),
        )
        .map((plans) => {
          const id: FieldPlan = {
            name: 'id',
            mapping: undefined,
            definition: build[key]({ required: true, sortable: true }),
          }
          const fields = [id, ...plans.flat()]
          const schema = defineSchema({
            fields: Object.fromEntries(
              fields.map(({ name, definition }) => [name, { ...definition, facet: true }]),
            ),
            // Dear filters are tested too: a server may lift the limit of the cost.
            limits: { segments: 16, cost: Number.MAX_SAFE_INTEGER },
          }) as Schema
          const mapping = Object.fromEntries(
            fields.flatMap(({ name, mapping: own }) =>
              own === undefined ? [] : [[name.replace(/\.\*$/, ''), own]],
            ),
          )
          const shown = fields.map(({ name, definition: { type, element, kinds } }) =>
            [name, type, element?.type ?? kinds?.join('|') ?? ''].join(' ').trim(),
          )
          return { schema, mapping, [fc.toStringMethod]: () => `{ ${shown.join(', ')} }` }
        }),
    )

const keyOf: Record<string, (index: number, salt: string) => unknown> = {
  string: (index, salt) => `${salt}${index}`,
  integer: (index) => (index % 7 === 0 ? 2n ** 60n + BigInt(index) : index - 3),
  uuid: (index) => `018f3a5c-7c1e-7f00-8000-${String((index * 7919) % 10_007).padStart(12, 'a')}`,
  timestamp: (index) => `2024-05-01T12:00:00.${String(index).padStart(6, '0')}Z`,
  date: (index) => new Date(index * 86_400_000).toISOString().slice(0, 10),
}

/** The value, no text in it longer than that. */
function shortened(value: unknown, most: number): unknown {
  if (typeof value === 'string') return value.length <= most ? value : value.slice(0, most)
  if (Array.isArray(value)) return value.map((each) => shortened(each, most))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, shortened(each, most)]),
  )
}

/** Rows with unique keys and any values that rows in memory may have. */
export const rowsArbitrary = (
  { schema }: Plan,
  { longestSorted }: Features,
  maxLength = 30,
): fc.Arbitrary<Record<string, unknown>[]> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom('', 'a', 'A', 'é', '\uE000', '😀'),
        rowArbitrary(schema, { foreign: true }),
      ),
      { minLength: 1, maxLength, size: 'max' },
    )
    .map((all) =>
      all.map(([salt, row], index) => {
        const id = keyOf[schema.key.type.name]?.(index, salt)
        const own: Record<string, unknown> = { ...(row as Record<string, unknown>), id }
        if (longestSorted === undefined) return own
        const isDocument = (name: string) => schema.wildcards.has(name)
        return Object.fromEntries(
          Object.entries(own).map(([name, value]) => [
            name,
            isDocument(name) ? value : shortened(value, longestSorted),
          ]),
        )
      }),
    )

import { describe, quote } from '../error/describe.ts'
import { type AnyKind, memberOf, membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { Kind, Scalar, ScalarTypeName, Shift, Test, ValueTypes } from '../kinds/kind.ts'
import { isLogicalName, isOperatorName, type OwnName } from './names.ts'
import type {
  FieldType,
  Operand,
  OperandShapes,
  Operator,
  OwnOperand,
  OwnParts,
  Phrase,
  TypeName,
} from './operator.ts'
import { ownReader, textOf } from './own-operand.ts'
import { type OwnSql, ownSql } from './own-sql.ts'

/** The types of field that can have an operator of one's own: of values, of lists and of several kinds. */
export type OwnType = ScalarTypeName | 'list' | 'dynamic'

/** The shapes of operands that say enough of them. `null` is none: it means absent. */
export type OwnShape = 'scalar' | 'elements' | 'boolean' | 'count' | 'text' | 'words'

/** How an operand is read: by its shape, or by a function that returns it in its canonical form. */
export type OwnReader = OwnShape | ((input: unknown) => unknown)

/** The canonical values of a kind. */
interface Canonical extends Record<ScalarTypeName, Scalar> {
  string: string
  boolean: boolean
  integer: number | bigint
  number: number
  timestamp: string
  date: string
  decimal: string
  uuid: string
  enumeration: string
}

type CanonicalOf<T> = Canonical[Extract<T, ScalarTypeName>]

/** A canonical operand, as the definition's functions get it. */
export type OwnOperandOf<T, Given> = Given extends (input: unknown) => infer R
  ? Exclude<R, Error>
  : Given extends 'scalar'
    ? CanonicalOf<T>
    : Given extends 'elements'
      ? readonly CanonicalOf<T>[]
      : Given extends 'boolean'
        ? boolean
        : Given extends 'count'
          ? number
          : string

/** An operand as a filter has it, for a field of values `V`. */
export type GivenOperand<Given, V> = Given extends (input: unknown) => infer R
  ? Exclude<R, Error>
  : Given extends 'scalar'
    ? ElementOf<V>
    : Given extends 'elements'
      ? readonly ElementOf<V>[]
      : Given extends OwnShape
        ? OperandShapes<V>[Given]
        : never

type ElementOf<V> = Exclude<V extends readonly (infer E)[] ? E : V, Shift>

/** What `defineOperator` takes. */
export interface OwnDefinition<N extends string, T extends OwnType, Given extends OwnReader> {
  /** `$` and letters, digits or underscores. No operator of tamis has it. */
  readonly name: N
  /**
   * The types of field that have it. `list` and `dynamic` are beside the kinds of their values:
   * `['string', 'list']` are strings and lists of strings. Of a list it is true if it is of one of the
   * elements.
   */
  readonly types: readonly T[]
  /**
   * A shape, or a function that checks an operand and returns its canonical form: plain data that it
   * takes and returns again. An `Error` that it throws or returns says why it does not take one, and
   * clients read the message as a hint; what JavaScript throws, a TypeError say, has none.
   */
  readonly operand: Given
  /**
   * Called once with the operand for each kind of value; what it returns is called with the canonical
   * values of rows. An absent value is never asked: the operator is false of it.
   */
  test(
    operand: OwnOperandOf<NoInfer<T>, NoInfer<Given>>,
    kind: Extract<NoInfer<T>, ScalarTypeName>,
  ): (value: CanonicalOf<NoInfer<T>>) => boolean
  /** The same as SQL of each database, by the dialect's name. */
  readonly sql: Readonly<Record<string, OwnSql<OwnOperandOf<NoInfer<T>, NoInfer<Given>>>>>
  /** What a comparison costs beside reading the value, in the units of `costOf`; by default 8. */
  readonly cost?: number
  /** What `describeFilter` says, in every language or by language, with `{field}` and `{value}`. */
  readonly phrase?: Phrase | Readonly<Record<string, Phrase>>
  /** The operands in terms of JSON Schema, where a function reads them; it must allow all of them. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  /** Some operands: for JSON Schema, completions and the filters that `tamis/fast-check` makes. */
  readonly examples?: readonly unknown[]
}

/** An operator for the `operators` of schemas. */
export interface OwnOperator<
  N extends string = string,
  T extends OwnType = OwnType,
  Given extends OwnReader = OwnReader,
> {
  /** For the operators that a field lists: `string({ operators: ['$eq', near.name] })`. */
  readonly name: OwnName<N, T, Given>
  /** A type of field with the operator; the same one, if it is none that can have it. */
  addTo(type: FieldType): FieldType
}

const KEYS = ['name', 'types', 'operand', 'test', 'sql', 'cost', 'phrase', 'jsonSchema', 'examples']

const KINDS: readonly string[] = [
  'string',
  'boolean',
  'integer',
  'number',
  'timestamp',
  'date',
  'decimal',
  'uuid',
  'enumeration',
] satisfies readonly (keyof ValueTypes)[]

const SHAPES: readonly unknown[] = [
  'scalar',
  'elements',
  'boolean',
  'count',
  'text',
  'words',
] satisfies readonly OwnShape[]

const COST = 8

/** `$not` is no operator of a field's value, and `$now` no operator at all. */
const RESERVED: readonly string[] = ['$not', '$now']

function nameOf(name: unknown): string {
  if (typeof name !== 'string' || !/^\$[A-Za-z]\w{0,62}$/.test(name)) {
    throw new TypeError(
      `tamis: defineOperator: name: expected $ and letters, digits or underscores, received ${describe(name)}`,
    )
  }
  if (isOperatorName(name) || isLogicalName(name) || RESERVED.includes(name)) {
    throw new TypeError(
      `tamis: defineOperator: name: ${name} is an operator of tamis; choose another`,
    )
  }
  return name
}

/** Checks a definition; the messages are for its author. */
function checked(definition: OwnDefinition<string, OwnType, OwnReader>) {
  if (!isPlainObject(definition)) {
    throw new TypeError(
      `tamis: defineOperator: expected an object, received ${describe(definition)}`,
    )
  }
  const name = nameOf(definition.name)
  const refuse = (what: string): never => {
    throw new TypeError(`tamis: operator ${name}: ${what}`)
  }
  for (const key of Object.keys(definition)) {
    if (!KEYS.includes(key)) refuse(`unknown setting ${quote(key)}; expected ${KEYS.join(', ')}`)
  }
  const { types, operand, test, sql, cost = COST, phrase, jsonSchema, examples = [] } = definition
  if (!Array.isArray(types) || types.length === 0)
    refuse('types: expected a list of types of field')
  for (const type of types) {
    if (KINDS.includes(type) || type === 'list' || type === 'dynamic') continue
    refuse(`types: expected ${KINDS.join(', ')}, list or dynamic, received ${describe(type)}`)
  }
  if (!types.some((type) => KINDS.includes(type))) {
    refuse('types: list and dynamic need the kinds of their values beside them: ["string", "list"]')
  }
  if (typeof operand !== 'function' && !SHAPES.includes(operand)) {
    refuse(`operand: expected ${SHAPES.join(', ')} or a function, received ${describe(operand)}`)
  }
  if (types.includes('dynamic') && (operand === 'scalar' || operand === 'elements')) {
    refuse('operand: a dynamic field does not say of which kind it is; read it with a function')
  }
  if (typeof test !== 'function') refuse(`test: expected a function, received ${describe(test)}`)
  if (!isPlainObject(sql)) refuse(`sql: expected an object of functions, received ${describe(sql)}`)
  for (const [dialect, make] of Object.entries(sql)) {
    if (typeof make !== 'function') refuse(`sql.${dialect}: expected a function`)
  }
  if (typeof cost !== 'number' || !(cost >= 0 && cost <= 1e6)) {
    refuse(`cost: expected a number from 0 to 1000000, received ${describe(cost)}`)
  }
  if (jsonSchema !== undefined && !isPlainObject(jsonSchema))
    refuse('jsonSchema: expected an object')
  if (!Array.isArray(examples)) refuse('examples: expected a list of operands')
  return {
    name,
    types,
    operand,
    test,
    sql,
    cost,
    phrases: phrasesOf(phrase, refuse),
    jsonSchema,
    examples,
  }
}

const isPhrase = (value: unknown): value is Phrase =>
  isPlainObject(value) && typeof value.is === 'string' && typeof value.not === 'string'

/** The phrases by language; under the empty text that of every other. */
function phrasesOf(phrase: unknown, refuse: (what: string) => never): ReadonlyMap<string, Phrase> {
  if (phrase === undefined) return new Map()
  if (isPhrase(phrase)) return new Map([['', phrase]])
  if (!isPlainObject(phrase)) return refuse('phrase: expected { is, not }, or these by language')
  const phrases = new Map<string, Phrase>()
  for (const [language, each] of Object.entries(phrase)) {
    if (!isPhrase(each)) return refuse(`phrase: ${language}: expected { is, not }`)
    phrases.set(language, each)
  }
  return phrases
}

/**
 * An operator of one's own, for the `operators` of a schema: its test in memory and its SQL, which say
 * the same. A field of its types that lists no operators has it; one that does lists its `name`.
 *
 * @throws TypeError that names the setting that is not valid.
 * @example
 * const longer = defineOperator({
 *   name: '$longer',
 *   types: ['string'],
 *   operand: 'count',
 *   test: (length) => (value) => [...value].length > length,
 *   sql: { sqlite: (value, length) => sql`length(${value}) > ${length}` },
 * })
 * const people = defineSchema({ fields, operators: [longer] })
 */
export function defineOperator<
  const N extends `$${string}`,
  const T extends OwnType,
  const Given extends OwnReader,
>(definition: OwnDefinition<N, T, Given>): OwnOperator<N, T, Given> {
  const { name, types, operand, test, sql, cost, phrases, jsonSchema, examples } = checked(
    definition as unknown as OwnDefinition<string, OwnType, OwnReader>,
  )
  const own: OwnParts = {
    read: ownReader(name, typeof operand === 'function' ? operand : () => undefined),
    textOf: (value) => textOf(value as OwnOperand),
    phraseIn: (language = '') => phrases.get(language) ?? phrases.get(''),
    jsonSchema,
    examples,
  }
  const shape = typeof operand === 'function' ? 'own' : operand
  const statements: ReadonlyMap<string, OwnSql<never>> = new Map(Object.entries(sql))
  const has = (type: TypeName) => (types as readonly TypeName[]).includes(type)
  const record = (kinds: readonly Kind[]): Operator => ({
    shape,
    own,
    cost: () => ({ passes: 1, comparing: cost }),
    test: (type, value) =>
      testOf(type, kinds, ({ name }) =>
        test(value as never, (name === 'numeric' ? 'number' : name) as never),
      ),
    sql: (column, _type, value, negated) =>
      ownSql({ name, shape, sql: statements, kinds }, column, value as Operand, negated),
  })
  return {
    name: name as OwnName<N, T, Given>,
    addTo(type) {
      const kinds = membersOf(type.kind).filter((kind) =>
        kind.name === 'numeric' ? has('integer') && has('number') : has(kind.name),
      )
      const isOf =
        type.list || type.name === 'dynamic' ? has(type.name) : has(type.kind.name as TypeName)
      if (!isOf || kinds.length === 0 || type.name === 'objects') return type
      const added = { [name]: record(kinds) }
      const { operators, defaultOperators } = type
      return {
        ...type,
        operators: { ...operators, ...added },
        defaultOperators: { ...defaultOperators, ...added },
      }
    },
  }
}

/** The test of a row's value: of one of the kinds, or of a list with such an element. */
function testOf(
  { kind, list }: FieldType,
  kinds: readonly Kind[],
  make: (kind: Kind) => (value: never) => unknown,
): Test {
  const isMet = scalarTest(kind, new Map(kinds.map((each) => [each, make(each)])))
  if (!list) return isMet
  return (value) => {
    if (!Array.isArray(value)) return false
    for (let i = 0; i < value.length; i++) if (isMet(value[i])) return true
    return false
  }
}

function scalarTest(kind: AnyKind, tests: ReadonlyMap<Kind, (value: never) => unknown>): Test {
  if (kind.name !== 'dynamic') {
    const test = tests.get(kind)
    return (value) => {
      const read = kind.read(value)
      return read !== undefined && test?.(read as never) === true
    }
  }
  return (value) => {
    const read = kind.read(value)
    return read !== undefined && tests.get(memberOf(kind, read))?.(read as never) === true
  }
}

import { describe, quote } from '../error/describe.ts'
import { type AnyKind, memberOf, membersOf } from '../kinds/dynamic.ts'
import type { Kind, Test, ValueTypes } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isLogicalName, isOperatorName, type OwnName } from './names.ts'
import type {
  FieldType,
  Operand,
  Operator,
  OwnOperand,
  OwnParts,
  Phrase,
  TypeName,
} from './operator.ts'
import type { OwnDefinition, OwnOperator, OwnReader, OwnShape, OwnType } from './own-definition.ts'
import { ownReader, textOf } from './own-operand.ts'
import { type OwnSql, ownSql } from './own-sql.ts'

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
  const shape = typeof operand === 'function' ? 'own' : operand
  const own: OwnParts = {
    read: ownReader(name, typeof operand === 'function' ? operand : () => undefined),
    held(type, value) {
      if (shape !== 'scalar' && shape !== 'elements') return value
      const places = [value as Operand<'elements'>].flat().map((each) => type.kind.position(each))
      if (places.some(({ side }) => side !== 0)) return undefined
      const values = places.map((each) => each.value)
      return shape === 'scalar' ? values[0] : values
    },
    textOf: (value) => textOf(value as OwnOperand),
    phraseIn: (language = '') => phrases.get(language) ?? phrases.get(''),
    jsonSchema,
    examples,
  }
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

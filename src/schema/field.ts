import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import { boolean } from '../kinds/boolean.ts'
import { dynamic } from '../kinds/dynamic.ts'
import type { Kind } from '../kinds/kind.ts'
import { integer, number, numeric } from '../kinds/numbers.ts'
import { isText, string } from '../kinds/string.ts'
import { type EpochUnit, timestamp } from '../kinds/timestamp.ts'
import { isOperatorName, type OperatorName, operatorNames, operatorOf } from '../operators/index.ts'
import type { FieldType, TypeName } from '../operators/operator.ts'
import type { FieldDefinition, ScalarTypeName } from './definition.ts'
import { onlyKeys, refuse } from './refuse.ts'

/** One field as the rest of the library sees it: checked, with nothing left to default. */
export interface Field {
  readonly name: string
  /** The keys that lead to the value in a row. */
  readonly path: readonly string[]
  readonly type: FieldType
  readonly operators: ReadonlySet<OperatorName>
  readonly sortable: boolean
  readonly required: boolean
  readonly hidden: boolean
  /** The digits of the second that timestamps keep. */
  readonly digits: number
  /** The prefix of the wildcard that the field belongs to, if any: it lives in its JSON column. */
  readonly wildcard: string | undefined
  /** The name of the schema's key, by which a side table's rows know theirs. */
  readonly key: string
}

const UNITS: readonly unknown[] = ['s', 'ms', 'us', 'ns', undefined]

const SCALARS: readonly string[] = ['string', 'boolean', 'integer', 'number', 'timestamp']

function scalarKind(subject: string, definition: FieldDefinition): Kind {
  const { type, digits = 6, unit } = definition
  switch (type) {
    case 'string':
      return string
    case 'boolean':
      return boolean
    case 'integer':
      return integer
    case 'number':
      return number
    case 'timestamp':
      checkTimestamp(subject, digits, unit)
      return timestamp({ digits, unit })
    default:
      return refuse(subject, `${describe(type)} is not one of ${oneOf(SCALARS)}`)
  }
}

function checkTimestamp(subject: string, digits: number, unit: EpochUnit | undefined): void {
  if (!Number.isInteger(digits) || digits < 0 || digits > 9) {
    refuse(subject, `digits must be an integer from 0 to 9, not ${describe(digits)}`)
  }
  if (!UNITS.includes(unit)) refuse(subject, `unit must be s, ms, us or ns, not ${describe(unit)}`)
}

function dynamicType(subject: string, definition: FieldDefinition): FieldType {
  const kinds: readonly ScalarTypeName[] = definition.kinds ?? []
  if (!Array.isArray(kinds) || kinds.length === 0)
    refuse(subject, 'dynamic needs at least one kind')
  const unknown = kinds.find((kind) => !SCALARS.includes(kind))
  if (unknown !== undefined) refuse(subject, `${describe(unknown)} is not one of ${oneOf(SCALARS)}`)
  if (kinds.includes('string') && kinds.includes('timestamp')) {
    refuse(subject, 'string and timestamp together cannot be told apart; choose one')
  }
  const members: Kind[] = []
  const { digits = 6 } = definition
  checkTimestamp(subject, digits, undefined)
  if (kinds.includes('string')) members.push(string)
  if (kinds.includes('timestamp')) members.push(timestamp({ digits }))
  if (kinds.includes('boolean')) members.push(boolean)
  const whole = kinds.includes('integer')
  if (kinds.includes('number')) members.push(whole ? numeric : number)
  else if (whole) members.push(integer)
  return { name: 'dynamic', kind: dynamic(members), list: false }
}

/** An element says what a list is of; settings of its own would mean nothing. */
function checkElement(subject: string, element: FieldDefinition): void {
  onlyKeys(`${subject}: element`, element, FIELD_KEYS)
  const { operators, sortable, required, hidden } = element
  if (operators !== undefined || sortable || required || hidden) {
    refuse(subject, 'the settings of a list are its own: list(string(), { … })')
  }
}

function typeOf(subject: string, definition: FieldDefinition): FieldType {
  if (definition.type === 'dynamic') return dynamicType(subject, definition)
  if (definition.type === 'list') {
    if (definition.element !== undefined) checkElement(subject, definition.element)
    if (definition.element === undefined) refuse(subject, 'list needs an element: list(string())')
    return {
      name: 'list',
      kind: scalarKind(subject, definition.element),
      list: true,
    }
  }
  return {
    name: definition.type,
    kind: scalarKind(subject, definition),
    list: false,
  }
}

function operatorsOf(
  subject: string,
  type: TypeName,
  definition: FieldDefinition,
): ReadonlySet<OperatorName> {
  const possible = operatorNames.filter((name) => {
    const { types, onRequest = [] } = operatorOf(name)
    return types.includes(type) || onRequest.includes(type)
  })
  const { operators } = definition
  if (operators === undefined) {
    return new Set(possible.filter((name) => operatorOf(name).types.includes(type)))
  }
  if (!Array.isArray(operators)) refuse(subject, 'operators must be a list of their names')
  for (const name of operators as readonly string[]) {
    if (!isOperatorName(name)) {
      const near = nearest(name, operatorNames)
      refuse(subject, `${quote(name)} is not an operator${near ? `; did you mean ${near}?` : ''}`)
    }
    if (!possible.includes(name)) {
      refuse(subject, `a ${type} field has no ${name}; it can have ${oneOf(possible)}`)
    }
  }
  if (type === 'dynamic' && operators.includes('$autocomplete')) {
    if (!definition.kinds?.includes('string'))
      refuse(subject, '$autocomplete needs the kind string')
  }
  return new Set(operators)
}

/** The segments of a field's name; a wildcard's without its star. */
function pathOf(name: string, wildcard: boolean): readonly string[] {
  const subject = `field ${quote(name)}`
  const path = (wildcard ? name.slice(0, -2) : name).split('.')
  for (const segment of path) {
    if (segment === '' || !isText(segment)) refuse(subject, 'an empty or unstorable segment')
    if (segment === '*') refuse(subject, 'a wildcard is one trailing ".*" after a prefix')
  }
  if (name.startsWith('$')) refuse(subject, 'a name that begins with $ is kept for operators')
  return path
}

const FIELD_KEYS = [
  'type',
  'operators',
  'sortable',
  'required',
  'hidden',
  'digits',
  'unit',
  'element',
  'kinds',
]

/** The settings that only some types have. */
const ONLY_OF: Readonly<Record<'digits' | 'unit' | 'element' | 'kinds', readonly TypeName[]>> = {
  digits: ['timestamp', 'dynamic'],
  unit: ['timestamp'],
  element: ['list'],
  kinds: ['dynamic'],
}

/** Checks what an author wrote of one field; throws a TypeError that says why it is wrong. */
export function fieldOf(
  name: string,
  definition: FieldDefinition,
  prefixes: readonly string[],
  key: string,
): Field {
  const subject = `field ${quote(name)}`
  onlyKeys(subject, definition, FIELD_KEYS)
  for (const setting of ['sortable', 'required', 'hidden'] as const) {
    const value: unknown = definition[setting]
    if (typeof value !== 'boolean') {
      refuse(subject, `${setting} must be true or false, not ${describe(value)}`)
    }
  }
  for (const [setting, types] of Object.entries(ONLY_OF)) {
    if (
      definition[setting as keyof typeof ONLY_OF] !== undefined &&
      !types.includes(definition.type)
    ) {
      refuse(subject, `${setting} is a setting of ${oneOf(types)}`)
    }
  }
  const wildcard = name.endsWith('.*')
  const path = pathOf(name, wildcard)
  const type = typeOf(subject, definition)
  const { sortable, required, hidden } = definition
  const inside = wildcard
    ? path.join('.')
    : prefixes.find((prefix) => name.startsWith(`${prefix}.`))
  if (sortable && (type.list || type.name === 'dynamic' || wildcard)) {
    refuse(subject, 'a list, a dynamic field or a wildcard is never sortable: it has no one order')
  }
  if (wildcard && required) refuse(subject, 'a wildcard cannot be required')
  if (type.name === 'dynamic' && inside === undefined) {
    refuse(subject, 'dynamic is for a wildcard, such as "custom.*", or a key of one')
  }
  const element = type.list ? definition.element : definition
  return {
    name,
    path,
    type,
    operators: operatorsOf(subject, type.name, definition),
    sortable,
    required,
    hidden,
    digits: element?.digits ?? 6,
    wildcard: inside,
    key,
  }
}

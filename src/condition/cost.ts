import { memberOf, membersOf } from '../kinds/dynamic.ts'
import { hasPattern, type Kind, type Scalar } from '../kinds/kind.ts'
import { comparingWith } from '../operators/membership.ts'
import type { Cost, Operand } from '../operators/operator.ts'
import { documentDepth } from '../schema/field.ts'
import {
  type Condition,
  isAtom,
  type Leaf,
  operatorOf,
  refuseCondition,
  type Some,
} from './condition.ts'

/**
 * What a filter costs a database at most, by an estimate that knows neither the database nor its
 * rows. One unit is about 10 ns of processor time for each row on the slower of SQLite and
 * PostgreSQL, so that a cost of 100 is some 100 ms at 100,000 rows beyond the time that reading the
 * rows takes. The weights were measured by `test/campaigns/cost/weights.ts`.
 */
const COLUMN = 2
/** A list's elements are read one by one. */
const LIST = 28
/** A document is read up to the key. */
const DOCUMENT = 20
const LEVEL = 2
/** Conditions on the objects of a list cost this much of what they do on a document: each is small. */
const ELEMENTS = 1
/** Related rows are looked up in an index for each row. */
const RELATED = 24
/** PostgreSQL compares each number of a list in JSON with a range of decimals for each operand. */
const NUMBERS_IN_JSON = { element: 60, operands: 12 }
/** Whether a number in JSON is an integer, and a text a timestamp, takes more than its type. */
const kindCost = (kind: Kind): number =>
  hasPattern(kind) ? 30 : kind.family === 'numeric' ? 10 : 0

/** The cost of the costliest kind that a condition looks for: of its operands, or of all that the field has. */
function kindsCost({ field, operator, operand }: Leaf): number {
  const { kind } = field.type
  const { shape, own } = operatorOf(field.type, operator)
  let most = -1
  const look = (value: Scalar | null): void => {
    if (value !== null) most = Math.max(most, kindCost(memberOf(kind, value)))
  }
  if (shape !== 'boolean' && own === undefined) {
    const values = operand as Operand<'equal'>
    if (Array.isArray(values)) values.forEach(look)
    else look(values as Scalar | null)
  }
  return most >= 0 ? most : Math.max(...membersOf(kind).map(kindCost))
}

const isListOfNumbersInJson = ({ field: { type, wildcard } }: Leaf): boolean =>
  type.list &&
  wildcard !== undefined &&
  membersOf(type.kind).some(({ name }) => name === 'number' || name === 'numeric')

/** What it costs to read a field's value in one row. */
function readingCost(leaf: Leaf): number {
  const { type, wildcard, path } = leaf.field
  const element = isListOfNumbersInJson(leaf) ? NUMBERS_IN_JSON.element : type.list ? LIST : 0
  if (wildcard === undefined) return COLUMN + element
  const levels = path.length - documentDepth(leaf.field) - 1
  return DOCUMENT + LEVEL * levels + element + kindsCost(leaf)
}

/** What it costs to compare a value with the operand; a range of listed values is a membership. */
function comparisonCost({ field: { type }, operator, operand }: Leaf): Cost {
  const { range, cost } = operatorOf(type, operator)
  const { values } = type.kind
  return range === undefined || values === undefined
    ? cost(type, operand)
    : { passes: 1, comparing: comparingWith(values.length) }
}

/**
 * The cost of a condition: the sum of its leaves, since a database may have to evaluate each of them
 * for each row. What the schema's limit `cost` bounds for what clients send; a server can use it to
 * tell cheap filters from expensive ones.
 *
 * @returns a positive integer; 0 of a condition that is true, or false, of every row.
 * @example
 * costOf(parseFilter(people, { role: 'admin' })) // 2
 */
export function costOf(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.reduce((sum, each) => sum + costOf(each), 0)
    case 'leaf': {
      const { passes, comparing } = comparisonCost(condition)
      const factor = isListOfNumbersInJson(condition) ? NUMBERS_IN_JSON.operands : 1
      return Math.ceil(readingCost(condition) * passes + comparing * factor)
    }
    case 'some':
      return Math.ceil(objectsCost(condition) + ELEMENTS * costOf(condition.condition))
    default:
      return refuseCondition(condition)
  }
}

/** What it costs to go through the objects of a list. */
const objectsCost = ({ field: { wildcard, relation } }: Some): number =>
  relation !== undefined ? RELATED : (wildcard === undefined ? COLUMN : DOCUMENT) + LIST

/** The bytes of a well-formed text in UTF-8: a surrogate is one half of a character of four. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** A UTF-16 unit is at most three bytes. */
const mostUtf8Length = (text: string): number => 3 * text.length

/** Numbers and booleans are counted as 8 bytes each, a name as its text. */
function bytesOf(value: Leaf['operand'], textBytes: (text: string) => number): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value !== 'object' || value === null) return 8
  let sum = 0
  if (Array.isArray(value)) {
    for (const each of value as readonly Leaf['operand'][]) sum += bytesOf(each, textBytes)
  } else {
    for (const [key, each] of Object.entries(value))
      sum += textBytes(key) + bytesOf(each, textBytes)
  }
  return sum
}

function sizeOf(condition: Condition, textBytes: (text: string) => number): number {
  if (!isAtom(condition)) {
    return condition.conditions.reduce((sum, each) => sum + sizeOf(each, textBytes), 0)
  }
  const { field } = condition
  const size =
    condition.kind === 'leaf'
      ? bytesOf(condition.operand, textBytes)
      : sizeOf(condition.condition, textBytes)
  return textBytes(field.name) + size
}

/**
 * How many bytes the fields' names and the operands of a condition have together, if they have more
 * than `most`; undefined otherwise. Texts are read only where their length alone does not tell.
 */
export function bytesOver(condition: Condition, most: number): number | undefined {
  if (sizeOf(condition, mostUtf8Length) <= most) return undefined
  const bytes = sizeOf(condition, utf8Length)
  return bytes > most ? bytes : undefined
}

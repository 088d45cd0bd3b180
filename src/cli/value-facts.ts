// Longer than most files here: what is counted of texts, of objects and of values, which hold each other.

/** What a stream of values has in common, in constant memory: what `tamis infer` makes fields of. */

import { boolean } from '../kinds/boolean.ts'
import { date } from '../kinds/date.ts'
import { exactNumber, JSON_NUMBER, parseJson } from '../kinds/json.ts'
import type { ScalarTypeName } from '../kinds/kind.ts'
import { integer, number } from '../kinds/numbers.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { string } from '../kinds/string.ts'
import { timestamp } from '../kinds/timestamp.ts'
import { uuid } from '../kinds/uuid.ts'
import { MOST_PRECISION } from '../schema/field.ts'
import { DEEPEST } from '../schema/limits.ts'

/** More distinct texts make no enumeration. */
export const MOST_MEMBERS = 64
/** A longer text is no name of a member, and no key. */
export const LONGEST_MEMBER = 64
/** How many values are compared to see whether they are distinct. */
const COMPARED = 1000
/** Objects with more keys hold data in their keys. */
const MOST_KEYS = 100
/** Rows with more keys are none of a schema. */
export const MOST_COLUMNS = 500
/** How many places of values are kept apart in all. */
const MOST_FACTS = 5000

const instant = timestamp({ digits: 9 })
/** More digits after the point are none of an amount. */
export const MOST_SCALE = 18
const DECIMAL = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/
/** A decimal that has a shorter text, so that two of the texts may be one number. */
const PADDED = /\.\d*0$|^-0$/
const FRACTION = /\.(\d+)/

/** How many places of values are kept apart, and whether more may be. */
export class Budget {
  #left = MOST_FACTS

  take(): boolean {
    if (this.#left === 0) return false
    this.#left--
    return true
  }
}

/** What texts have in common. */
export class TextFacts {
  count = 0
  readonly #is = { uuid: true, date: true, timestamp: true, decimal: true }
  /** The digits of fractions of seconds. */
  digits = 0
  /** Of texts that are all decimal numbers: the most digits before the point, and after it. */
  whole = 0
  scale = 0
  /** The fewest digits after the point. */
  leastScale = Number.POSITIVE_INFINITY
  /** Whether one of the decimals has a shorter text: 12.50. */
  isPadded = false
  /** The distinct texts; undefined if there are too many, or if one is too long. */
  members: Set<string> | undefined = new Set()

  add(text: string): void {
    this.count++
    const is = this.#is
    is.uuid &&= uuid.read(text) !== undefined
    is.date &&= date.read(text) !== undefined
    is.timestamp &&= instant.read(text) !== undefined
    if (is.timestamp) this.digits = Math.max(this.digits, FRACTION.exec(text)?.[1]?.length ?? 0)
    if (is.decimal) this.#addDecimal(text)
    if (this.members === undefined) return
    this.members.add(text)
    if (text.length > LONGEST_MEMBER || this.members.size > MOST_MEMBERS) this.members = undefined
  }

  #addDecimal(text: string): void {
    const [match, whole = '', fraction = ''] = DECIMAL.exec(text) ?? []
    this.#is.decimal = match !== undefined
    if (match === undefined) return
    this.whole = Math.max(this.whole, whole.length)
    this.scale = Math.max(this.scale, fraction.length)
    this.leastScale = Math.min(this.leastScale, fraction.length)
    this.isPadded ||= PADDED.test(text)
  }

  /** Whether all texts are decimal numbers, and one has a point: without, they may be codes. */
  get areDecimals(): boolean {
    return this.#is.decimal && this.scale > 0
  }

  /** Whether all texts have as many digits after the point. */
  get isEven(): boolean {
    return this.scale === this.leastScale
  }

  /**
   * Whether a decimal stands for the texts: it holds all of them, and no two of them are one number.
   * Those of as many digits, 1.50 and 2.25, differ, and so do the shortest texts, 1.5 and 2.25.
   */
  get #isDecimal(): boolean {
    const { whole, scale } = this
    const isHeld = scale <= MOST_SCALE && whole + scale <= MOST_PRECISION
    return this.areDecimals && isHeld && (this.isEven || !this.isPadded)
  }

  /** The most special kind that all texts are of. */
  get kind(): 'uuid' | 'date' | 'timestamp' | 'decimal' | 'string' {
    const { uuid: isUuid, date: isDate, timestamp: isTimestamp } = this.#is
    if (isUuid) return 'uuid'
    if (isDate) return 'date'
    if (isTimestamp) return 'timestamp'
    return this.#isDecimal ? 'decimal' : 'string'
  }
}

/** What the objects at one place have in common. */
export class ObjectFacts {
  count = 0
  /** Undefined if the keys vary too widely to be fields. */
  keys: Map<string, Facts> | undefined = new Map()
  /** The kinds of the values, at any depth, once the keys are not kept apart. */
  readonly kinds = new Set<ScalarTypeName>()
  readonly #budget: Budget
  readonly #isRow: boolean

  constructor(budget: Budget, isRow = false) {
    this.#budget = budget
    this.#isRow = isRow
  }

  /** `depth`: in how many lists and objects it is. */
  add(object: Readonly<Record<string, unknown>>, depth = 0): void {
    this.count++
    if (!this.#isRow) this.#addKinds(object, 0)
    for (const key of Object.keys(object)) this.#factsOf(key)?.add(object[key], depth)
  }

  /** Adds a row of CSV, whose values are texts. */
  addCells(row: Readonly<Record<string, string>>): void {
    this.count++
    for (const key of Object.keys(row)) this.#factsOf(key)?.addCell(row[key] ?? '')
  }

  /** The facts of the values of a key; undefined where keys are not kept apart any more. */
  #factsOf(key: string): Facts | undefined {
    const known = this.keys?.get(key)
    if (known !== undefined || this.keys === undefined) return known
    const most = this.#isRow ? MOST_COLUMNS : MOST_KEYS
    // The budget is for what is inside of rows.
    if (this.keys.size >= most || !(this.#isRow || this.#budget.take())) {
      this.keys = undefined
      return undefined
    }
    const facts = new Facts(this.#budget, this.#isRow)
    this.keys.set(key, facts)
    return facts
  }

  #addKinds(value: unknown, depth: number): void {
    if (isPlainObject(value)) {
      // A path that is longer than a client may write needs no kinds.
      if (depth > 8) return
      for (const key of Object.keys(value)) this.#addKinds(value[key], depth + 1)
    } else if (typeof value === 'string') this.kinds.add('string')
    else if (typeof value === 'boolean') this.kinds.add('boolean')
    else if (integer.read(value) !== undefined) this.kinds.add('integer')
    else if (number.read(value) !== undefined) this.kinds.add('number')
  }
}

/** What the values at one place have in common; null is absent, and not counted. */
export class Facts {
  count = 0
  booleans = 0
  integers = 0
  numbers = 0
  /** Integers beyond ±(2^53 − 1), which no number holds. */
  hasBigints = false
  /** Values that no field can hold: texts with U+0000, numbers beyond every double, deep nesting. */
  unreadable = 0
  readonly texts = new TextFacts()
  lists = 0
  /** What the elements of lists have in common. */
  elements: Facts | undefined
  objects: ObjectFacts | undefined
  /** For cells of CSV, which are texts that may be more: what all of them are, read as JSON. */
  cells: Facts | undefined
  /** The first values, while all are distinct: of fields of rows, which may be keys. */
  #distinct: Set<unknown> | undefined
  readonly #budget: Budget

  constructor(budget: Budget, mayBeKey = false) {
    this.#budget = budget
    if (mayBeKey) this.#distinct = new Set()
  }

  /** Whether the first thousand values differ. */
  get isDistinct(): boolean {
    return this.#distinct !== undefined
  }

  add(value: unknown, depth = 0): void {
    if (value === null || value === undefined) return
    this.count++
    this.#compare(value)
    if (typeof value === 'string') this.#addText(value)
    else if (boolean.read(value) !== undefined) this.booleans++
    else if (integer.read(value) !== undefined) this.#addInteger(value)
    else if (number.read(value) !== undefined) this.numbers++
    else if (depth > DEEPEST) this.unreadable++
    else if (Array.isArray(value)) this.#addList(value, depth + 1)
    else if (isPlainObject(value)) {
      this.objects ??= new ObjectFacts(this.#budget)
      this.objects.add(value, depth + 1)
    } else this.unreadable++
  }

  /** Adds a cell of CSV: the text itself, and what it is if cells are read as JSON. */
  addCell(text: string): void {
    this.cells ??= new Facts(this.#budget)
    this.cells.add(cellValue(text))
    this.add(text)
  }

  #addText(text: string): void {
    if (string.read(text) === undefined) this.unreadable++
    else this.texts.add(text)
  }

  #addInteger(value: unknown): void {
    this.integers++
    this.hasBigints ||= typeof value === 'bigint' || !Number.isSafeInteger(value)
  }

  #addList(values: readonly unknown[], depth: number): void {
    this.lists++
    this.elements ??= new Facts(this.#budget)
    for (const each of values) this.elements.add(each, depth)
  }

  #compare(value: unknown): void {
    const distinct = this.#distinct
    if (distinct === undefined || distinct.size >= COMPARED) return
    const isLong = typeof value === 'string' && value.length > LONGEST_MEMBER
    // Of objects, the reference would differ.
    if (typeof value === 'object' || isLong || distinct.has(value)) this.#distinct = undefined
    else distinct.add(value)
  }
}

/** The value of a cell: of one that is no JSON, its text. */
function cellValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  if (JSON_NUMBER.test(text)) return exactNumber(text)
  if (!/^[[{]/.test(text)) return text
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

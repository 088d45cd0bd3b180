import { cachedSearchText } from '../cache/folded-texts.ts'
import { accessor } from '../compile/accessor.ts'
import { foldCase } from '../kinds/case-fold.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { string } from '../kinds/string.ts'
import type { Service } from '../operators/operator.ts'
import { compareValues } from '../query/facet.ts'
import { documentDepth, type Field } from '../schema/field.ts'
import { single, termsOfWords, valuesOf } from './build.ts'
import { Intervals } from './intervals.ts'
import type { Terms } from './term-index.ts'

/** The folded text of a field, for operators that ignore case. */
function foldedText(field: Field): Terms {
  const read = accessor(field)
  return single((row) => {
    const value = string.read(read(row))
    return value === undefined ? undefined : foldCase(value)
  })
}

/** A row's text is tested with many conditions next, which need it folded, too. */
const cachedWords = (text: string): readonly string[] =>
  cachedSearchText(text)
    .split(' ')
    .filter((word) => word !== '')

const TERMS = {
  index: valuesOf,
  words: (field: Field) => termsOfWords(field, cachedWords),
  folded: foldedText,
}

/** What conditions ask of one field: of its values or elements, its words, or its folded text. */
export class Column {
  readonly field: Field
  readonly service: Service
  readonly terms: Terms
  /** The leaves that ask for one term, by that; of null for an absent value. */
  readonly values = new Map<Scalar | null, number>()
  /** The leaves that ask for anything else, by their canonical texts. */
  readonly tests = new Map<string, number>()
  readonly compare: (a: Scalar, b: Scalar) => number
  /** The ranges by which conditions are found. */
  readonly intervals: Intervals
  /** How many times conditions ask for a term. */
  uses = 0
  /** How many terms and ranges of it conditions are found by. */
  keys = 0
  /** When a row's terms were read last, and what these were. */
  readAt = 0
  found: readonly (Scalar | null)[] = []

  constructor(field: Field, service: Service) {
    this.field = field
    this.service = service
    this.terms = TERMS[service](field)
    this.compare = compareValues(service === 'index' ? field.type.kind : string)
    this.intervals = new Intervals(this.compare)
  }

  /** Whether the value is in a document whose keys clients make up. */
  get isInside(): boolean {
    return this.field.wildcard !== undefined
  }

  /** Fields of one name can be of two schemas. */
  isOf({ type, wildcard }: Field, service: Service): boolean {
    const { field } = this
    return (
      service === this.service &&
      type.kind === field.type.kind &&
      type.list === field.type.list &&
      wildcard === field.wildcard
    )
  }
}

/** The columns whose paths lead through one key after the other. */
class Branch {
  readonly columns = new Set<Column>()
  readonly branches = new Map<string, Branch>()
}

interface Document {
  readonly read: (row: unknown) => unknown
  readonly root: Branch
}

/** Up to so many keys that are asked for are looked up in an object; of more, its keys are. */
const FEW = 16

/** The columns of a matcher, and which of them a row must be looked up in. */
export class Columns {
  readonly #byName = new Map<string, Column[]>()
  /** Those that conditions are found by, of fields that the schema names. */
  readonly #named = new Set<Column>()
  /** The others, in a trie for each document: a row costs no more than the keys that it has. */
  readonly #documents = new Map<string, Document>()

  /** The column of a field, which is made if it is not there. */
  of(field: Field, service: Service): Column {
    let known = this.#byName.get(field.name)
    if (known === undefined) {
      known = []
      this.#byName.set(field.name, known)
    }
    for (let i = 0; i < known.length; i++) if (known[i]!.isOf(field, service)) return known[i]!
    const column = new Column(field, service)
    known.push(column)
    return column
  }

  /** Removes a column that no leaf is of. */
  drop(column: Column): void {
    if (column.values.size + column.tests.size > 0) return
    const { name } = column.field
    const others = this.#byName.get(name)!.filter((each) => each !== column)
    if (others.length === 0) this.#byName.delete(name)
    else this.#byName.set(name, others)
  }

  /** Says that conditions are found by one more key of a column. */
  addKey(column: Column): void {
    if (column.keys++ > 0) return
    if (!column.isInside) {
      this.#named.add(column)
      return
    }
    const { path, wildcard } = column.field
    const depth = documentDepth(column.field)
    const document = this.#documents.get(wildcard!) ?? {
      read: accessor({ path: path.slice(0, depth), wildcard: undefined }),
      root: new Branch(),
    }
    this.#documents.set(wildcard!, document)
    let branch = document.root
    for (const key of path.slice(depth)) {
      const next = branch.branches.get(key) ?? new Branch()
      branch.branches.set(key, next)
      branch = next
    }
    branch.columns.add(column)
  }

  removeKey(column: Column): void {
    if (--column.keys > 0) return
    if (!column.isInside) {
      this.#named.delete(column)
      return
    }
    const { path, wildcard } = column.field
    const { root } = this.#documents.get(wildcard!)!
    this.#prune(root, path.slice(documentDepth(column.field)), column)
    if (root.branches.size === 0) this.#documents.delete(wildcard!)
  }

  #prune(branch: Branch, [key, ...rest]: readonly string[], column: Column): void {
    if (key === undefined) {
      branch.columns.delete(column)
      return
    }
    const next = branch.branches.get(key)!
    this.#prune(next, rest, column)
    if (next.columns.size + next.branches.size === 0) branch.branches.delete(key)
  }

  /** Forgets which rows were read. */
  forget(): void {
    for (const columns of this.#byName.values()) for (const each of columns) each.readAt = 0
  }

  /** Visits the columns whose keys a row can have. */
  each(row: unknown, visit: (column: Column) => void): void {
    for (const column of this.#named) visit(column)
    for (const { read, root } of this.#documents.values()) eachIn(root, read(row), visit)
  }
}

function eachIn({ columns, branches }: Branch, value: unknown, visit: (column: Column) => void) {
  for (const column of columns) visit(column)
  if (branches.size === 0 || !isPlainObject(value)) return
  if (branches.size > FEW) {
    for (const key of Object.getOwnPropertyNames(value)) {
      const branch = branches.get(key)
      if (branch !== undefined) eachIn(branch, value[key], visit)
    }
    return
  }
  for (const [key, branch] of branches) {
    if (Object.hasOwn(value, key)) eachIn(branch, value[key], visit)
  }
}

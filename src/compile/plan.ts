import type { Outer } from '../condition/relation.ts'
import type { Column, Dialect, FieldColumn, Values } from '../dialect/dialect.ts'
import { listedValues } from '../dialect/enumeration.ts'
import { type Fragment, flatten } from '../dialect/fragment.ts'
import type { ColumnPlace, Document, Place } from '../dialect/place.ts'
import { describe } from '../error/describe.ts'
import type { Kind } from '../kinds/kind.ts'
import type { Nulls } from '../kinds/nulls.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, checkMapping } from '../schema/mapping.ts'
import { comparedPlaceOf, elementPlaceOf, foldedPlaceOf, placeOf } from '../schema/places.ts'
import type { Structure } from '../schema/schema.ts'
import type { Selection } from './select.ts'
import { type TableRef, TableSource } from './table-name.ts'

/** A field in the statements of one table. */
export interface PlannedColumn {
  readonly column: FieldColumn
  /** Its term of ORDER BY, and where NULL stands in it; undefined where there is none. */
  order(direction: 1 | -1, nulls: Nulls | undefined): Fragment
  /** What the SELECT inside of a statement gives as what is sorted by. */
  readonly innerOrder: Fragment
  readonly nullable: boolean
  /** Whether it is a column of its own whose absent values are NULL, and no path into JSON. */
  readonly isPlain: boolean
}

/** The columns of the fields that a condition is about. */
export interface Planned {
  readonly site: Outer
  of(field: Field): PlannedColumn
  /** Those of the fields of an object that is inside of the row. */
  inside(document: Document): Planned
  /** Throws where the mapping names what the schema of a field does not have. */
  check(field: Field): void
}

/** Where statements of a kind run: with a table's name before the columns, where that is needed. */
interface Site {
  readonly dialect: Dialect<unknown>
  readonly mapping: AnyMapping
  readonly table: TableSource | undefined
}

/**
 * What a dialect and a mapping say of a table, worked out once: the columns that filters and
 * orderings ask for, and what is selected (`selected.ts`).
 */
export class Plan implements Planned {
  readonly site: Site
  /** The same without the table's name before the columns. */
  readonly bare: Plan
  readonly heads = new WeakMap<Structure, Fragment>()
  readonly selections = new WeakMap<Structure, Selection>()
  readonly #columns = new WeakMap<Field, PlannedColumn>()
  readonly #checked = new WeakSet<Field['siblings']>()

  constructor(site: Site) {
    this.site = site
    const { dialect, mapping, table } = site
    this.bare = table === undefined ? this : planOf(dialect, mapping)
  }

  of(field: Field): PlannedColumn {
    const known = this.#columns.get(field)
    if (known !== undefined) return known
    this.check(field)
    const planned = plan(field, this.site)
    this.#columns.set(field, planned)
    return planned
  }

  inside(document: Document): Planned {
    return insideOf(this.site, document)
  }

  /** Throws where the mapping names what the schema of a field does not have. */
  check({ siblings }: Field): void {
    if (this.#checked.has(siblings)) return
    checkMapping(siblings, this.site.mapping)
    this.#checked.add(siblings)
  }

  /** The table as it stands in FROM. */
  get from(): Fragment {
    const { dialect, table } = this.site
    if (table === undefined) throw new TypeError('tamis: table: expected the name of a table')
    return table.in(dialect)
  }
}

/** The document is another in each part of a statement, so that nothing is kept. */
const insideOf = (site: Outer, document: Document): Planned => ({
  site,
  of(field) {
    const place = elementPlaceOf(field, document)
    return planned(site.dialect, place, () => foldedColumn(field, place, site))
  },
  inside: (inner) => insideOf(site, inner),
  // They are in no mapping.
  check: () => {},
})

function plan(field: Field, site: Site): PlannedColumn {
  const { dialect, mapping, table } = site
  const place = placeOf(field, mapping)
  const compared = comparedPlaceOf(field, place)
  return planned(dialect, { ...compared, table: table?.qualifier }, () =>
    foldedColumn(field, place, site),
  )
}

function planned(dialect: Dialect<unknown>, place: Place, makeFolded: () => Column): PlannedColumn {
  const column = dialect.column(place)
  const { nullable } = place
  let folded: Column | undefined
  let inner: Fragment | undefined
  const terms = {
    1: new Map<Nulls | undefined, Fragment>(),
    [-1]: new Map<Nulls | undefined, Fragment>(),
  }
  return {
    column: {
      ...withLists(column),
      dialect,
      place,
      folded() {
        folded ??= makeFolded()
        return folded
      },
    },
    // Made lazily: not every field with operators is sortable.
    order(direction, nulls) {
      const known = terms[direction].get(nulls)
      if (known !== undefined) return known
      const made = flatten(dialect.order(column.order(), direction, nulls))
      terms[direction].set(nulls, made)
      return made
    },
    get innerOrder() {
      inner ??= flatten(column.innerOrder())
      return inner
    },
    nullable,
    isPlain: !place.json && !isComputed(dialect, place),
  }
}

/** A column that compares the values of an enumeration in their order; made once for each kind. */
function withLists(column: Column): Column {
  const values = new Map<Kind, Values>()
  return {
    ...column,
    of(kind) {
      const known = values.get(kind) ?? listedValues(kind, column.of(kind), column)
      values.set(kind, known)
      return known
    },
  }
}

/** The column of a field's folded text. */
function foldedColumn(
  field: Field,
  place: Place,
  { dialect, table }: Pick<Outer, 'dialect' | 'table'>,
): Column {
  if (place.json || place.folded === undefined) {
    throw new TypeError(
      `tamis: ${dialect.name}: ${field.name}: $ieq and its family need a column of the folded text: list the operator, or map the column with \`folded\``,
    )
  }
  const at = foldedPlaceOf(field, place, place.folded)
  return withLists(dialect.column({ ...at, table: table?.qualifier }))
}

/** Whether absence is decided by an expression of a column, which no index of the column has. */
function isComputed(dialect: Dialect<unknown>, place: ColumnPlace): boolean {
  if (place.list) return false
  const type = dialect.typeOf(place)
  return (
    type.isPartial === true && type.exact?.(dialect.identifier(place.column), place) !== undefined
  )
}

const NO_MAPPING: AnyMapping = {}

/** So many tables of one mapping are kept: a server that makes up more makes some of them again. */
const MOST_TABLES = 1000

/** By mapping, dialect and table; the plan without a table has the empty name. */
const plans = new WeakMap<AnyMapping, Map<Dialect<unknown>, Map<string, Plan>>>()

/**
 * The plan of a dialect, a mapping and a table. It is kept with the mapping, which is read when it is
 * first used: to change one, make another.
 */
export function planOf(
  dialect: Dialect<unknown>,
  mapping: AnyMapping = NO_MAPPING,
  table?: TableRef,
  alias?: string,
): Plan {
  if (typeof mapping !== 'object' || mapping === null) {
    throw new TypeError('tamis: mapping: expected an object of fields')
  }
  if (typeof dialect?.column !== 'function') {
    throw new TypeError(
      `tamis: dialect: expected a dialect, such as postgres of tamis/postgres, received ${describe(dialect)}`,
    )
  }
  const source =
    table === undefined
      ? alias === undefined
        ? undefined
        : new TableSource(alias, alias)
      : new TableSource(table, alias)
  const name = source?.key ?? ''
  const known = plans.get(mapping)?.get(dialect)?.get(name)
  if (known !== undefined) return known
  const made = new Plan({ dialect, mapping, table: source })
  const byDialect = plans.get(mapping) ?? new Map<Dialect<unknown>, Map<string, Plan>>()
  const byTable = byDialect.get(dialect) ?? new Map<string, Plan>()
  if (byTable.size >= MOST_TABLES) byTable.clear()
  plans.set(mapping, byDialect.set(dialect, byTable.set(name, made)))
  return made
}

import type { Column, Dialect, Values } from '../dialect/dialect.ts'
import { type Fragment, join, settled, sql } from '../dialect/fragment.ts'
import type { Kind } from '../kinds/kind.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, checkMapping, placeOf } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { type Selected, selection } from './select.ts'

/** A field in the statements of one table. */
export interface PlannedColumn {
  readonly column: Column
  /** Its terms of ORDER BY. */
  readonly ascending: Fragment
  readonly descending: Fragment
  readonly nullable: boolean
}

/** Where statements of a kind run: with a table's name before the columns, where that is needed. */
interface Site {
  readonly dialect: Dialect<unknown>
  readonly mapping: AnyMapping
  readonly table: string | undefined
}

/**
 * What a dialect and a mapping say of a table, worked out once: the columns that filters and
 * orderings ask for, and what is selected.
 */
export class Plan {
  readonly site: Site
  /** The same without the table's name before the columns. */
  readonly bare: Plan
  readonly #columns = new WeakMap<Field, PlannedColumn>()
  readonly #heads = new WeakMap<Structure, Fragment>()
  readonly #checked = new WeakSet<Structure>()

  constructor(site: Site) {
    this.site = site
    const { dialect, mapping, table } = site
    this.bare = table === undefined ? this : planOf(dialect, mapping)
  }

  of(field: Field): PlannedColumn {
    const known = this.#columns.get(field)
    if (known !== undefined) return known
    const planned = plan(field, this.site)
    this.#columns.set(field, planned)
    return planned
  }

  /** Throws where the mapping names what a schema does not have. */
  check(structure: Structure): void {
    if (this.#checked.has(structure)) return
    checkMapping(structure, this.site.mapping)
    this.#checked.add(structure)
  }

  /** What is selected, each under the name of its field. */
  selected(structure: Structure, select?: readonly string[]): readonly Selected[] {
    const { dialect, mapping, table = '' } = this.site
    return selection(structure, { dialect, table, mapping, select })
  }

  /** `SELECT … FROM …` */
  head(structure: Structure, select?: readonly string[]): Fragment {
    const known = select === undefined ? this.#heads.get(structure) : undefined
    if (known !== undefined) return known
    const { dialect, table = '' } = this.site
    const head = settled(headOf(dialect, this.selected(structure, select), [], table))
    if (select === undefined) this.#heads.set(structure, head)
    return head
  }
}

/** `SELECT … FROM …` of the columns, each under its field's name, and of what else is needed. */
export function headOf(
  dialect: Dialect<unknown>,
  selected: readonly Selected[],
  more: readonly Fragment[],
  table: string,
): Fragment {
  const columns = selected.map(({ name, value }) => sql`${value} AS ${dialect.identifier(name)}`)
  return sql`SELECT ${join([...columns, ...more], sql`, `)} FROM ${dialect.identifier(table)}`
}

function plan(field: Field, { dialect, mapping, table }: Site): PlannedColumn {
  const place = placeOf(field, mapping)
  const column = dialect.column({ ...place, table })
  const { nullable } = place
  const values = new Map<Kind, Values>()
  const order = (direction: 1 | -1) => settled(dialect.order(column.order, direction, nullable))
  const terms = new Map<1 | -1, Fragment>()
  const term = (direction: 1 | -1): Fragment => {
    const own = terms.get(direction) ?? order(direction)
    terms.set(direction, own)
    return own
  }
  return {
    column: {
      ...methodsOf(column),
      of(kind) {
        const known = values.get(kind) ?? column.of(kind)
        values.set(kind, known)
        return known
      },
      get order() {
        return column.order
      },
    },
    // Made when they are asked for: not every field that is filtered by can be sorted by.
    get ascending() {
      return term(1)
    },
    get descending() {
      return term(-1)
    },
    nullable,
  }
}

const methodsOf = ({ present, holdsAny, holdsAll, holdsExactly, hasWords }: Column) => ({
  present,
  holdsAny,
  holdsAll,
  holdsExactly,
  hasWords,
})

const NO_MAPPING: AnyMapping = {}

/** So many tables of one mapping are kept: a server that makes up more makes some of them again. */
const MOST_TABLES = 1000

/** By mapping, dialect and table; the plan that names no table stands under the empty name. */
const plans = new WeakMap<AnyMapping, Map<Dialect<unknown>, Map<string, Plan>>>()

/**
 * The plan of a dialect, a mapping and a table. It is kept with the mapping, which is read when it is
 * first used: to change one, make another.
 */
export function planOf(
  dialect: Dialect<unknown>,
  mapping: AnyMapping = NO_MAPPING,
  table?: string,
): Plan {
  if (typeof mapping !== 'object' || mapping === null) {
    throw new TypeError('tamis: mapping: expected an object of fields')
  }
  const name = table ?? ''
  const known = plans.get(mapping)?.get(dialect)?.get(name)
  if (known !== undefined) return known
  const made = new Plan({ dialect, mapping, table })
  const byDialect = plans.get(mapping) ?? new Map<Dialect<unknown>, Map<string, Plan>>()
  const byTable = byDialect.get(dialect) ?? new Map<string, Plan>()
  if (byTable.size >= MOST_TABLES) byTable.clear()
  plans.set(mapping, byDialect.set(dialect, byTable.set(name, made)))
  return made
}

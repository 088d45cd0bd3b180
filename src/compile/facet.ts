import { isTrue } from '../condition/condition.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, join, sql, word } from '../dialect/fragment.ts'
import { type GroupedList, type GroupedValue, named, ofDocument } from '../dialect/grouped.ts'
import { nameOf } from '../dialect/names.ts'
import type { ColumnPlace, Place } from '../dialect/place.ts'
import { formsOf } from '../dialect/typed.ts'
import { OR } from '../dialect/values.ts'
import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import type { Kind } from '../kinds/kind.ts'
import { type FacetCount, facetOf } from '../parse/facet.ts'
import type { Query } from '../parse/query.ts'
import type { Fields, OfFields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { comparedPlaceOf, placeOf } from '../schema/places.ts'
import { COMMA, whole } from './clauses.ts'
import { planOf } from './plan.ts'
import { type CompiledFilter, inPieces, sourceOf, withinParameters } from './sql.ts'
import { checkTarget } from './target.ts'
import type { CountTarget } from './total.ts'

/** A statement that counts the rows of each value, and how to read what it finds. */
export interface CompiledFacet<Params> extends CompiledFilter<Params> {
  /**
   * The counts from the records of the statement, which are objects with a key for each column.
   *
   * @throws TypeError where a record is not one of the statement's, or a value lost digits.
   */
  read(records: readonly unknown[]): readonly FacetCount[]
}

/** The values of one kind, in the statement that finds them. */
interface Part {
  readonly value: Fragment
  /** What is sorted by before the value, if anything. */
  readonly order?: Fragment | undefined
  /** What is selected instead of the value, if anything. */
  readonly shown?: Fragment | undefined
  read(stored: unknown): unknown
}

/**
 * The statement for `facetRows` in a table: how many rows have each value of a field, at most as many
 * values as the schema's limit `facet` says. In MariaDB and MySQL, of texts that agree in their first
 * 1,024 bytes and have the same count, any may be among the last.
 *
 * @example
 * const { text, params, read } = compileFacet(query, 'role', { dialect: postgres, table: 'people' })
 * read((await db.query(text, params)).rows) // [{ value: 'admin', count: 12 }]
 *
 * @throws FilterError where there is no such field (`unknown_field`), or where its values are not to
 * be counted (`not_a_facet`): the name may come from a client.
 * @throws TypeError where the dialect cannot say it exactly, or the mapping names a field that there
 * is not.
 */
export function compileFacet<F extends Fields, Params>(
  query: Query & OfFields<F>,
  name: string,
  target: CountTarget<Params, NoInfer<F>>,
): CompiledFacet<Params> {
  checkTarget(target)
  return withinParameters(target, (own) => compileOnce(query, name, own))
}

const COUNTED = sql`n`

function compileOnce<Params>(
  query: Query,
  name: string,
  target: Omit<CountTarget<Params>, 'mapping'> & { readonly mapping?: unknown },
): CompiledFacet<Params> {
  const { table, alias } = target
  const dialect = target.dialect.forAll ?? target.dialect
  const { field, condition } = facetOf(query, name, target.now)
  const plan = planOf(dialect, target.mapping as AnyMapping | undefined, table, alias)
  const { schema } = query
  plan.check(schema.key)
  const { mapping, table: source } = plan.site
  const at = (each: Field): Place => ({ ...placeOf(each, mapping), table: source?.qualifier })
  const filter = isTrue(condition) ? sql`` : sql` WHERE ${whole(condition, plan)}`
  const from = sql`${sourceOf(target.source, plan)}${filter}`
  const place = comparedPlaceOf(field, at(field))
  const list = place.list ? dialect.grouped.list(place) : undefined
  const parts = partsOf(dialect, place, list)
  const columns = parts.flatMap(({ value, order, shown }, i) => [
    { name: column('v', i), value },
    ...(order === undefined ? [] : [{ name: column('o', i), value: order }]),
    ...(shown === undefined ? [] : [{ name: column('s', i), value: shown }]),
  ])
  const selected = join(
    columns.map((each) => sql`${each.value} AS ${each.name}`),
    COMMA,
  )
  const key = nameOf(at(schema.key), dialect.identifier)
  const found =
    list === undefined
      ? sql`SELECT ${selected} FROM ${from}`
      : sql`SELECT DISTINCT c.k AS k, ${selected} FROM (SELECT ${key} AS k, ${list.list} AS l FROM ${from}) AS c${list.from}`
  const results = parts.map(
    ({ shown }, i) => sql`${column(shown === undefined ? 'v' : 's', i)} AS ${column('r', i)}`,
  )
  const isPresent = parts.map((_, i) => sql`${column('v', i)} IS NOT NULL`)
  // Of several kinds, each has NULL where a value is of another.
  const nulls = parts.length > 1 ? 'last' : undefined
  const terms = parts.flatMap(({ order }, i) => [
    ...(order === undefined ? [] : [dialect.order(column('o', i), 1, nulls)]),
    dialect.order(column('v', i), 1, nulls),
  ])
  const groups = columns.map((each) => each.name)
  const statement = sql`SELECT ${join([...results, sql`count(*) AS ${COUNTED}`], COMMA)} FROM (${found}) AS found WHERE ${join(isPresent, OR)} GROUP BY ${join(groups, COMMA)} ORDER BY ${join([dialect.order(COUNTED, -1, undefined), ...terms], COMMA)} ${dialect.limit(schema.limits.facet, 0)}`
  return {
    ...inPieces(statement, dialect),
    read: (records) => records.map((record) => readCount(record, field, parts)),
  }
}

const column = (letter: string, i: number): Fragment => word(`${letter}${i}`)

function readCount(record: unknown, { name, as, type }: Field, parts: readonly Part[]): FacetCount {
  const columns = (typeof record === 'object' ? record : null) as Readonly<
    Record<string, unknown>
  > | null
  const i = parts.findIndex((_, i) => (columns?.[`r${i}`] ?? null) !== null)
  const stored = parts[i]?.read(columns?.[`r${i}`])
  const value = type.kind.read(stored)
  const count = Number(columns?.n)
  if (value === undefined || !Number.isSafeInteger(count)) {
    throw new TypeError(
      `tamis: ${name}: expected a record of compileFacet's statement, received ${describe(stored ?? record)}`,
    )
  }
  return { value: as === 'bigint' ? BigInt(value) : value, count }
}

/** The values of a field: of one kind, or of each kind that it has. */
function partsOf(
  dialect: Dialect<unknown>,
  place: Place,
  list: GroupedList | undefined,
): readonly Part[] {
  if (list !== undefined) {
    const kind = place.kind as Kind
    return [partOf(dialect, kind, list.element, list.at(kind))]
  }
  if (!place.json) return [partOfColumn(dialect, place)]
  const value = dialect.grouped.json(place)
  return membersOf(place.kind).flatMap((kind) => {
    const { halves } = value
    if (kind.name !== 'numeric' || halves === undefined) {
      return [partOf(dialect, kind, value, ofDocument(place, kind))]
    }
    const { int64, rest } = halves
    const [integer, number] = [named(kind, 'integer'), named(kind, 'number')]
    // As doubles first: int64 that are one double are in the order of their values.
    const order = sql`coalesce(${int64} * 1e0, ${rest})`
    return [
      { ...partOf(dialect, integer, { ofKind: () => int64 }, ofDocument(place, integer)), order },
      partOf(dialect, number, { ...value, ofKind: () => rest }, ofDocument(place, number)),
    ]
  })
}

function partOf(
  dialect: Dialect<unknown>,
  kind: Kind,
  grouped: GroupedValue,
  at: ColumnPlace,
): Part {
  const value = grouped.ofKind(kind)
  const type = dialect.typeOf(at)
  type.refuseOrder?.(at)
  const order = type.order?.(value, at)
  const shown = grouped.shown?.(kind, value)
  if (shown !== undefined) return { value, order, shown: shown.value, read: shown.read }
  const read = (stored: unknown) => type.decode(stored, at)
  return { value, order, shown: type.select?.(value, at), read }
}

function partOfColumn(dialect: Dialect<unknown>, place: ColumnPlace): Part {
  const type = dialect.typeOf(place)
  const name = nameOf(place, dialect.identifier)
  const { instead, exact } = formsOf(type, name, place)
  const value = instead ?? exact ?? name
  type.refuseOrder?.(place)
  const isOrdered = type.order !== undefined || type.innerOrder !== undefined
  const order = isOrdered ? dialect.column(place).innerOrder() : undefined
  // One instant may be there as several texts.
  if (exact !== undefined && place.kind.name === 'timestamp') {
    return { value, order, read: (stored) => stored }
  }
  const shown = type.select?.(name, place) ?? (value === name ? undefined : name)
  return { value, order, shown, read: (stored) => type.decode(stored, place) }
}

import { type Condition, isTrue } from '../condition/condition.ts'
import type { Apart, Dialect, Way } from '../dialect/dialect.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { AND } from '../dialect/values.ts'
import { nullsOf, type OrderingTerm } from '../schema/ordering-term.ts'
import { orderBy, whole } from './clauses.ts'
import { type Part, partsOf } from './parts.ts'
import type { Plan } from './plan.ts'
import type { Scan } from './scan.ts'
import type { Selection } from './select.ts'
import { around, headWithOrder, orderByAliases, turned } from './turned.ts'

/**
 * Pages farther from their beginning are found together: to find all rows before them and to put
 * them in order takes longer than to sort the table: 0.9 s instead of 0.4, at 100,000 in PostgreSQL.
 */
export const MOST = 10_000

/** What a page is made of. */
export interface Page {
  readonly plan: Plan
  /** The columns as conditions name them. */
  readonly where: Plan
  /** `SELECT … FROM …` */
  readonly head: () => Fragment
  readonly selected: () => Selection
  readonly scan: Scan
  readonly limit: number
  readonly offset: number
}

/** The same with what is selected, listed. */
type Listed = Omit<Page, 'selected'> & { readonly selected: Selection }

/**
 * A page of which the rows with and without a value in the first column of its order are found apart;
 * undefined where one SELECT finds them as fast, or the dialect has no index to find them by.
 *
 * The rows of the first part are found first; where they are enough, the database does not look for
 * the others. All that were found, two pages at most, are put in order.
 */
export function pageApart(page: Page): Fragment | undefined {
  const { plan, scan, limit, offset } = page
  const { dialect } = plan.site
  const [first] = scan.ordering
  if (dialect.apart === undefined || first === undefined) return undefined
  if (limit === 0 || limit + offset > MOST) return undefined
  const { nullable, isPlain } = plan.of(first.field)
  if (!nullable || !isPlain) return undefined
  const [part, other] = partsOf(scan)
  if (part === undefined) return undefined
  if (other !== undefined && dialect.apart.isWalked(first.direction, nullsOf(first))) {
    return undefined
  }
  const selected = page.selected()
  const selects = new Selects({ ...page, selected }, dialect.apart)
  const isNested = scan.isReversed || selected.isLate
  const outward = scan.isReversed ? turned : around
  const alone = other === undefined ? selects.alone(part) : undefined
  if (alone !== undefined) {
    if (!isNested) return sql`${page.head()}${alone}`
    const inner = sql`${headWithOrder(plan, selected, scan.ordering, undefined)}${alone}`
    return outward(plan, selected, scan.ordering, inner)
  }
  const firstSelects = selects.of(part)
  const order = orderByAliases(plan, selected, scan.ordering)
  const cut = dialect.limit(limit, offset)
  const inOrder = (what: Fragment, found: Fragment) =>
    sql`SELECT ${what} FROM (${found}) AS found ${order} ${cut}`
  const pageOf = (found: Fragment) =>
    isNested
      ? outward(plan, selected, scan.ordering, inOrder(sql`*`, found))
      : inOrder(selected.outer, found)
  if (other === undefined) return pageOf(unionOf(dialect, firstSelects))
  const ahead = dialect.identifier(aheadOf(plan))
  const rest = selects.of(other, [sql`(SELECT count(*) FROM ${ahead}) < ${selects.most}`])
  const all = sql`SELECT * FROM ${ahead} UNION ALL ${unionOf(dialect, rest, true)}`
  return sql`WITH ${ahead} AS (${unionOf(dialect, firstSelects)}) ${pageOf(all)}`
}

/** The name of the part that is found first. It must not hide the table, nor be its alias. */
function aheadOf({ site: { table } }: Plan): string {
  const taken = [table?.name.toLowerCase(), table?.qualifier.toLowerCase()]
  let name = 'found_ahead'
  while (taken.includes(name)) name += '_'
  return name
}

/** SELECTs with a LIMIT of their own, as one. */
export function unionOf(
  dialect: Dialect<unknown>,
  selects: readonly Fragment[],
  isNested = selects.length > 1,
): Fragment {
  const [only] = selects
  if (only !== undefined && !isNested) return only
  const each = selects.map((select, i) => {
    return sql`SELECT * FROM (${select}) AS ${dialect.identifier(`way_${i}`)}`
  })
  return join(each, sql` UNION ALL `)
}

/** The SELECTs of the parts of a page. */
class Selects {
  /** More rows of one part than these are not on the page. */
  readonly most: bigint
  readonly #page: Listed
  readonly #apart: Apart

  constructor(page: Listed, apart: Apart) {
    this.most = BigInt(page.limit + page.offset)
    this.#page = page
    this.#apart = apart
  }

  /** One SELECT for each way to the rows of a part; each finds rows only where the conditions hold. */
  of(part: Part, conditions: readonly Fragment[] = []): readonly Fragment[] {
    if (!part.isAbsent) return [this.#select(part, [], conditions)]
    return this.#ways().map(({ isNull, condition }) => {
      const more = condition === undefined ? conditions : [condition, ...conditions]
      return this.#select(part, this.#absent(part, isNull), more)
    })
  }

  /** What follows FROM where a part is the page; undefined where there are several ways to it. */
  alone(part: Part): Fragment | undefined {
    const { plan, limit, offset } = this.#page
    const cut = plan.site.dialect.limit(limit, offset)
    if (!part.isAbsent) return this.#tail(part, [], cut)
    const [way, other] = this.#ways()
    if (way === undefined || other !== undefined) return undefined
    return this.#tail(part, this.#absent(part, way.isNull), cut)
  }

  #ways(): readonly Way[] {
    const { plan } = this.#page
    const value = this.#first
    return this.#apart.ways?.(value, plan.from) ?? [{ isNull: sql`${value} IS NULL` }]
  }

  get #first(): Fragment {
    const { plan, scan } = this.#page
    return plan.bare.of(scan.ordering[0]!.field).column.order()
  }

  #absent({ behind }: Part, isNull: Fragment): readonly Fragment[] {
    const absent = isTrue(behind) ? [isNull] : [isNull, this.#where(behind)]
    return this.#apart.asRange === undefined
      ? absent
      : [this.#apart.asRange(this.#first, join(absent, AND))]
  }

  #where(condition: Condition): Fragment {
    return whole(condition, this.#page.where)
  }

  #select(part: Part, absent: readonly Fragment[], conditions: readonly Fragment[]): Fragment {
    const { plan, selected, scan, limit, offset } = this.#page
    const { limitIf } = this.#apart
    const isLimited = conditions.length > 0 && limitIf !== undefined
    const cut = isLimited
      ? limitIf(limit + offset, conditions)
      : plan.site.dialect.limit(limit + offset, 0)
    const where = isLimited ? absent : [...absent, ...conditions]
    const head = headWithOrder(plan, selected, scan.ordering, undefined)
    return sql`${head}${this.#tail(part, where, cut)}`
  }

  #tail(part: Part, more: readonly Fragment[], cut: Fragment): Fragment {
    const where = isTrue(part.condition) ? more : [this.#where(part.condition), ...more]
    const filter = where.length === 0 ? sql`` : sql` WHERE ${join(where, AND)}`
    return sql`${filter}${this.#order(part)}${cut}`
  }

  #order(part: Part): Fragment {
    const { plan, scan } = this.#page
    const [first, ...rest] = scan.ordering as readonly [OrderingTerm, ...OrderingTerm[]]
    if (part.isAbsent && !this.#apart.ordersByNull) return sql` ORDER BY ${orderBy(rest, plan)} `
    const term = plan.of(first.field).order(first.direction, undefined)
    // The key is never without a value: another term, if only the key, follows.
    return sql` ORDER BY ${term}, ${orderBy(rest, plan)} `
  }
}

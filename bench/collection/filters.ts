/** Standing filters over offers, such as saved searches, and offers that they are matched with. */

import {
  boolean,
  type Condition,
  condition,
  defineSchema,
  dynamic,
  integer,
  list,
  string,
  timestamp,
} from 'tamis'

export const offers = defineSchema({
  fields: {
    id: string({ required: true }),
    store: string(),
    product: string(),
    city: string(),
    price: integer(),
    rating: integer(),
    fresh: boolean(),
    tags: list(string()),
    at: timestamp(),
    'custom.*': dynamic(['string', 'integer']),
  },
})

export interface Offer {
  readonly id: string
  readonly store: string
  readonly product: string
  readonly city: string
  readonly price: number
  readonly rating: number
  readonly fresh: boolean
  readonly tags: readonly string[]
  readonly at: string
  readonly custom: { readonly color: string }
}

const STORES = 5000
const CITIES = 20
const COLORS = 4
const TAGS = 12

/** A number of 0 to 1 that a filter or an offer of a number always has for the same purpose. */
function chance(at: number, purpose: number): number {
  let mixed = Math.imul(at ^ (purpose * 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

const below = (most: number, at: number, purpose: number) => Math.floor(chance(at, purpose) * most)
const dayOf = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString()

export const offerOf = (at: number): Offer => ({
  id: `offer-${at}`,
  store: `store-${below(STORES, at, 101)}`,
  product: `product-${below(1_000_000, at, 102)}`,
  city: `city-${below(CITIES, at, 103)}`,
  price: below(1000, at, 104),
  rating: 1 + below(5, at, 105),
  fresh: chance(at, 106) < 0.6,
  tags: Array.from({ length: TAGS }, (_, tag) => `tag-${tag}`).filter(
    (_, tag) => chance(at, 110 + tag) < 0.6,
  ),
  at: dayOf(below(365, at, 107)),
  custom: { color: `color-${below(COLORS, at, 108)}` },
})

/** One condition more of a filter, of which about six of ten offers are, as a filter and by hand. */
interface More {
  readonly filter: Readonly<Record<string, unknown>>
  readonly holds: (offer: Offer) => boolean
}

const MORE: readonly ((at: number) => More)[] = [
  (at) => {
    const most = 400 + below(400, at, 1)
    return { filter: { price: { $lte: most } }, holds: ({ price }) => price <= most }
  },
  (at) => {
    const least = 1 + below(4, at, 2)
    return { filter: { rating: { $gte: least } }, holds: ({ rating }) => rating >= least }
  },
  (at) => {
    const tag = `tag-${below(TAGS, at, 3)}`
    return { filter: { tags: { $contains: tag } }, holds: ({ tags }) => tags.includes(tag) }
  },
  (at) => {
    const color = `color-${below(COLORS, at, 4)}`
    const holds = ({ custom }: Offer) => custom.color !== color
    return { filter: { 'custom.color': { $ne: color } }, holds }
  },
  () => ({ filter: { fresh: true }, holds: ({ fresh }) => fresh }),
  (at) => {
    const first = dayOf(below(300, at, 5))
    return { filter: { at: { $gte: first } }, holds: (offer) => offer.at >= first }
  },
]

/** A standing filter, and what it is true of, written by hand. */
export interface Standing {
  readonly filter: Readonly<Record<string, unknown>>
  readonly holds: (offer: Offer) => boolean
}

/** What one condition of each filter is. */
export type Kind = 'store' | 'product' | 'prices'

const FIRST: Readonly<Record<Kind, (at: number) => More>> = {
  /** 200 of a million filters ask for each store. */
  store: (at) => {
    const store = `store-${below(STORES, at, 6)}`
    return { filter: { store }, holds: (offer) => offer.store === store }
  },
  product: (at) => {
    const product = `product-${below(1_000_000, at, 7)}`
    return { filter: { product }, holds: (offer) => offer.product === product }
  },
  prices: (at) => {
    const [first, day] = [below(365, at, 8), 1 + below(100, at, 9)]
    // In microseconds, so that hardly two are alike.
    const from = new Date(
      Date.UTC(2024, 0, 1 + first) - 1 - below(80_000_000, at, 10),
    ).toISOString()
    const to = new Date(Date.parse(from) + 864_000 * day).toISOString()
    return {
      filter: { at: { $gte: from, $lte: to } },
      holds: ({ at: own }) => own >= from && own <= to,
    }
  },
}

/** The filter of a number: of one to five conditions. */
export function standingOf(kind: Kind, at: number): Standing {
  const all = [FIRST[kind](at)]
  const first = below(MORE.length, at, 20)
  for (let i = below(5, at, 21); i > 0; i--) all.push(MORE[(first + i) % MORE.length]!(at))
  return {
    filter: { $and: all.map(({ filter }) => filter) },
    holds: (offer) => all.every(({ holds }) => holds(offer)),
  }
}

export const conditionOf = (kind: Kind, at: number): Condition =>
  condition(offers, standingOf(kind, at).filter as never)

/** How many leases long an end must stay the same, until nobody is taken to renew it. */
const WATCHED = 4

export interface LeaseEnd {
  readonly id: string
  readonly lease_until: number | bigint | string
}

/**
 * Finds the leases of processes that died while their clock was ahead: by the clock that was set back
 * they last for hours. A lease that ends later than any that is given now is watched, by time that
 * never jumps. Whoever holds it renews it, which changes its end; if that stays the same, nobody does.
 */
export class AheadLeases {
  readonly #lease: number
  #lookedAt = Number.NEGATIVE_INFINITY
  #ends: ReadonlyMap<string, number> = new Map()

  /** @param lease how long a lease lasts, in ms. */
  constructor(lease: number) {
    this.#lease = lease
  }

  /**
   * The leases that nobody renews; most calls answer none without reading.
   *
   * @param read answers the leases that end after a time, in ms since 1970.
   */
  async abandoned<L extends LeaseEnd>(
    now: number,
    read: (after: number) => Promise<readonly L[]>,
  ): Promise<readonly L[]> {
    if (performance.now() - this.#lookedAt < WATCHED * this.#lease) return []
    this.#lookedAt = performance.now()
    // The clocks of two processes differ a little, which must not end a lease.
    const leases = await read(now + 2 * this.#lease)
    const before = this.#ends
    this.#ends = new Map(leases.map(({ id, lease_until }) => [id, Number(lease_until)]))
    return leases.filter(({ id, lease_until }) => before.get(id) === Number(lease_until))
  }
}

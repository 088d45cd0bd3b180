import type { User, Users } from 'tamis/users'

export interface Followed {
  readonly watchers: number
  readonly changesPerSecond: number
  readonly events: number
  /** From the call that changes a user to the event, in ms. */
  readonly median: number
  readonly p99: number
  /** Of the last second: whoever falls behind is later and later. */
  readonly atTheEnd: number
}

const WATCHERS = 10_000
const BATCHES_PER_SECOND = 20
const BATCH = 50

/** What open lists ask for: the people of a conversation, of a room, of a team, one's own. */
const filterOf = (i: number, ids: readonly string[]): object => {
  switch (i % 4) {
    case 0:
      return { id: { $in: ids.slice((i * 7) % 90_000, ((i * 7) % 90_000) + 10) } }
    case 1:
      return { 'custom.room': i % 2500 }
    case 2:
      return { role: 'admin', 'custom.room': { $in: [i % 2500, (i + 1) % 2500] } }
    default:
      return { id: ids[i % ids.length] as string, banned: false }
  }
}

const at = (times: readonly number[], share: number): number =>
  times[Math.floor(times.length * share)] ?? 0

/** Ten thousand open lists, while a thousand users change each second. */
export async function follow(
  users: Users,
  rows: readonly User[],
  seconds: number,
): Promise<Followed> {
  const ids = rows.map(({ id }) => id)
  const sent = new Map<string, number>()
  const lags: { readonly at: number; readonly ms: number }[] = []
  const stops: (() => void)[] = []
  for (let i = 0; i < WATCHERS; i++) {
    const stop = await users.watch(filterOf(i, ids), (event) => {
      if (event.type === 'reset') throw new Error('changes were missed')
      const now = performance.now()
      lags.push({ at: now, ms: now - (sent.get(event.user.id) ?? now) })
    })
    stops.push(stop)
  }
  const start = performance.now()
  let changes = 0
  for (let batch = 0; batch < seconds * BATCHES_PER_SECOND; batch++) {
    const due = start + (batch * 1000) / BATCHES_PER_SECOND
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const own = Array.from({ length: BATCH }, (_, i) => ids[(batch * 997 + i * 1999) % ids.length])
    const now = performance.now()
    for (const id of own) sent.set(id as string, now)
    await users.updateUsersPartial({
      users: [...new Set(own)].map((id, i) => ({
        id: id as string,
        set: { 'custom.room': (batch * BATCH + i) % 2500 },
      })),
    })
    changes += new Set(own).size
  }
  const took = (performance.now() - start) / 1000
  await new Promise((resolve) => setTimeout(resolve, 1000))
  for (const stop of stops) stop()
  const times = lags.map(({ ms }) => ms).sort((a, b) => a - b)
  const late = lags.filter((each) => each.at > start + (took - 1) * 1000).map(({ ms }) => ms)
  return {
    watchers: WATCHERS,
    changesPerSecond: changes / took,
    events: times.length,
    median: at(times, 0.5),
    p99: at(times, 0.99),
    atTheEnd: at(
      late.sort((a, b) => a - b),
      0.5,
    ),
  }
}

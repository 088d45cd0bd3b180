/** How long something may take on a machine that is busy. */
const PATIENCE = 30_000

/**
 * Waits until something holds, by asking; answers what it gave.
 *
 * @throws what it last threw, or that it never held.
 */
export async function until<T>(
  what: string,
  holds: () => T | undefined | false | Promise<T | undefined | false>,
  every = 5,
): Promise<T> {
  const end = Date.now() + PATIENCE
  for (;;) {
    const value = await holds()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, every))
  }
}

/** The first pause before a retry, in milliseconds. */
export const FIRST_PAUSE = 100

/**
 * The pause after so many tries, in milliseconds: exponential, less up to a half at random, so that
 * workers do not retry all at once.
 */
export const pauseAfter = (tries: number, longest: number): number =>
  Math.min(longest, FIRST_PAUSE * 2 ** Math.min(tries - 1, 20)) * (1 - Math.random() / 2)

/** Resolves after a time, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

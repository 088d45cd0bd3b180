/** How long a call may take: until its caller aborts it, or its time is over. */
export interface Life {
  readonly signal: AbortSignal
  end(reason?: unknown): void
  /** Ends it with a reason after so many milliseconds, in place of an earlier limit. */
  limit(ms: number, reason: () => unknown): void
}

/** Timers with longer delays fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1

/** AbortSignal.any and AbortSignal.timeout are newer than some supported runtimes. */
export function lifeOf(outer: AbortSignal | undefined): Life {
  const controller = new AbortController()
  const abort = () => controller.abort(outer?.reason)
  let timer: ReturnType<typeof setTimeout> | undefined
  if (outer?.aborted) abort()
  outer?.addEventListener('abort', abort)
  return {
    signal: controller.signal,
    end(reason) {
      clearTimeout(timer)
      outer?.removeEventListener('abort', abort)
      controller.abort(reason)
    },
    limit(ms, reason) {
      clearTimeout(timer)
      if (ms <= LONGEST_DELAY) timer = setTimeout(() => controller.abort(reason()), ms)
    },
  }
}

/** What a promise gives; rejects with the signal's reason when that is aborted before. */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    const settled = () => signal.removeEventListener('abort', abort)
    promise.then(resolve, reject).then(settled)
  })
}

/** Waits some milliseconds; rejects with the signal's reason when that is aborted before. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(ms, LONGEST_DELAY))
  })
  await abortable(passed, signal).finally(() => clearTimeout(timer))
}

/**
 * Exponential back-off: the wait after `failures` failures before, in milliseconds, at most 8 s. Half of
 * it is random, so that clients that failed at once do not return at once.
 */
export const backOff = (failures: number): number =>
  Math.min(250 * 2 ** failures, 8000) * (0.5 + Math.random() / 2)

/** Throws outside of the current call: an uncaught error, as one that a timer's function throws. */
export const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })

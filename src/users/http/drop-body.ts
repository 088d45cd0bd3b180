/** How much of an unread body is read and dropped, in bytes and in ms. */
const MOST_DROPPED = 4 * 1024 * 1024
const TIMEOUT = 2000

/**
 * Reads the rest of a body and drops it: a sender whose connection is closed while it writes often
 * gets an error in place of the response.
 *
 * @returns whether the body was read to its end, so that the connection can be used again.
 */
export async function dropBody({ body }: Request): Promise<boolean> {
  if (body === null || body.locked) return false
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, TIMEOUT, 'late')
  })
  try {
    const reader = body.getReader()
    for (let size = 0; size <= MOST_DROPPED; ) {
      const read = await Promise.race([reader.read(), late])
      if (read === 'late') return false
      if (read.done) return true
      size += read.value.byteLength
    }
    return false
  } catch {
    // The sender has disconnected.
    return false
  } finally {
    clearTimeout(timer)
  }
}

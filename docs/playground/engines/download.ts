/** Tells the page how much of an engine's files was downloaded: some have megabytes. */

import type { Progress } from './messages.ts'

/** Milliseconds between two messages. */
const PAUSE = 100

/** Counts what this worker fetches from now on. To be called before the engine is opened. */
export function tellDownloads(): void {
  const { fetch } = self
  let [loaded, total, open, told] = [0, 0, 0, 0]
  let isKnown = true
  const tell = () => {
    const isDone = open === 0
    if (!isDone && Date.now() - told < PAUSE) return
    told = Date.now()
    const progress: Progress = { loaded, total: isKnown ? total : undefined, isDone }
    self.postMessage({ progress })
  }
  self.fetch = async (...request) => {
    const response = await fetch(...request)
    if (response.body === null) return response
    const { headers, status, statusText } = response
    const size = Number(headers.get('content-length') ?? Number.NaN)
    if (headers.has('content-encoding') || Number.isNaN(size)) isKnown = false
    else total += size
    open += 1
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.length
        tell()
        controller.enqueue(chunk)
      },
      flush() {
        open -= 1
        tell()
      },
    })
    return new Response(response.body.pipeThrough(counted), { headers, status, statusText })
  }
}

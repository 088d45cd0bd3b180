/** The part of a worker that all engines share: it answers the page's requests one after another. */

import type { Schema } from 'tamis'
import { keyOf } from '../rows-text.ts'
import { schemaOf } from '../schema-text.ts'
import type { Answer, Asking, Filled, Filling, Found, Request } from './messages.ts'

/** An engine: what is filled with rows can be asked. */
export interface Engine {
  fill(schema: Schema, filling: Filling): Promise<Filled>
  ask(schema: Schema, asking: Asking): Promise<Omit<Found, 'keys'>>
}

const messageOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^tamis: /, '') || 'It stopped without a message.'
}

/** Milliseconds after which something is not run again to be timed. */
const LONG = 50

/** The fastest of three runs: the first compiles what it runs. A slow one is run once. */
export async function timedOften<T>(run: () => T | Promise<T>): Promise<readonly [T, number]> {
  const first = await timed(run)
  if (first[1] > LONG) return first
  const others = [await timed(run), await timed(run)]
  return [first[0], Math.min(first[1], ...others.map(([, time]) => time))]
}

/** Milliseconds that something takes, and what it gives. */
export async function timed<T>(run: () => T | Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now()
  const result = await run()
  return [result, performance.now() - start]
}

/** Answers the messages of this worker; the engine is opened at the first. */
export function serve(open: () => Promise<Engine>): void {
  let opened: Promise<Engine> | undefined
  let schema: Schema | undefined
  async function answer(request: Request): Promise<Answer> {
    opened ??= open()
    const engine = await opened
    const { id } = request
    if ('fill' in request) {
      const made = schemaOf(request.fill.schema).schema
      const filled = await engine.fill(made, request.fill)
      schema = made
      return { id, filled }
    }
    if (schema === undefined) throw new Error('The table was not filled.')
    const { path } = schema.key
    const found = await engine.ask(schema, request.ask)
    return { id, found: { ...found, keys: found.rows.map((row) => String(keyOf(row, path))) } }
  }
  let last: Promise<void> = Promise.resolve()
  self.onmessage = ({ data }: MessageEvent<Request>) => {
    last = last.then(async () => {
      const reply: Answer = await answer(data).catch((error: unknown) => ({
        id: data.id,
        error: messageOf(error),
      }))
      self.postMessage(reply)
    })
  }
}

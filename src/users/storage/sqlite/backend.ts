import type { QueryResult } from 'kysely'
import { openEngine, type Require } from './engine.ts'
import { resultOf } from './process.ts'

/** Where statements run: a file in child processes, or `:memory:` in this process. */
export interface Backend {
  /** Whether reads can run beside a transaction. */
  readonly hasReaders: boolean
  read<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>>
  /** On the one connection that writes. Only the holder of the lock may call it. */
  write<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>>
  /** Like `write`, once for each list of parameters. The error of one says which, as `at`. */
  writeEach(text: string, lists: readonly (readonly unknown[])[]): Promise<QueryResult<never>>
  /** Changes when the connection that writes is replaced, and its transaction with it. */
  readonly generation: number
  /** Ends the connection that writes, and with it its transaction. */
  reset(): void
  end(): Promise<void>
}

/** `:memory:`, in one connection in this process: it can be neither shared nor stopped. */
export function memoryBackend(load: Require): Backend {
  const engine = openEngine(load, ':memory:', 'write')
  const run = async <R>(text: string, params: readonly unknown[]): Promise<QueryResult<R>> =>
    resultOf(engine.run(text, params), (value) => value)
  return {
    hasReaders: false,
    generation: 0,
    read: run,
    write: run,
    writeEach: async (text, lists) => resultOf(engine.runEach(text, lists), (value) => value),
    reset: () => void run('rollback', []).catch(() => {}),
    end: async () => engine.close(),
  }
}
